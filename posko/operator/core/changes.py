"""What has changed in the district between two views, a line each: the watch without a terminal. Pure."""

from collections.abc import Iterable

from contract.wire.alarm import SYNCED
from contract.wire.reports import OFFLINE, Kind, Report
from posko.core.proof import Trouble
from posko.operator.core import force, hubsight, words
from posko.operator.core.force import Force
from posko.operator.core.view import News, Post, View
from posko.operator.core.words import Names

TOGETHER_S = 2.0  # what several posts say within this time is said together
# Of the events those that no status shows.
_TOLD = {
    Kind.PRESSED: "tombol ditekan (pressed)", Kind.REFUSED: "DITOLAK (refused)", Kind.WARNING: "peringatan (warning)",
    Kind.LATE: "terlambat, tidak dibunyikan (late)", Kind.TESTED: "uji diri (self-test)", Kind.RONDA: "ronda (round)",
    Kind.ACCEPTED: "alarm tercatat (recorded)", Kind.EXTENDED: "diperpanjang (extended)",
    Kind.CLEARED: "aman (cleared)", Kind.FINISHED: "selesai (over)", Kind.SILENCED: "dibungkam (silenced)",
    Kind.PROVEN: "semua pos berbunyi (all ring)", Kind.MISSING: "ADA YANG TIDAK BERBUNYI (missing)",
    Kind.RESTORED: "berlaku lagi (restored)", Kind.PREEMPTED: "mengalah (preempted)",
    Kind.FAULT: "gangguan (fault)", Kind.RECOVERED: "pulih (recovered)", Kind.AWAY: "hilang (away)",
    Kind.BACK: "kembali (back)", Kind.SOUNDING: "berbunyi (sounding)", Kind.RESUMED: "berbunyi lagi (resumed)",
    Kind.RESTING: "istirahat (resting)", Kind.LOCKED: "terkunci (locked)", Kind.UNLOCKED: "kunci dibuka (unlocked)",
    Kind.LINKED: "tersambung (linked)", Kind.PUBLISHED: "terkirim (published)", Kind.LISTED: "didengar posko (listed)",
}
_PLAIN = {
    Kind.PRESSED, Kind.REFUSED, Kind.WARNING, Kind.LATE, Kind.TESTED, Kind.RONDA, Kind.PROVEN, Kind.MISSING,
    Kind.RESTORED, Kind.EXTENDED,
}


def changes(before: View, after: View, called: Names) -> list[str]:
    """What is new in *after*, a line each, with the time of day."""
    found = [*_link(before, after), *_hub(before, after)]
    for post in force.posts(after):
        line = post_line(after, post, called)
        if (post in after.posts or hubsight.away(after, post)) and line != post_line(before, post, called):
            found.append(line)
        clocks = [_clock(each.posts.get(post)) for each in (before, after)]
        if clocks[0] != clocks[1] and clocks[1] and (clocks[0] or clocks[1] != SYNCED):
            found.append(f"{called.post(post)}: jam (clock) {words.clean(clocks[1])}")
    found += _alarms(before, after, called)
    found += [news_line(each, called) for each in _fresh(before, after) if _kind(each.report) in _PLAIN]
    return [f"{clock_time(after, after.now)}  {line}" for line in found]


def clock_time(view: View, instant: float) -> str:
    """*instant* as the time of day."""
    return words.when(instant + view.clock.offset_s, instant + view.clock.offset_s)


def post_line(view: View, post: str, called: Names) -> str:
    """What a post is now."""
    known = view.posts.get(post, Post())
    word, more = force.word(view, post), activity(known, called)
    parts = [words.state(word) if word != "silenced" else "", more]
    return f"{called.post(post)}: " + ", ".join(part for part in parts if part)


def activity(post: Post, called: Names) -> str:
    """What a post sounds, and its faults."""
    status = post.status
    if status is None:
        return ""
    parts = []
    if status.sounding is not None:
        exercise = "LATIHAN " if status.sounding.key in post.exercises else ""
        parts.append(f"{exercise}{called.alarm(status.sounding.key)}")
    for word, more in (("menunggu (waiting)", status.waiting), ("dibungkam (silenced)", status.silenced)):
        if more:
            parts.append(f"{word}: {called.alarm(more[0].key)}" + (f" +{len(more) - 1}" if len(more) > 1 else ""))
    parts += [f"⚠ {words.clean(part)}: {words.clean(why)}" for part, why in status.faults.items()]
    if status.outbox:
        parts.append(f"{status.outbox} laporan belum sampai (reports on their way)")
    if status.state == OFFLINE and status.reason:
        parts.append(words.clean(status.reason))
    return ", ".join(parts)


