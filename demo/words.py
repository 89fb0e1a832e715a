"""What happened, in a line of Bahasa Indonesia. Pure; must not draw.

The names of incidents are the catalogue's labels; reasons stay as the node gives them.
"""

from collections.abc import Mapping, Sequence

from demo.sight import Said

TOGETHER_S = 2.0  # what several nodes say within this time is said together

# Line kinds of a node, and what each means; `what` is the incident and its village, `why` the reason given.
_PHRASES = {
    "armed": "siaga",
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
}
_STYLES = {"sounding": "bold red", "resumed": "bold red", "refused": "yellow", "fault": "yellow", "warning": "yellow",
           "late": "yellow", "cleared": "green", "preempted": "magenta", "pressed": "bold cyan", "": "bold red"}
# The safe code is no alarm.
_SAFE_CODE = {"sounding": "kode aman dibunyikan: {place}", "finished": "kode aman selesai: {place}"}


def phrase(said: Said, labels: Mapping[str, str]) -> str:
    """*said*, without who said it. *labels* are the incidents' names for people."""
    about = said.about
    form = _SAFE_CODE.get(said.kind) if about.get("incident") == "aman" else None
    if said.kind == "fault" and about.get("part") == "link":
        form = "PUTUS dari broker: {why}"
    form = form or _PHRASES.get(said.kind)
    if form is None:
        return f"{said.kind}: {about}" if said.kind else about.get("line", "")
    text = form.format(
        what=what(about, labels), why=about.get("reason", ""), part=about.get("part", ""),
        place=place(about.get("village", "")), age=seconds(float(about.get("age_s", 0.0))),
    )
    return f"{text} ({about['note']})" if "note" in about else text


def what(about: Mapping[str, object], labels: Mapping[str, str]) -> str:
    """Incident and village of *about*, or its reason."""
    if "incident" not in about:
        return str(about.get("reason", ""))
    incident, village = str(about["incident"]), str(about.get("village", ""))
    return f"{labels.get(incident, incident)} di {place(village)}"


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
