"""Which codes a listener, or a reader, takes for each other. Pure; must not know which families there are.

Whoever hears a drum at night knows the published codes and nothing else: not our tempo, for no source gives one and
every hand has its own; not how long the code will go on, nor where in it he begins to listen. So he counts strokes, by
the gaps between them: some go together, some stand apart, and the longest gap of what repeats ends a figure. Of
figures that differ he keeps the one that most are; without such a one, he has only heard which strokes go together.
Two gaps that differ by less than `SAME_GAP` are one and the same to him. How slowly a figure is beaten makes no other
code of it.

Of even strokes there is nothing to count, and only their pace is left. It is heard in three kinds, with borders that
everybody has: what follows within `RATTLE_S` is a rattle, no longer a beat to tap one's foot to; past `APART_S` nobody
hears a rhythm, each stroke stands alone (P. Fraisse, "Rhythm and Tempo", in D. Deutsch (ed.), The Psychology of Music,
1982: up to 1.8 s; J. London, Hearing in Time, 2004: beats from 0.2 or 0.25 s to 1.5 or 2 s). One pace is told from
another if it lies beyond a border whichever hand beats either: hands are taken to be `HANDS` times as slow as a family
says, which is what the project's decoder understands.
"""

from enum import Enum
from itertools import pairwise

from contract.domain.rhythm import Ending, Figure, Rhythm

SAME_GAP = 1.25
RATTLE_S, APART_S = 0.25, 1.8
HANDS = (0.8, 1.4)


class _Pace(Enum):
    RATTLE = "rattle"
    BEAT = "beat"
    APART = "apart"


def sounds_like(one: Figure, other: Figure) -> bool:
    """Whether a listener who comes in at any stroke could take *one* for *other*, at whatever tempo they are beaten.

    What is beaten once could be the beginning of what repeats.
    """
    if not one.repeats:
        one, other = other, one
    if not one.repeats:
        return _counted_alike(one, other) and _paces_meet(_even_s(one), _even_s(other))
    even_s, other_even_s = _even_s(one), _even_s(other)
    if not other.repeats:
        return _begins(other, one) if even_s is None else _could_go_on(other, even_s)
    if even_s is not None or other_even_s is not None:
        return even_s is not None and other_even_s is not None and _paces_meet(even_s, other_even_s)
    return not _kept(_kinds(one)).isdisjoint(_kept(_kinds(other)))


def looks_like(one: Rhythm, other: Rhythm) -> bool:
    """Whether a reader could take *one* for *other*: print shows how strokes are grouped, not how wide the gaps are."""
    titir = (one.ending is Ending.TITIR, other.ending is Ending.TITIR)
    return all(titir) or (not any(titir) and _groups(one) == _groups(other))


def _groups(rhythm: Rhythm) -> tuple[bool, ...]:
    return tuple(spaces > 0 for spaces in rhythm.spaces)


def _kinds(figure: Figure) -> tuple[int, ...]:
    """What each of the figure's intervals is to a listener; see `_heard`."""
    return _heard(figure.intervals_s, ends=figure.repeats)


def _heard(intervals_s: tuple[float, ...], *, ends: bool) -> tuple[int, ...]:
    """Each interval as 0, where strokes go together, or 1, a gap; if the longest *ends* a figure, that as 2."""
    order = sorted(set(intervals_s))
    rank = {}
    count = 0
    for shorter, longer in pairwise([order[0], *order] if order else []):
        count += longer > shorter * SAME_GAP
        rank[longer] = count
    return tuple(2 if ends and 0 < rank[each] == count else min(rank[each], 1) for each in intervals_s)


def _counted_alike(one: Figure, other: Figure) -> bool:
    """Whether two that are beaten once have as many strokes, and the same gaps or mostly one and the same figure."""
    if len(one.onsets_s) != len(other.onsets_s):
        return False
    shares, other_shares = (_shares(_heard(each.intervals_s, ends=True)) for each in (one, other))
    return _kinds(one) == _kinds(other) or any(min(shares[each], other_shares.get(each, 0)) > 0.5 for each in shares)