def missing(found: Force) -> str:
    """The posts that do not ring, by what keeps them."""
    by_why: dict[Trouble, list[str]] = {}
    for post, why in found.missing.items():
        by_why.setdefault(why, []).append(post)
    return "; ".join(f"{words.SHORT[why]}: {', '.join(posts)}" for why, posts in by_why.items())


def gathered(news: Iterable[News], called: Names) -> list[tuple[News, list[str]]]:
    """Events in order, each once with all who told it at nearly the same time."""
    found: list[tuple[News, list[str]]] = []
    latest: dict[str, int] = {}
    for each in news:
        text = news_text(each, called)
        at = latest.get(text)
        if at is not None and each.at - found[at][0].at < TOGETHER_S:
            if each.who not in found[at][1]:
                found[at][1].append(each.who)
            continue
        latest[text] = len(found)
        found.append((each, [each.who]))
    return found


def who(news: News, called: Names) -> str:
    """Who told an event."""
    return news.who if news.who not in called.posts else called.post(news.who)


def news_text(news: News, called: Names) -> str:
    """What an event says."""
    report = news.report
    kind = _kind(report)
    parts = [_TOLD[kind] if kind is not None else words.clean(report.kind)]
    village, incident = report.word("village"), report.word("incident")
    if incident and village:
        label = called.labels.get(incident, words.clean(incident))
        parts.append(f"{label} di {called.place(village)}")
    posts = report.members.get("missing")
    if isinstance(posts, dict):
        parts += [f"{words.clean(post)}: {_why(why)}" for post, why in posts.items()]
    parts += [words.clean(report.word(name)) for name in ("post", "part", "note", "reason") if report.word(name)]
    return ", ".join(parts)


def news_line(news: News, called: Names) -> str:
    """An event, and who told it."""
    return f"{who(news, called)}: {news_text(news, called)}"


def _clock(post: Post | None) -> str:
    return post.status.clock if post is not None and post.status is not None else ""


def _why(word: object) -> str:
    try:
        return words.TROUBLES[Trouble(word)]
    except ValueError:
        return words.clean(word)


def _kind(report: Report) -> Kind | None:
    return next((kind for kind in _TOLD if kind.value == report.kind), None)


def _fresh(before: View, after: View) -> list[News]:
    known = {id(each) for each in before.news}
    return [each for each in after.news if id(each) not in known]


def _link(before: View, after: View) -> list[str]:
    found = []
    if after.linked_at is not None and before.linked_at is None:
        found.append("tersambung ke broker (linked)")
    if after.trouble and after.trouble != before.trouble:
        found.append(f"PUTUS dari broker (no link), mencoba lagi (trying again): {words.clean(after.trouble)}")
    found += [f"gangguan di meja ini (a fault at this desk): {part}: {words.clean(why)}"
              for part, why in after.faults.items() if before.faults.get(part) != why]
    return found


def _hub(before: View, after: View) -> list[str]:
    if hubsight.silent(after) and not hubsight.silent(before):
        return ["!! POSKO DIAM: alarm tidak diulang (the HUB IS SILENT: no alarm is repeated)"]
    if hubsight.lives(after) and not hubsight.lives(before) and before.linked_at is not None:
        faults = after.hub.status.faults if after.hub.status is not None else {}
        return ["posko hidup (the hub lives)" + "".join(f", ⚠ {words.clean(part)}: {words.clean(why)}"
                                                         for part, why in faults.items())]
    return []


def _alarms(before: View, after: View, called: Names) -> list[str]:
    old, new = ({each.key: each for each in force.in_force(view)} for view in (before, after))
    found = []
    for key, each in new.items():
        if key not in old or _shape(old[key]) != _shape(each):
            exercise = "LATIHAN " if each.exercise else ""
            late = missing(each)
            about = "" if each.listed else ", tidak dalam daftar posko (not on the hub's list)"
            found.append(f"berlaku (in force): {exercise}{called.alarm(key)}{about}: "
                         f"{len(each.rings)} dari {len(each.rings) + len(each.missing)} pos berbunyi (ring)"
                         + (f"; tidak (not): {late}" if late else ""))
    found += [f"berakhir (over): {called.alarm(key)}" for key in old if key not in new]
    return found


def _shape(found: Force) -> object:
    return found.listed, found.exercise, found.silenced, found.rings, tuple(found.missing)
