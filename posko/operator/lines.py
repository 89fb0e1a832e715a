"""Without a terminal: a line for each change, at once. Must not decide anything, wait or listen.

    Snapshot, and the one before ──> lines
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from contract.domain.alarm import Key, Status
from contract.domain.district import EVERYWHERE
from contract.domain.foreign import is_foreign
from contract.domain.incidents import LAPOR
from contract.wire.alarm import SYNCED
from contract.wire.event import Kind, Report
from contract.wire.faults import Fault
from contract.wire.node_status import OFFLINE, NodeStatus
from posko.labels import texts
from posko.labels.labels import Labels, clean
from posko.labels.language import Text
from posko.operator.core.delivery import Delivery
from posko.operator.core.orders import Act, Order
from posko.operator.core.reporting import Reporting
from posko.operator.core.responding import Responding
from posko.operator.core.snapshot import (
    AlarmSnapshot,
    HubState,
    LaporSnapshot,
    News,
    OrderSnapshot,
    PostSnapshot,
    Row,
    Snapshot,
    Standing,
)
from runtime.core.events import Cause

NEW_S = 10.0  # a report that is younger has just come
TOGETHER_S = 2.0  # what several posts report within this time is shown once
# Events that no status shows.
_SHOWN = {kind.value for kind in (
    Kind.PRESSED, Kind.REFUSED, Kind.WARNING, Kind.LATE, Kind.TESTED, Kind.RONDA, Kind.PROVEN, Kind.MISSING,
    Kind.RESTORED, Kind.EXTENDED, Kind.RESPONDED, Kind.UNANSWERED, Kind.LAPOR, Kind.CLOSED,
)}


class LineRenderer:
    """Writes to *echo* what is new in each snapshot after *before*."""

    def __init__(self, before: Snapshot, labels: Labels, echo: Callable[[str], object]) -> None:
        self._before = before
        self._labels = labels
        self._echo = echo
        self._begun = False

    def show(self, snapshot: Snapshot) -> None:
        """Writes what *snapshot* has that the one before had not."""
        if snapshot.order is not None and not self._begun:
            order = snapshot.order.order
            self._echo(f"{self._labels(texts.ACTS[order.act])}  {title(order, self._labels)}")
        self._begun = True
        for line in changes(self._before, snapshot, self._labels):
            self._echo(line)
        self._before = snapshot


def changes(before: Snapshot, after: Snapshot, labels: Labels) -> list[str]:
    """What is new in *after*, a line each: with the time since the order was sent or, for a watch, of the day."""
    faults = [labels(texts.DESK_FAULT, part=labels.part(part), why=labels.reason(why))
              for part, why in after.faults.items() if before.faults.get(part) != why]
    if after.order is not None:
        lines = [*faults, *_progress(before, after, after.order, labels)]
        return [f"{labels.seconds(after.order.elapsed_s):>12}  {line}" for line in lines]
    lines = [*_link(before, after, labels), *faults, *_hub(before, after, labels), *_posts(before, after, labels),
             *_alarms(before, after, labels), *_reports(before, after, labels), *_news(before, after, labels)]
    return [f"{clock_time(after, after.now, labels)}  {line}" for line in lines]


def clock_time(snapshot: Snapshot, at: float, labels: Labels) -> str:
    """The instant *at* as the time of day."""
    return labels.when(at + snapshot.offset_s, at + snapshot.offset_s)


# A response.


def response_progress(before: Responding, after: Responding, labels: Labels) -> Iterator[str]:
    """What is new of a response, a line each, with the time since it was asked for."""
    if after.published_at is not None and before.published_at is None:
        wanted = after.wanted
        yield labels(texts.RESPONDS, step=labels.word(texts.STEPS, wanted.step), by=clean(wanted.by),
                     alarm=labels.alarm(wanted.key if after.key is None else after.key))
    yield from _acknowledged(before, after, labels)
    if after.recorded and not before.recorded:
        yield f"{labels.seconds(after.elapsed_s):>12}  {labels(texts.RECORDED)}"


def response_closing(found: Responding, trouble: str, labels: Labels) -> Iterator[str]:
    """How a response ended."""
    step = labels.word(texts.STEPS, found.wanted.step)
    if found.recorded:
        yield labels(texts.RESPONSE_RECORDED, step=step)
    elif found.nothing:
        text = texts.NO_OPEN_REPORT if found.wanted.key.incident == LAPOR else texts.NOTHING_TO_RESPOND_TO
        yield labels(text, alarm=labels.alarm(found.wanted.key))
    else:
        yield _not_delivered(found, trouble, texts.RESPONSE_UNSENT, labels)


def report_progress(before: Reporting, after: Reporting, labels: Labels) -> Iterator[str]:
    """What is new of a resident's report, a line each, with the time since it was made."""
    if after.published_at is not None and before.published_at is None:
        yield labels(texts.REPORTS, where=labels.place(after.village), what=clean(after.report.text),
                     severity=labels.word(texts.SEVERITIES, after.report.severity))
    yield from _acknowledged(before, after, labels)


