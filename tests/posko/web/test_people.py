"""The people file as the page reads it."""

from pathlib import Path

import pytest

from contract.people import PeopleFile, Person, hashed, write_file
from contract.roles import Role
from contract.settings.schema import SettingsError
from contract.wire.faults import Fault
from posko.web import people, service
from posko.web.core.asked import PeopleRead
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox
from tests.support.waiting import take

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


def test_while_the_program_runs_each_fault_of_the_file_is_reported_and_that_it_is_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "PEOPLE_S", 0.01)
    path, inbox = tmp_path / "people.json", Inbox()
    path.write_text("{", "utf-8")
    with service._PeopleThread(path, "situbondo", inbox):
        first = take(inbox, Faulted)
        path.write_text(write_file(PeopleFile("panji", ())), "utf-8")
        second = take(inbox, Faulted)
        path.write_text(write_file(PeopleFile("situbondo", (BUDI,))), "utf-8")
        read, over = take(inbox, PeopleRead), take(inbox, Recovered)

    assert first == Faulted(Fault.PEOPLE, f"{path}: is no JSON; `kentongan broker provision` writes it anew")
    assert second == Faulted(Fault.PEOPLE, f"{path}: is of the district 'panji', and this is 'situbondo'")
    assert (read, over) == (PeopleRead({"budi": BUDI}), Recovered(Fault.PEOPLE))
