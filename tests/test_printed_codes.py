"""The codes as people read them: two that are different never look alike, on no page, and the round like no alarm."""

import itertools
import re
from pathlib import Path

import pytest

from contract.domain.incidents import ALL_CLEAR, PATROL
from contract.domain.rhythm import Ending, Rhythm, write
from posko.poster.core.page import Codes, page
from posko.poster.pdf import onsets
from tests.contract.shipped import FAMILIES, catalogue, district, family, plain
from tests.posko.poster.test_page import BOX

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*(ROOT / "docs/id").glob("*.md"), ROOT / "demo/steps.py", ROOT / "demo/texts.py", ROOT / "README.md"])
DOTS = re.compile(r"●(?:[● ]*●)?")
SINGLE = re.compile(r"●( ●)+")


def seen(dots: str) -> str:
    """What a reader sees of *dots*: groups of strokes, with a gap of whatever width; what is written twice, once."""
    groups = dots.split()
    for length in range(1, len(groups)):
        if len(groups) % length == 0 and groups[:length] * (len(groups) // length) == groups:
            return " ".join(groups[:length])
    return " ".join(groups)


def alike(name: str, one: str, other: str) -> bool:
    """Whether the family *name* declares *one* and *other* alike."""
    return any({one, other} <= set(names) for names in plain(f"rhythms/{name}.yaml")["alike"])


def test_every_row_of_the_guides_table_looks_like_no_other() -> None:
    guide = (ROOT / "docs/id/panduan-pos.md").read_text("utf-8")
    rows = re.findall(r"^\| (●[● ]*●)[^|]*\|([^|]*)\|$", guide, re.MULTILINE)

    assert len(rows) == 9
    assert len({seen(dots) for dots, _ in rows}) == 9


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_nothing_but_single_strokes_of_the_one_alarm_looks_like_them(path: Path) -> None:
    """The round, three taps, would: so it stands in words."""
    single = [
        line for line in path.read_text("utf-8").splitlines()
        if any(SINGLE.fullmatch(" ".join(dots.split())) for dots in DOTS.findall(line))
    ]

    assert [line for line in single if "pembunuhan" not in line] == []


@pytest.mark.parametrize("name", FAMILIES)
def test_no_two_codes_are_drawn_alike_on_the_poster(name: str) -> None:
    """A gap counts as one if it is wider than the narrowest."""
    (codes,) = [block for part in page(BOX, district(), catalogue(), family(name)).sections for block in part.blocks
                if isinstance(block, Codes)]
    drawn = []
    for rhythm, _ in codes.rows:
        places = list(onsets(rhythm))
        gaps = [later - earlier for earlier, later in itertools.pairwise(places)]
        dots = "●" + "".join("●" if gap <= 1 else " ●" for gap in gaps)
        drawn.append(("titir" if rhythm.ending is Ending.TITIR else "", seen(dots)))

    assert len(set(drawn)) == len(drawn)


@pytest.mark.parametrize("name", FAMILIES)
def test_no_two_codes_that_are_not_declared_alike_are_written_alike(name: str) -> None:
    """As `kentongan play` writes them, once blanks are as wide as print makes them."""
    known = {code: " ".join(write(found.rhythm).split()) for code, found in family(name).codes.items()}
    same = {
        frozenset((one, other)) for one in known for other in known
        if one < other and known[one] == known[other] and not alike(name, one, other)
    }

    assert same == set()
    assert {ALL_CLEAR, PATROL} <= known.keys()


def test_a_reader_sees_a_figure_however_often_it_is_written() -> None:
    assert [seen(dots) for dots in ("●●  ●●", "●●", "● ●●●  ● ●●●", "●  ●  ●")] == ["●●", "●●", "● ●●●", "●"]
    assert write(Rhythm((0,), Ending.PAUSE)) == "●●‖"