def report_closing(found: Reporting, trouble: str, labels: Labels) -> Iterator[str]:
    """How a resident's report ended."""
    if found.recorded:
        yield labels(texts.REPORT_RECORDED, identifier=found.report.identifier)
    else:
        yield _not_delivered(found, trouble, texts.REPORT_UNSENT, labels)


def _acknowledged(before: Delivery, after: Delivery, labels: Labels) -> Iterator[str]:
    if after.acknowledged and not before.acknowledged:
        yield f"{labels.seconds(after.elapsed_s):>12}  {labels(texts.ACKNOWLEDGED)}"


def _not_delivered(found: Delivery, trouble: str, unsent: Text, labels: Labels) -> str:
    """Why the hub has not recorded it; *unsent* is for what never left."""
    if found.refused:
        return labels(unsent, why=labels(texts.NO_RIGHT, why=labels.reason(found.refused)))
    if found.refusal:
        return labels(texts.HUB_REFUSED, why=labels.reason(found.refusal))
    if trouble:
        return labels(unsent, why=labels.reason(trouble))
    return labels(texts.RESPONSE_NOT_RECORDED, wait_s=labels.amount(found.wait_s))


def responders(about: AlarmSnapshot | LaporSnapshot, labels: Labels) -> str:
    """Who responds to an alarm or a report, and how far each is; "" for nobody."""
    return ", ".join(
        f"{labels.sender(each.by, claimed=each.claimed)} {labels.word(texts.STEPS, each.step)}"
        for each in about.responders)


# A watch.


def post_line(post: PostSnapshot, labels: Labels) -> str:
    """What a post is now."""
    parts = [labels.word(texts.STATES, post.state) if post.state != "silenced" else "", activity(post.status, labels)]
    return f"{labels.post(post.post)}: " + ", ".join(part for part in parts if part)


def activity(status: NodeStatus | None, labels: Labels) -> str:
    """What a post sounds, and its faults."""
    if status is None:
        return ""
    parts = []
    if status.sounding is not None:
        parts.append(labels.alarm(status.sounding.key, exercise=status.sounding.status is Status.EXERCISE))
    for state, alarms in (("waiting", status.waiting), ("silenced", status.silenced)):
        if alarms:
            more = f" +{len(alarms) - 1}" if len(alarms) > 1 else ""
            parts.append(f"{labels(texts.STATES[state])}: {labels.alarm(alarms[0].key)}{more}")
    parts += [f"⚠ {each}" for each in _faults(status.faults, labels)]
    if status.outbox:
        parts.append(labels(texts.OUTBOX, count=status.outbox))
    if status.state == OFFLINE and status.reason:
        parts.append(labels.word(texts.LEFT, status.reason))
    return ", ".join(parts)


def missing(alarm: AlarmSnapshot, labels: Labels) -> str:
    """The posts that do not ring, by what keeps them."""
    by_why: dict[str, list[str]] = {}
    for post, why in alarm.missing.items():
        by_why.setdefault(why, []).append(post)
    return "; ".join(f"{labels(texts.STATES[why])}: {', '.join(posts)}" for why, posts in by_why.items())


