"""The people of the page: their codes, and the file that the broker's tool writes and the page reads."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract import people
from contract.people import ALPHABET, PeopleFile, Person
from contract.roles import Account, Role
from contract.settings.schema import SettingsError

CODE, OTHER = "BUDYABCDEFGH", "BUDYABCDEFGJ"
SALT = bytes(range(16))
CODES = st.text(ALPHABET, min_size=12, max_size=12)
BUDI = Person("budi", Role.WARGA, ("kalibagor",), display="Budi RT 3", issued=1764400000,
              code=people.hashed(CODE, SALT), key="BUD")
CAMAT = Person("camat", Role.OPERATOR, (), everywhere=True, issued=1764400001,
               code=people.hashed("CAMATCAMATCA", SALT), key="CAM")
FILE = PeopleFile("situbondo", (BUDI, CAMAT))


def written(**changed: Any) -> dict[str, Any]:
    """The file of one warga, with what is *changed* of him; None leaves a member out."""
    one = {**json.loads(people.write_file(PeopleFile("situbondo", (BUDI,))))["people"][0], **changed}
    return {"district": "situbondo", "people": [{name: each for name, each in one.items() if each is not None}]}


def faults(found: object) -> list[str]:
    with pytest.raises(SettingsError) as error:
        people.read_file(found, "people.json")
    return list(error.value.faults)


def test_what_is_written_is_read_back_whole() -> None:
    assert people.read_file(json.loads(people.write_file(FILE)), "people.json") == FILE


def test_without_people_there_is_a_file_all_the_same() -> None:
    assert people.write_file(PeopleFile("situbondo", ())) == '{"district": "situbondo", "people": []}\n'


def test_each_person_has_a_line_of_the_file() -> None:
    head, budi, camat, tail = people.write_file(FILE).splitlines()
    assert (head, tail) == ('{"district": "situbondo", "people": [', "]}")
    assert budi.startswith('{"name": "budi", "display": "Budi RT 3", "role": "warga", "villages": ["kalibagor"], ')
    assert camat.startswith('{"name": "camat", "role": "operator", "villages": [], "everywhere": true, ')


def test_the_file_has_no_code_and_nine_of_its_characters_can_be_guessed_only() -> None:
    text = people.write_file(FILE)
    assert CODE not in text
    assert CODE[3:] not in text
    assert math.log2(len(ALPHABET) ** (people.LENGTH - people.KEY_LENGTH)) > 44


def test_a_person_is_an_account_of_the_table_of_roles_and_a_sender() -> None:
    assert BUDI.account == Account("budi", Role.WARGA, ("kalibagor",))
    assert CAMAT.account == Account("camat", Role.OPERATOR, (), everywhere=True)
    assert (BUDI.sender, CAMAT.sender) == ("warga/budi", "operator/camat")


@pytest.mark.parametrize("typed", ["BUDY-ABCD-EFGH", "budy-abcd-efgh", " bud yab cde fgh\n", "BUDYABCDEFGH"])
def test_case_hyphens_and_blanks_of_a_code_do_not_matter(typed: str) -> None:
    assert people.whose(typed, FILE.people) == BUDI


@pytest.mark.parametrize("typed", [
    people.shown(OTHER), "BUDY", "", "CAMY-ABCD-EFGH", "XYZY-ABCD-EFGH", "BUDY-ABCD-EFGH-JKLM", "B0DY-ABCD-EFGI",
    "é" * 12,
])
def test_another_code_is_nobodys(typed: str) -> None:
    assert people.whose(typed, FILE.people) is None


def test_nobody_has_a_code_where_there_are_no_people() -> None:
    assert people.whose(CODE, ()) is None


@pytest.mark.parametrize("typed", [CODE, OTHER, "XYZYABCDEFGH"])
def test_a_login_costs_one_hash_whether_somebody_is_found_or_not(typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tried: list[str] = []

    def fits(code: str, _hash: str) -> bool:
        tried.append(code)
        return False

    monkeypatch.setattr(people, "fits", fits)
    people.whose(typed, FILE.people)
    assert tried == [typed]


def test_a_hash_is_scrypts_as_rfc_7914_has_it() -> None:
    # The third vector of its section 12: N = 16384, r = 8, p = 1, of which 32 bytes are compared.
    wanted = "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"
    assert people._scrypt("pleaseletmein", b"SodiumChloride", 2**14, 8, 1).hex() == wanted


def test_no_two_characters_of_a_code_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 31
    assert not set(ALPHABET) & set("IL1O0")


@given(CODES)
def test_a_code_is_read_as_it_is_shown(code: str) -> None:
    assert people.plain(people.shown(code)) == people.plain(code.lower()) == code
    assert people.shown(code) == f"{code[:4]}-{code[4:8]}-{code[8:]}"


@given(st.text())
def test_what_is_read_as_a_code_has_its_length_and_alphabet(typed: str) -> None:
    code = people.plain(typed)
    assert code is None or (len(code) == 12 and set(code) <= set(ALPHABET))


@pytest.mark.parametrize(("changed", "fault"), [
    ({"role": "hub"}, "people.json.people.1.role: 'hub' is not allowed; use operator or petugas or reader or warga"),
    ({"villages": []}, "people.json.people: the warga budi has no village"),
    ({"code": None}, "people.json.people: budi lacks a code; `kentongan broker card budi` makes one"),
    ({"code": "BUDYABCDEFGH"}, ("people.json.people.1.code: 'BUDYABCDEFGH' is not allowed; use a scrypt hash "
                               "n$r$p$salt$hash")),
    ({"code": BUDI.code.replace("16384", "999998")}, ("people.json.people.1.code: the costs 999998, 8, 1 of this hash "
                                                     "are out of bounds")),
    ({"display": "a\nb"}, ("people.json.people.1.display: must be a name in one line of at most 40 printable "
                          "characters")),
    ({"display": "\N{RIGHT-TO-LEFT OVERRIDE}idub"}, ("people.json.people.1.display: must be a name in one line of at "
                                                   "most 40 printable characters")),
    ({"name": "Budi"}, ("people.json.people.1.name: 'Budi' is not allowed; use small letters, digits and single "
                       "hyphens, such as budi")),
    ({"vilages": []}, "people.json.people.1.vilages: unknown; did you mean villages?"),
])
def test_a_person_who_is_not_well_formed_is_refused_in_a_line(changed: dict[str, Any], fault: str) -> None:
    assert faults(written(**changed)) == [fault]


def test_a_name_and_a_key_are_one_persons() -> None:
    (one,) = written()["people"]
    assert faults({"district": "situbondo", "people": [one, one]}) == [
        "people.json.people: the name 'budi' is there more than once",
        "people.json.people: the key 'BUD' is there more than once"]
