"""What a proof asks of a broker, what it must answer, and how it is shown. Pure; must not talk to one."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from contract import roles
from contract.domain import foreign
from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import ALL_CLEAR
from contract.roles import Access, Account
from contract.wire import topics
from contract.wire.topics import (
    ActiveTopic,
    AlarmTopic,
    CommandTopic,
    LaporTopic,
    NodeTopic,
    PoskoTopic,
    ResponseTopic,
    RondaTopic,
)

THEFT = "pencurian"
UNKNOWN = "tak-dikenal"


@dataclass(frozen=True, slots=True)
class Answers:
    """What the broker let an account do: the topics that it wrote, and those of which it heard anything."""

    wrote: set[str] = field(default_factory=set)
    heard: set[str] = field(default_factory=set)


def probes(district: District) -> list[str]:
    """Topics in which roles and villages differ; two villages stand for all."""
    name = district.district
    homes = [village for village, each in sorted(district.villages.items()) if each.posts] or [*district.villages]
    first, *others = homes
    post = next(iter(district.villages[first].posts), "pos-1")
    found: list[topics.Topic] = [
        AlarmTopic(first, THEFT), AlarmTopic(first, ALL_CLEAR), AlarmTopic(first, UNKNOWN), RondaTopic(first),
        ResponseTopic(first), LaporTopic(first),
        CommandTopic(first, topics.SILENCE), CommandTopic(first, topics.TEST),
        NodeTopic(first, post, "status"), NodeTopic(first, post, "event"), NodeTopic(first, UNKNOWN, "status"),
    ]
    for other in others[:1]:
        found += [AlarmTopic(other, THEFT), RondaTopic(other), ResponseTopic(other), LaporTopic(other),
                  CommandTopic(other, topics.SILENCE),
                  NodeTopic(other, next(iter(district.villages[other].posts), post), "status")]
    found += [AlarmTopic(EVERYWHERE, THEFT), RondaTopic(EVERYWHERE), ResponseTopic(EVERYWHERE), LaporTopic(EVERYWHERE),
              CommandTopic(EVERYWHERE, topics.SILENCE), CommandTopic(EVERYWHERE, topics.TEST),
              AlarmTopic(UNKNOWN, THEFT),
              ActiveTopic(), PoskoTopic("status"), PoskoTopic("event")]
    names = [topics.write(name, each) for each in found]
    return [*names, topics.write(f"{name}-2", AlarmTopic(first, THEFT)), "lain/lain", *beyond(district)]


def beyond(district: District) -> list[str]:
    """Topics of other districts: what posts here may hear because a neighbour lies there, and what they may not. Nobody
    here may write on them.
    """
    found: list[topics.Topic] = [AlarmTopic(each, THEFT) for each in sorted(district.foreign)]
    for other in sorted(foreign.districts(district.foreign)):
        everywhere = foreign.name(other, EVERYWHERE)
        found += [AlarmTopic(foreign.name(other, UNKNOWN), THEFT), AlarmTopic(everywhere, ALL_CLEAR),
                  AlarmTopic(everywhere, THEFT), ActiveTopic(other)]
    return [topics.write(district.district, each) for each in found]


def wide(district: District) -> list[str]:
    """Filters through which somebody could hear what he may not, on a broker that judges filters and not messages."""
    base = f"{topics.ROOT}/{district.district}"
    village = next(iter(sorted(district.villages)))
    return ["#", "+/#", "+/+/+/+", "+/+/+/+/+", f"{topics.ROOT}/#", f"{base}/#", f"{base}/+/#", f"{base}/+/alarm/+",
            f"{base}/+/alarm/#", f"{base}/+/+", f"{base}/+/node/+/status", f"{base}/{village}/#",
            f"{base}/{village}/alarm/#", f"{base}/{EVERYWHERE}/#", f"{base}/*/lapor", f"{base}.{village}.lapor"]


def harmless(district: District) -> list[str]:
    """Topics in which roles and villages differ, and on which no post and no hub does anything but refuse.

    They are for a broker that is in use: nothing sounds, ends, is counted or becomes known by them.
    """
    name = district.district
    homes = [village for village, each in sorted(district.villages.items()) if each.posts] or [*district.villages]
    found: list[topics.Topic] = [
        topic for village in (*homes[:2], EVERYWHERE, UNKNOWN)
        for topic in (AlarmTopic(village, UNKNOWN), CommandTopic(village, UNKNOWN))
    ]
    found += [NodeTopic(village, UNKNOWN, "event") for village in homes[:2]]
    found += [AlarmTopic(village, UNKNOWN) for village in sorted(district.foreign)[:2]]
    names = [topics.write(name, each) for each in found]
    return [*names, topics.write(f"{name}-2", AlarmTopic(homes[0], UNKNOWN)), "lain/lain"]


def expected(district: str, account: Account, asked: list[str], writable: set[str]) -> Answers:
    """What *account* should be able to do; it can hear only what somebody may write, which is *writable*."""
    rules = roles.rules(district, account)
    return Answers(
        {each for each in asked if roles.may(rules, Access.WRITE, each)},
        {each for each in asked if each in writable and roles.may(rules, Access.READ, each)},
    )


def surprises(found: Mapping[str, Answers], wanted: Mapping[str, Answers], asked: list[str]) -> Iterator[str]:
    """Where the broker did not do what the table of roles says."""
    for name, answers in found.items():
        for topic in asked:
            for verb, did, should in (("write", answers.wrote, wanted[name].wrote),
                                      ("hear", answers.heard, wanted[name].heard)):
                if (topic in did) != (topic in should):
                    yield f"{name} {'can' if topic in did else 'cannot'} {verb} {topic}"


def guessable(boxes: Iterable[Account], district: str) -> Iterator[str]:
    """What to do about each of *boxes*, whose client id can be guessed."""
    for each in boxes:
        short = each.username.removeprefix(f"{district}.")
        yield (f"TO DO: {each.username}: its client id can be guessed, and who has an operator's or a reader's account "
               f"can end its connection by it; kentongan broker rotate {short} --reload, and hand over its bundle")


def table(found: Mapping[str, Answers], asked: list[str]) -> Iterator[str]:
    """What each account can do, a line each: w writes, r reads."""
    yield from (f"{number:>3}  {topic}" for number, topic in enumerate(asked, 1))
    yield ""
    width = max((len(name) for name in found), default=0)
    yield " " * width + "".join(f"{number:>4}" for number in range(1, len(asked) + 1))
    for name, answers in found.items():
        marks = (("r" if each in answers.heard else "") + ("w" if each in answers.wrote else "") for each in asked)
        yield f"{name:<{width}}" + "".join(f"{mark or '·':>4}" for mark in marks)