def gathered(news: Iterable[News], labels: Labels) -> list[tuple[News, list[str]]]:
    """Events in order, each once with all who reported it at nearly the same time."""
    found: list[tuple[News, list[str]]] = []
    latest: dict[str, int] = {}
    for each in news:
        text = news_text(each, labels)
        at = latest.get(text)
        if at is not None and each.at - found[at][0].at < TOGETHER_S:
            if each.source not in found[at][1]:
                found[at][1].append(each.source)
            continue
        latest[text] = len(found)
        found.append((each, [each.source]))
    return found


def source(news: News, labels: Labels) -> str:
    """Who reported an event."""
    return labels.post(news.source) if news.source in labels.posts else labels.program(news.source)


def news_text(news: News, labels: Labels, *, openly: bool = False) -> str:
    """What an event reports; *openly*: for an open screen, without what a resident wrote, and who it was."""
    report = news.report
    parts = [labels.word(texts.EVENTS, report.kind)]
    village, incident = report.text("village"), report.text("incident")
    if incident and village:
        parts.append(labels.alarm(Key(village, incident), openly=openly))
    if report.kind == Kind.LAPOR:
        parts += _lapor(report, labels, openly=openly)
    if report.kind == Kind.RESPONDED:
        who = labels.sender(report.text("by"), claimed=report.members.get("claimed") is True)
        parts.append(f"{who} {labels.word(texts.STEPS, report.text('step'))}")
    posts = report.members.get("missing")
    if isinstance(posts, dict):
        parts += [f"{clean(post)}: {labels.word(texts.REASONS, str(why))}" for post, why in posts.items()]
    parts += [text for text in (
        clean(report.text("post")), labels.part(report.text("part")), labels.note(incident, report.text("note")),
        labels.reason(report.text("reason")),
    ) if text]
    return ", ".join(parts)


def _lapor(report: Report, labels: Labels, *, openly: bool) -> Iterator[str]:
    """How grave it is, what was reported, and by whom."""
    severity = labels.word(texts.SEVERITIES, report.text("severity"))
    yield labels(texts.SEVERITY, severity=severity).strip(" ()")
    if openly:
        return
    yield clean(report.text("text"))
    yield labels.sender(report.text("by"), claimed=report.members.get("claimed") is True)
    yield labels(texts.NUMBER, identifier=clean(report.text("identifier"))).strip("; ")


def news_line(news: News, labels: Labels) -> str:
    """An event, and who reported it."""
    return f"{source(news, labels)}: {news_text(news, labels)}"


def _faults(faults: Mapping[str, str], labels: Labels) -> list[str]:
    return [f"{labels.part(part)}: {labels.reason(why)}" for part, why in faults.items()]


def _link(before: Snapshot, after: Snapshot, labels: Labels) -> Iterator[str]:
    if after.linked and not before.linked:
        yield labels(texts.LINKED, zone=labels.zone)
    if after.trouble and after.trouble != before.trouble:
        yield labels(texts.UNLINKED, why=labels.reason(after.trouble))


def shut_out(snapshot: Snapshot, labels: Labels, where: str = EVERYWHERE) -> list[str]:
    """Of whom the hub takes nothing, of the village *where*, and what ends it. By the hub's own word alone: a post that
    reports such a fault may be the one that floods.
    """
    return [
        labels(texts.HUB_SHUT_OUT, place=labels.place(village), village=village) for village in sorted(labels.villages)
        if Fault.TRAFFIC.of(village) in snapshot.hub.faults and where in (village, EVERYWHERE)
    ]


def _hub(before: Snapshot, after: Snapshot, labels: Labels) -> Iterator[str]:
    changed = after.hub.state != before.hub.state
    if changed and after.hub.state is HubState.SILENT:
        yield labels(texts.HUB_LOST)
    if changed and after.hub.state is HubState.LIVES:
        yield ", ⚠ ".join([labels(texts.HUB_LIVES), *_faults(after.hub.faults, labels)])
    elif after.hub.state is HubState.LIVES:
        yield from (labels(texts.HUB_FAULT, part=labels.part(part), why=labels.reason(why))
                    for part, why in after.hub.faults.items() if part not in before.hub.faults)
    yield from (line for line in shut_out(after, labels) if line not in shut_out(before, labels))


