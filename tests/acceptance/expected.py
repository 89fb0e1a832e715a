"""What is expected of each post, and of the hub, in each step of the tour. Data, by hand; must not ask the code.

Who hears whom is read off the map, not computed: Kalibagor borders Kotakan; Talkandang borders Patokan, Dawuhan and
Olean; Patokan borders Dawuhan, too; the Polsek hears everyone. A post that a step does not name stays quiet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo import steps
from demo.steps import DAWUHAN, KALIBAGOR, KOTAKAN, OLEAN, PATOKAN, POLSEK, TALKANDANG
from demo.tour import Step
from tests.acceptance.expectations import (
    AgeCounted,
    AtRest,
    Beats,
    Expectation,
    GoesOn,
    Lists,
    ListsAgain,
    Lit,
    Logs,
    NoSiren,
    Off,
    OwnSiren,
    Publishes,
    Quiet,
    SirenOn,
    Sounds,
    Steady,
    Stops,
)

Expectations = Mapping[str, tuple[Expectation, ...]]

ALL = (PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN, TALKANDANG, OLEAN, POLSEK)
# The published codes: two strokes and a pause; four; one, seven, one (doro muluk); the patrol's three, slow.
TWO, FOUR = Beats("●● ●● ●"), Beats("●●●● ●")
DORO_MULUK, PATROL = Beats("● ●●●●●●● ●", once=True), Beats("● ● ●", once=True)
FLOOD, FLOOD_ABOUT = ("bencana", "semua"), {"incident": "bencana", "village": "semua"}
# Of four strokes a cycle has: 5 s siren, 1 s rest, five figures of 2.1 s, 1 s rest, 7 s for a voice; where two posts
# are within earshot, the last 18.5 s of it once more.
GOES_ON = {
    **dict.fromkeys((DAWUHAN, TALKANDANG), (GoesOn(*FLOOD), Steady(cycle_s=24.5))),
    OLEAN: (GoesOn(*FLOOD), Steady(cycle_s=24.5, late_comer=True)),  # its power has just come back
    **dict.fromkeys((KALIBAGOR, KOTAKAN, PATOKAN, POLSEK), (GoesOn(*FLOOD), Steady(cycle_s=43.0))),
}
THEIRS = {"incident": "pencurian", "village": "patokan"}


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected in `step`: of posts by their names, and of the hub."""

    step: Step
    posts: Expectations
    hub: tuple[Expectation, ...] = ()

    def of(self, name: str) -> tuple[Expectation, ...]:
        """What is expected of *name*, a post or the hub."""
        return self.hub if name == "posko" else self.posts.get(name, (Quiet(),))


