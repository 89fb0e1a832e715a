"""A message in words: its title and its text, in one language. What came from outside is data, one line each."""

from collections.abc import Iterator, Sequence

from posko.labels import outward, texts
from posko.labels.labels import Labels, clean
from posko.labels.language import Language
from posko.notify.core.faults import HUB, LINK
from posko.notify.core.occasions import Ended, Message, Occasion

POSTS = 10  # that one message names
LINES = 50  # of a summary
DELAYED_S = 120.0  # a message that is sent so late says so
_TITLES = {
    Occasion.ALARM: outward.ALARM, Occasion.UNANSWERED: outward.UNANSWERED, Occasion.MISSING: outward.MISSING,
}


def words(message: Message, labels: Labels, now_s: float) -> tuple[str, str]:
    """The title and the text of *message*, at *now_s*, in seconds since the epoch."""
    lines = _fault(message, labels, now_s) if message.occasion is Occasion.FAULT else _alarm(message, labels, now_s)
    return labels(outward.TITLE, district=labels.district, what=_title(message, labels)), "\n".join(lines)


def test(labels: Labels) -> tuple[str, str]:
    """The title and the text of a test message."""
    title = labels(outward.TITLE, district=labels.district, what=labels(outward.TEST))
    return title, labels(outward.TEST_BODY)


def summary(titles: Sequence[str], language: Language) -> tuple[str, str]:
    """One message for many, of their *titles*."""
    shown = [*titles[:LINES], *(["…"] if len(titles) > LINES else [])]
    return outward.SUMMARY.say(language, count=len(titles)), "\n".join(shown)


def delayed(title: str, age_s: float, language: Language) -> str:
    """The *title* of a message that was made *age_s* ago: what is not of now must not look as if it were."""
    minutes = int(age_s) // 60
    if age_s < DELAYED_S:
        return title
    length = texts.LENGTH_H.say(language, hours=minutes // 60) if minutes >= 60 else texts.LENGTH_MIN.say(
        language, minutes=minutes, seconds=int(age_s) % 60)
    return outward.DELAYED.say(language, length=length, title=title)


def _title(message: Message, labels: Labels) -> str:
    if message.occasion is Occasion.FAULT:
        return labels(outward.RECOVERED if message.recovered else outward.FAULT, who=_who(message, labels))
    if message.occasion is Occasion.REPORT:
        return labels(outward.REPORT, where=labels.place(message.village))
    text = _TITLES.get(message.occasion)
    if text is None:
        text = outward.CLEARED if message.ended is Ended.CLEARED else outward.OVER
    exercise = labels(texts.EXERCISE) if message.exercise else ""
    alarm = labels.alarm(message.key) if message.key is not None else labels.place(message.village)
    return labels(text, exercise=exercise, alarm=alarm)


def _alarm(message: Message, labels: Labels, now_s: float) -> Iterator[str]:
    """The lines about an alarm, or about a report."""
    if message.exercise:
        yield labels(outward.EXERCISE)
    yield labels(outward.WHEN, at=labels.when(message.at_s, now_s))
    if message.text:
        yield clean(message.text)
    if message.note and message.key is not None:
        yield labels(outward.NOTE, note=labels.note(message.key.incident, message.note))
    if message.severity and message.occasion in (Occasion.ALARM, Occasion.UNANSWERED, Occasion.REPORT):
        yield labels(outward.SEVERITY, severity=labels.word(texts.SEVERITIES, message.severity))
    yield from _sender(message, labels)
    yield from _posts(message, labels)
    yield from (labels(outward.RESPONDER, who=labels.who(each.by), step=labels.word(texts.STEPS, each.step))
                for each in message.responders)
    if message.occasion is Occasion.UNANSWERED:
        yield labels(outward.AFTER, length=labels.length(message.age_s))
    yield from _end(message, labels)


def _end(message: Message, labels: Labels) -> Iterator[str]:
    if message.late:
        yield labels(outward.LATE)
    if message.ended is not Ended.NOT:
        yield labels(outward.ENDED[message.ended])
    if message.occasion is Occasion.CLEAR:
        yield labels(outward.LASTED, length=labels.length(message.age_s))


def _sender(message: Message, labels: Labels) -> Iterator[str]:
    if message.origin:
        yield labels(outward.SENDER, who=labels.sender(message.origin, claimed=message.claimed))
    if message.origin in labels.phones:
        yield labels(outward.PHONE, phone=labels.phones[message.origin])


def _posts(message: Message, labels: Labels) -> Iterator[str]:
    """How many posts ring, and which do not."""
    if message.rings is not None:
        yield labels(outward.RINGS, rings=message.rings, expected=message.expected) if message.expected else labels(
            outward.NO_POSTS)
    for post, why in list(message.missing.items())[:POSTS]:
        yield labels(outward.NOT_RINGING, post=labels.post(post), why=labels.word(texts.REASONS, why),
                     call=labels.call(post))
    if len(message.missing) > POSTS:
        yield labels(outward.MORE, count=len(message.missing) - POSTS)


def _fault(message: Message, labels: Labels, now_s: float) -> Iterator[str]:
    if message.recovered:
        yield labels(outward.WHEN, at=labels.when(message.at_s, now_s))
        return
    yield labels(outward.SINCE, at=labels.when(message.at_s, now_s))
    if message.part == HUB and not message.post:
        yield labels(outward.HUB_SILENT)
    elif message.post:
        yield labels(outward.WHY, why=labels.word({**texts.STATES, **texts.REASONS}, message.reason))
        if message.post in labels.phones:
            yield labels(outward.PHONE, phone=labels.phones[message.post])
    elif message.reason:
        yield labels(outward.WHY, why=labels.reason(message.reason))


def _who(message: Message, labels: Labels) -> str:
    """What has, or had, a fault."""
    if message.post:
        return labels.post(message.post)
    if message.part == LINK:
        return labels(outward.LINK)
    if message.part == HUB:
        return labels(outward.HUB)
    return f"{labels(outward.HUB)}: {labels.part(message.part)}"