def _kept(kinds: tuple[int, ...]) -> set[tuple[int, ...]]:
    """What he may keep of the *kinds* of what repeats, not evenly: what half of the figures are, or what goes together.

    Whether it is more than just half depends on where he begins. A figure ends with its gap; what goes together has no
    end, and is the same from each stroke on.
    """
    ended = kinds.index(2) + 1
    shares = _shares((kinds[ended:] + kinds[:ended])[:-1])
    kept = {(*each, 2) for each in shares if shares[each] >= 0.5}
    if any(share > 0.5 for share in shares.values()):
        return kept
    return kept.union(_turns(_period(tuple(min(kind, 1) for kind in kinds))))


def _shares(kinds: tuple[int, ...]) -> dict[tuple[int, ...], float]:
    """How many of the figures between the longest gaps each is, of those that are more than a single stroke."""
    figures: list[tuple[int, ...]] = [()]
    for kind in kinds:
        if kind == 2:
            figures.append(())
        else:
            figures[-1] += (kind,)
    return {each: figures.count(each) / len(figures) for each in figures if each}


def _even_s(figure: Figure) -> float | None:
    """From stroke to stroke where they are even; None where they are not, or where there is only one."""
    intervals_s = figure.intervals_s
    return sum(intervals_s) / len(intervals_s) if intervals_s and not any(_kinds(figure)) else None


def _paces(interval_s: float) -> set[_Pace]:
    """How quick strokes that are even may be to a listener, *interval_s* apart as the family says.

    What lies on a border, as exactly as arithmetic tells, is heard on either side of it.
    """
    quickest_s, slowest_s = (round(interval_s * factor, 9) for factor in HANDS)
    found = {_Pace.RATTLE} if quickest_s <= RATTLE_S else set()
    if slowest_s >= APART_S:
        found.add(_Pace.APART)
    return found | ({_Pace.BEAT} if slowest_s >= RATTLE_S and quickest_s <= APART_S else set())


def _paces_meet(one_s: float | None, other_s: float | None) -> bool:
    """Whether neither pace, where there is one, keeps the two apart."""
    return one_s is None or other_s is None or bool(_paces(one_s) & _paces(other_s))


def _could_go_on(once: Figure, even_s: float) -> bool:
    """Whether the strokes of *once* could be the first of many, *even_s* apart."""
    if not once.intervals_s:
        return _paces(even_s) != {_Pace.RATTLE}
    return not any(_kinds(once)) and _paces_meet(_even_s(once), even_s)


def _begins(once: Figure, repeating: Figure) -> bool:
    """Whether *once* could be the beginning of *repeating*: one figure, which ends at the longest gap, or more."""
    kinds, own = _kinds(repeating), _kinds(once)
    period = len(_period(kinds))
    for place, kind in enumerate(kinds[:period]):
        if kind == max(kinds) and len(own) >= period - 1:
            turned = repeating.intervals_s[place + 1:] + repeating.intervals_s[:place + 1]
            heard_s = (turned * (len(own) // len(turned) + 1))[:len(own)]
            if _heard(heard_s, ends=False) == own:
                return any(own) or not own or _paces_meet(heard_s[0], _even_s(once))
    return False


def _period(kinds: tuple[int, ...]) -> tuple[int, ...]:
    """The shortest beginning of *kinds* of which the whole is a repetition."""
    lengths = (length for length in range(1, len(kinds) + 1) if len(kinds) % length == 0)
    return next(kinds[:length] for length in lengths if kinds[:length] * (len(kinds) // length) == kinds)


def _turns(kinds: tuple[int, ...]) -> list[tuple[int, ...]]:
    return [kinds[begun:] + kinds[:begun] for begun in range(len(kinds))]