def _posts(before: Snapshot, after: Snapshot, labels: Labels) -> Iterator[str]:
    known = {post.post: post for post in before.posts}
    for post in after.posts:
        old = known.get(post.post)
        line = post_line(post, labels)
        if post.state != "unheard" and (old is None or line != post_line(old, labels)):
            yield line
        clocks = [each.status.clock if each is not None and each.status is not None else "" for each in (old, post)]
        if clocks[1] and clocks[1] != clocks[0] and (clocks[0] or clocks[1] != SYNCED):
            yield f"{labels.post(post.post)}: {labels.word(texts.CLOCKS, clocks[1])}"


def _alarms(before: Snapshot, after: Snapshot, labels: Labels) -> Iterator[str]:
    old, new = ({each.key: each for each in snapshot.alarms} for snapshot in (before, after))
    for key, each in new.items():
        if key not in old or _shape(old[key]) != _shape(each):
            late, severity = missing(each, labels), labels.word(texts.SEVERITIES, each.severity)
            yield labels(
                texts.IN_FORCE, alarm=labels.alarm(key, exercise=each.exercise), rings=len(each.rings),
                severity=labels(texts.SEVERITY, severity=severity) if severity else "",
                about="" if each.listed else labels(texts.BEYOND if is_foreign(key.village) else texts.NOT_LISTED),
                total=len(each.rings) + len(each.missing),
            ) + (labels(texts.NOT_RINGING, posts=late) if late else "") + (_by(each, labels) if each.listed else "") + (
                labels(texts.RESPONDERS, who=who) if (who := responders(each, labels)) else "")
        if key not in old or (old[key].again, old[key].origin) != (each.again, each.origin):
            yield from raised_again(each, labels)
    yield from (labels(texts.OVER, alarm=labels.alarm(key)) for key in old if key not in new)


def _reports(before: Snapshot, after: Snapshot, labels: Labels) -> Iterator[str]:
    """The open reports that were found so, or to which people respond otherwise; a new one is an event."""
    old = {(each.village, each.identifier): each for each in before.reports}
    for each in after.reports:
        known = old.get((each.village, each.identifier))
        found = known is None and (each.age_s is None or each.age_s >= NEW_S)
        if found or (known is not None and known.responders != each.responders):
            yield labels(
                texts.OPEN_REPORT, report=labels.alarm(Key(each.village, LAPOR)), what=clean(each.text),
                severity=labels(texts.SEVERITY, severity=labels.word(texts.SEVERITIES, each.severity)),
                age="?" if each.age_s is None else labels.length(each.age_s),
            ) + labels(texts.SENT_BY, who=labels.sender(each.by, claimed=each.claimed)) + (
                labels(texts.RESPONDERS, who=who) if (who := responders(each, labels)) else "") + (
                labels(texts.NUMBER, identifier=clean(each.identifier))) + (
                "" if each.kept else labels(texts.NOT_KEPT))


def _by(alarm: AlarmSnapshot, labels: Labels) -> str:
    return labels(texts.SENT_BY, who=labels.sender(alarm.origin, claimed=alarm.claimed))


def raised_again(alarm: AlarmSnapshot, labels: Labels) -> list[str]:
    """Who raises it though operators silenced that before, and what shuts such a box out; nothing where nobody does."""
    if not alarm.again:
        return []
    first = labels(texts.RAISED_AGAIN, alarm=labels.alarm(alarm.key), count=alarm.again) + _by(alarm, labels)
    return [first, *(labels(texts.REVOKE, line=f"kentongan broker revoke {each} --reload") for each in alarm.accounts)]


def _shape(alarm: AlarmSnapshot) -> object:
    return (alarm.listed, alarm.exercise, alarm.origin, alarm.silenced, alarm.rings, tuple(alarm.missing),
            alarm.responders)


