"""What a page shows: names for people, and of a resident no more than is needed where everybody looks."""

from dataclasses import replace

import pytest

from contract.people import Person
from contract.roles import Role
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.operator.core import fold
from posko.web import view
from posko.web.core import step
from runtime.core.events import Clock
from tests.contract import shipped

BUDI = Person("budi", Role.WARGA, ("kalibagor",), display="Budi RT 3")
NAMELESS = Person("siti", Role.PETUGAS)


@pytest.mark.parametrize(("origin", "private", "shown"), [
    ("warga/budi", False, "Budi RT 3"),
    ("warga/budi", True, "warga"),
    ("petugas/budi", False, "petugas/budi"),  # another role than the card's
    ("petugas/siti", False, "petugas/siti"),
    ("petugas/siti", True, "petugas/siti"),
    ("warga/agus", False, "warga/agus"),
    ("kalibagor/pos-1", True, "Pos Kamling Kalibagor"),
])
def test_somebody_is_shown_by_the_name_on_the_card_and_a_resident_to_the_public_as_one(
    origin: str, private: bool, shown: str
) -> None:
    district, catalogue = shipped.district(), shipped.catalogue()
    state = replace(step.start(step.make_rules(district, catalogue, 1, 5), fold.make_setup(district, catalogue), 0.0,
                               Clock(synced=True, offset_s=0.0)), people={"budi": BUDI, "siti": NAMELESS})

    found = view._who(state, origin, make_labels(Language.ID, district, catalogue), private=private)

    assert found == shown
