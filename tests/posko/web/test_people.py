"""The people file as the page reads it."""

from pathlib import Path

import pytest

from contract.people import PeopleFile, Person, hashed, write_file
from contract.roles import Role
from contract.settings.schema import SettingsError
from posko.web import people

BUDI = Person("budi", Role.WARGA, ("kalibagor",), display="Budi RT 3", issued=1764400000,
              code=hashed("BUDYABCDEFGH", bytes(16)), key="BUD")


def fault(path: Path) -> str:
    with pytest.raises(SettingsError) as error:
        people.read(path, "situbondo")
    (one,) = error.value.faults
    return one


def test_the_people_are_known_by_name_and_by_code(tmp_path: Path) -> None:
    path = tmp_path / "people.json"
    path.write_text(write_file(PeopleFile("situbondo", (BUDI,))), "utf-8")
    known = people.read(path, "situbondo")
    assert known == {"budi": BUDI}
    assert people.whose("budy-abcd-efgh", known.values()) == BUDI


@pytest.mark.parametrize(("body", "why"), [
    (None, "{path}: cannot be read: No such file or directory; `kentongan broker provision` writes it"),
    (b"", "{path}: is no JSON; `kentongan broker provision` writes it anew"),
    (b'{"district": "situbondo", "people": [', "{path}: is no JSON; `kentongan broker provision` writes it anew"),
    (b"\xff\xfe\x00", "{path}: is no JSON; `kentongan broker provision` writes it anew"),
    (b"[" * 200_000, "{path}: is no JSON; `kentongan broker provision` writes it anew"),
    (b"[]", "people.json: must be a mapping, its members indented below it, not []"),
    (b'{"district": "panji", "people": []}', "{path}: is of the district 'panji', and this is 'situbondo'"),
])
def test_a_file_that_is_none_is_refused_in_a_line(tmp_path: Path, body: bytes | None, why: str) -> None:
    path = tmp_path / "people.json"
    if body is not None:
        path.write_bytes(body)
    assert fault(path) == why.format(path=path)