def _news(before: Snapshot, after: Snapshot, labels: Labels) -> Iterator[str]:
    latest = before.news[-1].number if before.news else -1
    yield from (news_line(each, labels) for each in after.news
                if each.number > latest and each.report.kind in _SHOWN)


# An order.


def title(order: Order, labels: Labels) -> str:
    """What is ordered."""
    exercise = labels(texts.EXERCISE) if order.exercise else ""
    if order.act is Act.ALARM:
        note = labels.note(order.key.incident, order.note)
        return f"{labels.alarm(order.key, exercise=order.exercise)}{f': {note}' if note else ''}"
    text = texts.TITLES["knock" if order.knock else order.act]
    return f"{exercise}{labels(text, where=labels.place(order.key.village))}"


def closing(snapshot: Snapshot, labels: Labels) -> list[str]:
    """How the order ended: those that did not obey first, each with its reason; the verdict last."""
    found = snapshot.order
    if found is None:
        return []
    unsent = _unsent(found, snapshot, labels)
    if unsent and not any(row.good and row.after_s is not None for row in found.rows):
        return [unsent]
    word = labels(texts.BAD[found.order.act])
    bad = [f"✗ {word}: {labels.post(row.post)}: {_why(row, labels)}{labels.call(row.post)}"
           for row in found.rows if not row.good and not _unknown(found, row)]
    return [*bad, *_notes(found, snapshot, labels), *([unsent] if unsent else []), _verdict(found, len(bad), labels)]


def _unknown(found: OrderSnapshot, row: Row) -> bool:
    """Whether nobody knows what the post sounds that should be quiet."""
    return found.order.act in (Act.CLEAR, Act.SILENCE) and row.trouble is not None


def _progress(before: Snapshot, after: Snapshot, found: OrderSnapshot, labels: Labels) -> Iterator[str]:
    act, old = found.order.act, before.order
    if after.trouble and after.trouble != before.trouble and not found.done:
        yield labels(texts.RETRYING, why=labels.reason(after.trouble))
    if found.acknowledged and not (old is not None and old.acknowledged):
        yield labels(texts.ACKNOWLEDGED)
    known = {row.post for row in old.rows if row.good} if old is not None else set()
    for row in found.rows:
        if row.good and row.post not in known:
            already = labels(texts.ALREADY) if row.after_s is None else ""
            more = f": {answer(row, labels)}" if act is Act.TEST else already
            yield f"{labels(texts.GOOD[act])}: {labels.post(row.post)}{more}"
    if found.standing is Standing.RECORDED and not (old is not None and old.standing is Standing.RECORDED):
        yield labels(texts.RECORDED) + (labels(texts.REPEATED) if act is Act.ALARM else "")


def answer(row: Row, labels: Labels) -> str:
    """What a post's self-test found, in a line: its parts, its pin driver (are the pins real?), its loudspeaker."""
    members = (row.answer.get(name) for name in ("results", "drivers"))
    results, drivers = (found if isinstance(found, dict) else {} for found in members)
    parts = [f"{labels.part(part)} {labels.reason(why)}" for part, why in results.items()]
    pins, is_simulated = clean(drivers.get("pins", "?")), drivers.get("simulated") is True
    text = "pin" if is_simulated and pins == "simulated" else f"pin {pins}"
    if is_simulated:
        text += labels(texts.SIMULATED)
    if drivers.get("sound", "none") != "none":
        text += labels(texts.LOUDSPEAKER, sound=clean(drivers["sound"]))
    if "voice" in drivers:
        text += labels(texts.VOICE, voice=labels.reason(drivers["voice"]))
    return ", ".join([*parts, text])


def _why(row: Row, labels: Labels) -> str:
    """What keeps a post from what was ordered, and what it reported of it."""
    trouble = [] if row.trouble is None else [labels(texts.REASONS[row.trouble])]
    return "; ".join([*trouble, *map(labels.reason, row.reasons)]) or labels(texts.SO_IT_REPORTS)


