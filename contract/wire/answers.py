"""What every listener finds wrong, or odd, about an alarm, in the same words. Pure."""

from collections.abc import Collection, Mapping

from contract.domain import incidents
from contract.domain.alarm import Name, Status
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import Incident
from contract.settings.suggestions import suggestion
from contract.text import readable
from contract.wire import alarm, timing, topics, typed
from contract.wire.alarm import Body
from contract.wire.typed import Switch

RETAINED = "published with the retain flag; leave out -r"


def unknown_name(
    village: str, incident: str, villages: Collection[str], known: Mapping[str, Incident], *, look_up: bool = True
) -> str | None:
    """What is unknown of a topic's names, with what was probably meant; None if both are known.

    Without *look_up* nothing near is sought: under a flood of typos that would cost too much.
    """
    odd = unknown("village", village, {EVERYWHERE, *villages}, look_up=look_up)
    if odd is not None:
        return odd
    if incident in known:
        if not known[incident].everywhere or village == EVERYWHERE:
            return None
        return f"{incident} is raised for all villages at once, to …/{EVERYWHERE}/alarm/{incident}"
    hint = incidents.suggestion(incident, known) if look_up else "look it up"
    return f"unknown incident {incident[:80]!r}; {hint}"


def unknown(what: str, word: str, known: Collection[str], *, look_up: bool = True) -> str | None:
    """That there is no *what* called *word*, with the nearest of the *known* ones; None if there is."""
    if word in known:
        return None
    hint = suggestion(word, sorted(known)) if look_up else "look it up"
    return f"unknown {what} {word[:80]!r}; {hint}"


def unknown_command(word: str, *, look_up: bool = True) -> str | None:
    """That there is no command *word*, with the one that was probably meant; None if there is."""
    if incidents.is_all_clear(word):
        return f"unknown command {word[:80]!r}; the all-clear is published to …/alarm/{incidents.ALL_CLEAR}"
    if typed.switch(word) is Switch.OFF:
        return f"unknown command {word[:80]!r}; did you mean {topics.SILENCE}?"
    return unknown("command", word, topics.COMMANDS, look_up=look_up)


def wants_stroke(payload: bytes) -> bool | str:
    """Whether a self-test's *payload* asks for one quiet stroke; a sentence where it says something else."""
    word = typed.unquoted(readable(typed.decode(payload[:200])[0])).casefold()
    if word in ("", topics.KNOCK.decode()):
        return word != ""
    return f"payload {word[:40]!r}: unknown, so nothing is beaten; {topics.KNOCK.decode()} asks for one quiet stroke"


def oddities(body: Body, *, retain: bool) -> list[str]:
    """What is odd about an alarm that sounds all the same."""
    reasons = [RETAINED] if retain else []
    reasons += body.doubts
    if body.ignored:
        reasons.append(f"unknown members ignored: {', '.join(body.ignored)}")
    if body.severity is not None and body.severity not in alarm.CAP_SEVERITIES:
        reasons.append(f"severity {body.severity!r} is not one of CAP's")
    return reasons


def shared(namesake: Name) -> str:
    """That an identifier was seen before, as that of *namesake*: something else, which it does not touch."""
    return f"the same identifier was seen for {namesake.incident} in {namesake.village}; it names both"


def round_objection(body: Body, *, retain: bool) -> str | None:
    """Why a watch's round is none; None if it is one."""
    if retain:
        return f"a round is {RETAINED}"
    if body.status is Status.TEST:
        return "status Test: no round is made"
    return "a round that is over" if body.elapsed_s >= timing.PATROL_S else None


def overdue(body: Body, duration_s: float, epoch_s: float | None) -> str | None:
    """Why an alarm that lasts *duration_s* seconds is too late; None if it is not.

    *epoch_s* is the time of day, or None where it is not certain, or the sender's clock is known to disagree. The age
    that a sender gives was counted by a clock that never jumps, so it outranks every time of day: the sender's own
    times count only without it, and only between two synchronised clocks.
    """
    if body.elapsed_s >= duration_s:
        return "its time was over before it came"
    if body.age_s is not None or epoch_s is None or body.clock != alarm.SYNCED:
        return None
    if body.expires is not None and body.expires <= epoch_s:
        return "it expired before it came"
    if body.sent is not None and body.sent + duration_s <= epoch_s:
        return "it was sent too long ago"
    return None
