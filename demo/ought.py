"""What the tour's steps are written with: the posts, the codes, and what usually is expected of a post. By hand.

Who hears whom is read off the map, not computed: Kalibagor borders Kotakan and Talkandang; Patokan borders Dawuhan
and Olean; Dawuhan borders Talkandang, too; the Polsek hears everyone. Must not ask the code under test.
"""

from collections.abc import Mapping

from demo.expect import AtRest, Expectation, Quiet, Says, Told
from demo.expect_pins import Beats, SirenOn, Stops

PATOKAN, DAWUHAN, KALIBAGOR = "patokan.pos-1", "dawuhan.pos-1", "kalibagor.pos-1"
KOTAKAN, TALKANDANG, OLEAN, POLSEK = "kotakan.pos-1", "talkandang.pos-1", "olean.pos-1", "patokan.polsek"
ALL = (PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN, TALKANDANG, OLEAN, POLSEK)

# The published codes, by hand. ●●‖: two strokes and a pause; ●●●●‖: four. ● ●●●●●●● ●: one, seven, one (doro muluk).
# ●  ●  ●: the watch's round, slow.
TWO = Beats((0.30, 1.20, 0.30, 1.20))
FOUR = Beats((0.30, 0.30, 0.30, 1.20))
DORO_MULUK = Beats((0.75, 0.30, 0.30, 0.30, 0.30, 0.30, 0.30, 0.75), once=True)
PATROL = Beats((1.80, 1.80), once=True)


def rings(incident: str, village: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    """*posts* sound *incident* of *village*: seen, said and told."""
    told = Told("sounding", {"incident": incident, "village": village})
    return dict.fromkeys(posts, (SirenOn(), Says(incident, village), told))


def cleared(
    incident: str, village: str, *posts: str, within_s: float = 1.0
) -> dict[str, tuple[Expectation, ...]]:
    """*posts* fall silent as it is cleared, *within_s*; then they beat the safe code, once."""
    told = Told("cleared", {"incident": incident, "village": village})
    return dict.fromkeys(posts, (told, Stops(within_s), DORO_MULUK, AtRest()))


def refuses(reason: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    """*posts* stay quiet, and tell *reason*."""
    return dict.fromkeys(posts, (Told("refused", {"reason": reason}), Quiet()))


def also(expected: Mapping[str, tuple[Expectation, ...]], *more: Expectation) -> dict[str, tuple[Expectation, ...]]:
    """What is *expected*, and *more* of each."""
    return {post: (*each, *more) for post, each in expected.items()}