def _unsent(found: OrderSnapshot, snapshot: Snapshot, labels: Labels) -> str:
    """That the order did not reach the broker, and what can be done; "" if it did."""
    if (found.acknowledged or found.doubt) and not found.refused:
        return ""
    trouble = labels.reason(snapshot.trouble)
    if found.refused:
        why = labels(texts.NO_RIGHT, why=labels.reason(found.refused))
    elif found.published:
        why = labels(texts.NO_ACKNOWLEDGEMENT, wait_s=labels.amount(found.wait_s))
    else:
        why = unlinked(trouble, snapshot.cause, labels)
    return labels(texts.NOT_SENT, thing=labels(texts.THINGS[found.order.act]), why=why)


def unlinked(trouble: str, cause: Cause, labels: Labels) -> str:
    """Why there is no link, and what can be done."""
    if cause is Cause.PROTOCOL:
        return labels(texts.NO_MQTT_5, why=trouble)
    what = texts.CHECK_LOGIN if cause is Cause.LOGIN else texts.CHECK_ADDRESS
    return labels(texts.NO_LINK, why=trouble or labels(texts.NO_BROKER), what=labels(what))


def _cannot_be_told(found: OrderSnapshot, labels: Labels) -> Iterator[str]:
    """The posts that should be quiet and of which nobody knows it."""
    for row in found.rows:
        if _unknown(found, row):
            why = labels(texts.SOUNDED, why=_why(row, labels))
            yield labels(texts.CANNOT_BE_TOLD, post=labels.post(row.post), why=why)
    for post, trouble in found.out_of_reach.items():
        yield labels(texts.CANNOT_BE_TOLD, post=labels.post(post), why=labels(texts.REASONS[trouble]))


def _notes(found: OrderSnapshot, snapshot: Snapshot, labels: Labels) -> Iterator[str]:
    if found.doubt:
        yield labels(texts.DOUBTED, why=labels.reason(found.doubt))
    yield from _cannot_be_told(found, labels)
    for post, key in found.still_sounding.items():
        yield labels(texts.STILL_SOUNDS, post=labels.post(post), alarm=labels.alarm(key), village=key.village)
    yield from shut_out(snapshot, labels, found.order.key.village)
    if found.order.act is Act.TEST:
        return
    match found.standing:
        case Standing.SILENT:
            yield labels(texts.HUB_SILENT_ALARM if found.order.act is Act.ALARM else texts.HUB_SILENT)
        case Standing.BEHIND:
            yield labels(texts.HUB_BEHIND)
        case Standing.REFUSED:
            yield labels(texts.HUB_REFUSED, why=labels.reason(found.refusal))
        case Standing.RECORDED:
            pass


def _verdict(found: OrderSnapshot, bad: int, labels: Labels) -> str:
    act, total = found.order.act, len(found.rows)
    last = max((row.after_s for row in found.rows if row.after_s is not None), default=None)
    took = "" if last is None else labels(texts.TOOK, time=labels.seconds(last))
    if act in (Act.ALARM, Act.TEST) and not total:
        return labels(texts.NO_POST_IN_REACH if act is Act.ALARM else texts.NO_POST_HERE)
    if act is Act.ALARM:
        text = texts.SOME_RING if bad else texts.ALL_RING
    elif act is Act.TEST:
        text = texts.ANSWERED
    else:
        return _quiet(found, bad, took, labels)
    return labels(text, mark="✗" if found.exit_code else "✓", total=total, good=total - bad, bad=bad,
                  took=took)


def _quiet(found: OrderSnapshot, bad: int, took: str, labels: Labels) -> str:
    """The verdict on what should be quiet."""
    unknown = len(found.out_of_reach) + sum(_unknown(found, row) for row in found.rows)
    mark = "✗" if found.exit_code else "✓"
    if bad:
        more = labels(texts.UNKNOWN_TOO, unknown=unknown) if unknown else ""
        return labels(texts.STILL_SOUNDING, mark=mark, bad=bad) + more
    if unknown:
        return labels(texts.UNKNOWN, mark=mark, unknown=unknown)
    return labels(texts.ALL_QUIET if found.rows else texts.NOTHING_SOUNDED, mark=mark, took=took)