def rings(incident: str, village: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    """*posts* sound *incident* of *village*: seen, and reported in status and event."""
    event = Publishes("sounding", {"incident": incident, "village": village})
    return dict.fromkeys(posts, (SirenOn(), Sounds(incident, village), event))


def cleared(incident: str, village: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    """*posts* fall silent as it is cleared; then they beat the safe code, once."""
    event = Publishes("cleared", {"incident": incident, "village": village})
    return dict.fromkeys(posts, (event, Stops(), DORO_MULUK, AtRest()))


def refuses(reason: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    """*posts* stay quiet, and report *reason*."""
    return dict.fromkeys(posts, (Publishes("refused", {"reason": reason}), Quiet()))


def also(expected: Expectations, *more: Expectation) -> dict[str, tuple[Expectation, ...]]:
    """What is *expected*, and *more* of each."""
    return {post: (*each, *more) for post, each in expected.items()}


def patrols(origin: str) -> tuple[Expectation, ...]:
    """A post beats the patrol's code, without a siren."""
    return Publishes("ronda", {"village": "patokan", "origin": origin}), PATROL, NoSiren(), AtRest()


EXPECTED = (
    Expected(steps.THEFT, {
        **rings("pencurian", "kalibagor", POLSEK),
        **also(rings("pencurian", "kalibagor", KALIBAGOR, KOTAKAN), TWO),
    }, (Lists((("pencurian", "kalibagor"),)), Publishes("proven", {"incident": "pencurian"}))),
    Expected(
        steps.THEFT_OVER, cleared("pencurian", "kalibagor", KALIBAGOR, KOTAKAN, POLSEK),
        (Lists(), Publishes("cleared", {"incident": "pencurian", "village": "kalibagor"})),
    ),
    Expected(
        steps.PATROL, {PATOKAN: patrols("button"), POLSEK: patrols("network")},
        (Publishes("ronda", {"village": "patokan", "origin": "patokan/pos-1"}), Lists()),
    ),
    Expected(steps.PRESS, {
        OLEAN: (
            OwnSiren(), Lit("kebakaran"), Sounds("kebakaran", "olean"),
            Publishes("pressed"), Publishes("published"), Publishes("listed"),
        ),
        **rings("kebakaran", "olean", TALKANDANG, POLSEK),
    }, (Lists((("kebakaran", "olean"),)), Publishes("proven", {"incident": "kebakaran"}))),
    Expected(steps.PRESS_OVER, {
        **cleared("kebakaran", "olean", TALKANDANG, POLSEK),
        **also(cleared("kebakaran", "olean", OLEAN), Publishes("pressed", {"incident": "aman"})),
    }, (Lists(), Publishes("cleared", {"incident": "kebakaran", "village": "olean"}))),
    Expected(steps.DISASTER, {
        **rings(*FLOOD, PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN),
        **also(rings(*FLOOD, POLSEK, TALKANDANG), FOUR),
        OLEAN: (Off(),),
    }, (Lists((FLOOD,)), Publishes("missing", {"incident": "bencana", "missing": {"olean/pos-1": "offline"}}))),
    Expected(steps.POWER_BACK, {
        **GOES_ON,
        OLEAN: (SirenOn(), Sounds(*FLOOD), Publishes("sounding", {"incident": "bencana", "origin": "hub"})),
    }, (Lists((FLOOD,)), Publishes("proven", {"incident": "bencana"}))),
    Expected(steps.HUB_DIES, GOES_ON, (Off(),)),
    Expected(
        steps.HUB_BACK, GOES_ON,
        (ListsAgain(), Lists((FLOOD,)), Publishes("restored", {"incident": "bencana"})),
    ),
    Expected(steps.DISASTER_OVER, cleared(*FLOOD, *ALL), (Lists(), Publishes("cleared", {"incident": "bencana"}))),
    Expected(
        steps.LOWER, rings("pencurian", "dawuhan", DAWUHAN, PATOKAN, TALKANDANG, POLSEK),
        (Lists((("pencurian", "dawuhan"),)), Publishes("proven", {"incident": "pencurian"})),
    ),
    Expected(
        steps.ANSWERED, dict.fromkeys((DAWUHAN, PATOKAN, TALKANDANG, POLSEK), (GoesOn("pencurian", "dawuhan"),)),
        (Lists((("pencurian", "dawuhan"),)), Publishes("responded", {
            "incident": "pencurian", "village": "dawuhan", "by": "petugas/polsek", "step": "menuju"})),
    ),
    Expected(steps.HIGHER, {
        **also(rings("kebakaran", "olean", TALKANDANG, POLSEK),
               Publishes("preempted", {"incident": "pencurian", "village": "dawuhan"})),
        **rings("kebakaran", "olean", OLEAN),
        **dict.fromkeys((PATOKAN, DAWUHAN), (GoesOn("pencurian", "dawuhan"),)),
    }, (
        Lists((("kebakaran", "olean"), ("pencurian", "dawuhan"))), Publishes("proven", {"incident": "kebakaran"}),
    )),
    Expected(steps.BOTH_OVER, {
        **dict.fromkeys((KOTAKAN, KALIBAGOR), (DORO_MULUK, AtRest())),
        **cleared("kebakaran", "olean", OLEAN),
        **cleared("pencurian", "dawuhan", PATOKAN, DAWUHAN),
        **also(cleared("kebakaran", "olean", TALKANDANG, POLSEK),
               Publishes("cleared", {"incident": "pencurian", "village": "dawuhan"})),
    }, (Lists(), Publishes("cleared", {"incident": "kebakaran"}), Publishes("cleared", {"incident": "pencurian"}))),
    Expected(
        steps.BAD_PAYLOAD, refuses("JSON", KALIBAGOR, KOTAKAN, POLSEK),
        (Publishes("refused", {"reason": "JSON"}), Lists()),
    ),
    Expected(
        steps.TYPO, refuses("did you mean pencurian", KOTAKAN, POLSEK),
        (Publishes("refused", {"reason": "did you mean pencurian"}), Lists()),
    ),
    Expected(steps.BROKER_DIES, {PATOKAN: (OwnSiren(), Lit("pencurian"), Logs("sounding", THEIRS))}),
    Expected(steps.BROKER_BACK, {
        **dict.fromkeys((KALIBAGOR, KOTAKAN, OLEAN), (Logs("linked"), Quiet())),
        PATOKAN: (
            Logs("linked"), Sounds("pencurian", "patokan"), AgeCounted(),
            Publishes("pressed", {"incident": "pencurian"}), Publishes("listed", {"incident": "pencurian"}),
        ),
        **dict.fromkeys((DAWUHAN, TALKANDANG, POLSEK), (
            Logs("linked"), SirenOn(), Sounds("pencurian", "patokan"), Publishes("sounding", THEIRS),
        )),
    }, (Logs("linked"), Publishes("proven", THEIRS), Lists((("pencurian", "patokan"),)))),
    Expected(
        steps.PATOKAN_OVER, cleared("pencurian", "patokan", PATOKAN, DAWUHAN, TALKANDANG, POLSEK),
        (Lists(), Publishes("cleared", THEIRS)),
    ),
)
