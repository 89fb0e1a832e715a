"""What happened, in a line of Bahasa Indonesia. Pure; must not draw.

The names of incidents are the catalogue's labels; reasons stay as the node gives them.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from demo.sight import Said, Sight

TOGETHER_S = 2.0  # what several nodes say within this time is said together

# Line kinds of a node, and what each means; `what` is the incident and its village, `why` the reason given.
_PHRASES = {
    "armed": "siaga",
    "posko": "posko mendengarkan",
    "linked": "tersambung ke broker",
    "pressed": "tombol ditekan: {what}",
    "published": "terkirim ke broker, umur {age}: {what}",
    "listed": "dicatat posko: {what}",
    "sounding": "BERBUNYI: {what}",
    "resumed": "berbunyi lagi: {what}",
    "extended": "diperpanjang: {what}",
    "preempted": "mengalah kepada yang lebih gawat: {what}",
    "resting": "beristirahat: {why}",
    "finished": "selesai: {what}",
    "cleared": "berakhir, sudah aman: {what}",
    "silenced": "dibungkam: {what}",
    "locked": "dikunci: jaringan tidak didengar",
    "unlocked": "kunci dibuka",
    "refused": "DITOLAK: {why}",
    "warning": "peringatan: {why}",
    "late": "terlambat, tidak dibunyikan: {what}",
    "tested": "uji diri, tanpa bunyi",
    "fault": "GANGGUAN {part}: {why}",
    "recovered": "pulih: {part}",
    "ronda": "ronda di {place}, tanpa sirene",
    "accepted": "alarm dicatat: {what}",
    "restored": "diteruskan sesudah posko mati: {what}",
    "proven": "terbukti berbunyi di {count} pos, terakhir setelah {last}: {what}",
    "missing": "TIDAK SEMUA BERBUNYI: {what}; belum {posts}",
    "away": "pos tidak terdengar lagi: {post}",
    "back": "pos terdengar lagi: {post}",
}
# Why a post does not sound, as the hub has it.
_TROUBLES = {"away": "tidak terdengar", "offline": "mati", "unheard": "belum terdengar", "locked": "terkunci",
             "silenced": "dibungkam", "waiting": "menunggu giliran", "quiet": "diam"}
_GONE = ("away", "offline", "unheard")
_STYLES = {"sounding": "bold red", "resumed": "bold red", "refused": "yellow", "fault": "yellow", "warning": "yellow",
           "late": "yellow", "missing": "bold yellow", "proven": "green", "ronda": "cyan", "cleared": "green",
           "preempted": "magenta", "pressed": "bold cyan", "": "bold red"}
# These are no alarms.
_CODES = {
    "aman": {"sounding": "kode aman dibunyikan: {place}", "finished": "kode aman selesai: {place}"},
    "patroli": {"sounding": "kode ronda dipukul: {place}", "finished": "kode ronda selesai: {place}"},
}
_POST = re.compile(r"'([a-z0-9/-]+)': '?([a-z]*)")  # in the text of a table of posts


def phrase(said: Said, labels: Mapping[str, str]) -> str:
    """*said*, without who said it. *labels* are the incidents' names for people."""
    about = said.about
    form = _CODES.get(about.get("incident", ""), {}).get(said.kind)
    if said.kind == "fault" and about.get("part") == "link":
        form = "PUTUS dari broker: {why}"
    form = form or _PHRASES.get(said.kind)
    if form is None:
        return f"{said.kind}: {about}" if said.kind else about.get("line", "")
    text = form.format(
        what=what(about, labels), why=about.get("reason", ""), part=about.get("part", ""),
        place=place(about.get("village", "")), age=seconds(float(about.get("age_s", 0.0))),
        last=seconds(float(about.get("last_s", 0.0))), post=about.get("post", ""),
        count=len(_POST.findall(about.get("posts", ""))),
        posts=", ".join(f"{post} ({_TROUBLES.get(why, why)})" for post, why in _POST.findall(about.get("missing", ""))),
    )
    return f"{text} ({about['note']})" if "note" in about else text


def what(about: Mapping[str, object], labels: Mapping[str, str]) -> str:
    """Incident and village of *about*, or its reason."""
    if "incident" not in about:
        return str(about.get("reason", ""))
    incident, village = str(about["incident"]), str(about.get("village", ""))
    return f"{labels.get(incident, incident)} di {place(village)}"


def hub_line(sight: Sight, labels: Mapping[str, str], posts: Mapping[str, str]) -> str:
    """The hub in a line: its state and what it lists, by what its status says. *posts* are the posts' names for people.

    "1 alarm, 3/4 berbunyi · sounding: Pencurian di Kalibagor; belum Kotakan (mati)"
    """
    status = sight.status
    if not sight.running:
        return "mati · dead"
    if status is None or status.get("state") == "offline":
        return "belum tersambung · not linked"
    alarms = status.get("alarms", [])
    if not alarms:
        states = status.get("posts", {}).values()
        linked = sum(state not in _GONE for state in states)
        return f"siaga · ready: tidak ada alarm, {linked}/{len(states)} pos tersambung · linked"
    places = {name.replace(".", "/"): label for name, label in posts.items()}
    words = (" berbunyi · sounding", *[""] * len(alarms))
    told = (_alarm(alarm, labels, places, word) for alarm, word in zip(alarms, words, strict=False))
    return f"{len(alarms)} alarm, {' | '.join(told)}"


def _alarm(alarm: Mapping[str, Any], labels: Mapping[str, str], posts: Mapping[str, str], word: str) -> str:
    missing = alarm["missing"]
    late = ", ".join(f"{posts.get(post, post)} ({_TROUBLES.get(why, why)})" for post, why in missing.items())
    expected = len(alarm["sounds"]) + len(missing)
    return f"{len(alarm['sounds'])}/{expected}{word}: {what(alarm, labels)}{f'; belum {late}' if late else ''}"


def place(village: str) -> str:
    """A village's name, for people."""
    return "semua desa" if village == "semua" else village.capitalize()


def seconds(value: float) -> str:
    """A length of time, as exactly as it is of interest."""
    return f"{value * 1000:.0f} ms" if value < 1 else f"{value:.1f} s"


def gather(lines: Sequence[Said], labels: Mapping[str, str]) -> list[tuple[Said, list[str]]]:
    """*lines* in order, each once with all the posts that said it at nearly the same time."""
    gathered: list[tuple[Said, list[str]]] = []
    latest: dict[tuple[str, ...], int] = {}
    for said in lines:
        if said.kind == "recovered" and said.about.get("part") == "link":
            continue  # "linked" says it
        key = (said.kind, *(said.about.get(name, "") for name in ("incident", "village", "part")),
               "" if "part" in said.about else phrase(said, labels))
        place_ = latest.get(key)
        if place_ is not None and said.at - gathered[place_][0].at < TOGETHER_S:
            if said.post not in gathered[place_][1]:
                gathered[place_][1].append(said.post)
            continue
        latest[key] = len(gathered)
        gathered.append((said, [said.post]))
    return gathered


def style(said: Said) -> str:
    """How a line about *said* looks."""
    if said.about.get("incident") == "aman":
        return "green"
    return _STYLES.get(said.kind, "")
