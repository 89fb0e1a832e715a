"""A table of many people: what spreadsheets save is read, and every fault is named with its line."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from broker.core import batch
from broker.core.accounts import Operator, Petugas, Warga
from contract.domain.district import read_district
from contract.settings.encoding import EncodingError
from contract.settings.schema import SettingsError
from contract.settings.yamltext import load
from tests.broker.installation import DISTRICT

SITUBONDO = read_district(load(DISTRICT.read_text("utf-8")))
TAKEN = {"operator", "budi", "kalibagor"}
BUDI_SANTOSO = {"budi-santoso": Warga(("kalibagor",), "Budi Santoso")}


def read(text: str, role: str = "warga") -> object:
    return batch.read(text, "rt3.csv", SITUBONDO, TAKEN, role)


def faults(text: str) -> list[str]:
    with pytest.raises(SettingsError) as error:
        read(text)
    return list(error.value.faults)


@pytest.mark.parametrize("text", [
    "nama;desa\nBudi Santoso;kalibagor\n",
    "nama,desa\r\nBudi Santoso,Kalibagor\r\n",
    "Nama\tDesa\nBudi Santoso\tDesa Kalibagor",
    "\n\ndesa;nama;peran\n KALIBAGOR ; Budi Santoso ;\n;;\n\n",
    'nama,desa,peran\n"Budi Santoso",kalibagor,Warga\n',
    "nama;desa;\nBudi Santoso;kalibagor;\n",
    "sep=;\r\nnama;desa\r\nBudi Santoso;kalibagor\r\n",
    '"sep=,"\nnama,desa\nBudi Santoso,kalibagor\n',
    "sep=|\nnama|desa\nBudi Santoso|kalibagor\n",
    "nama;desa\nBudi\u00a0Santoso;Desa\u00a0Kalibagor\n",
    "nama;desa\n\u200bBudi  Santoso\u00a0;Desa  Kalibagor\n",
])
def test_a_table_is_read_however_a_spreadsheet_separates_its_cells(text: str) -> None:
    assert read(text) == BUDI_SANTOSO


@pytest.mark.parametrize("body", [
    "\ufeffnama;desa\nNuraïni;Olean".encode(), "nama;desa\nNuraïni;Olean".encode("cp1252"),
    "nama;desa\nNuraïni;Olean".encode(), "nama;desa\nNuraïni;Olean".encode("utf-16"),
])
def test_a_table_is_read_in_whatever_encoding_a_spreadsheet_saves_it(body: bytes) -> None:
    assert read(batch.decode(body)) == {"nuraini": Warga(("olean",), "Nuraïni")}


def test_bytes_that_are_no_text_are_refused() -> None:
    for body in (b"nama;desa\n\0\0\0\0\0\0", b"nama;desa\n\x81;olean"):
        with pytest.raises(EncodingError):
            batch.decode(body)


@pytest.mark.parametrize("body", [b"PK\x03\x04\x14\0\x06\0", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_a_workbook_is_refused_with_how_a_table_is_made_of_it(body: bytes) -> None:
    with pytest.raises(EncodingError, match=r"is a workbook, not a table \(CSV\); in the spreadsheet: Save as, CSV"):
        batch.decode(body)


def test_the_line_of_a_fault_counts_the_one_that_names_the_separator() -> None:
    assert faults("sep=;\nnama;desa\n;olean\n") == ["rt3.csv: line 3: nama is empty"]


def test_a_table_has_all_who_log_in_with_rights_of_a_village() -> None:
    assert read("nama;desa;peran\nBudi Santoso;kalibagor;\nBabinsa;olean;petugas\nsiti;patokan;Operator\n") == {
        **BUDI_SANTOSO, "babinsa": Petugas(("olean",), "Babinsa"), "siti": Operator(("patokan",))}


def test_who_has_no_role_in_the_table_has_that_of_the_command() -> None:
    assert read("nama;desa\nBabinsa;olean\n", "petugas") == {"babinsa": Petugas(("olean",), "Babinsa")}


def test_every_fault_of_a_table_is_named_with_its_line() -> None:
    assert faults(
        "nama;desa;peran\nBudi;kalibagr;\n;olean;\nSiti;;warga\n***;olean;\nSri;olean;raja\nSri;olean;\n"
        f"{'x' * 41};olean;\nDewi;olean;;x\nDewi;olean;\n"
    ) == [
        "rt3.csv: line 2: budi is there already; take the line out (`kentongan broker card budi` makes a new card)",
        "rt3.csv: line 2: desa 'kalibagr' is no village of situbondo; did you mean kalibagor?",
        "rt3.csv: line 3: nama is empty",
        "rt3.csv: line 4: desa is empty",
        "rt3.csv: line 5: nama '***' has no letter from a to z and no digit, which an account's name needs",
        "rt3.csv: line 6: peran 'raja' is not allowed; use one of: warga, petugas, operator",
        "rt3.csv: line 7: sri is in line 6, too; write what tells them apart, such as 'Sri RT 3'",
        "rt3.csv: line 8: nama must be one line of at most 40 printable characters",
        "rt3.csv: line 9: has 4 cells, and the first line 3; put a name with ';' in it in double quotes",
    ]


@pytest.mark.parametrize(("text", "wanted"), [
    ("", ["rt3.csv: is empty; its first line names the columns: nama;desa"]),
    ("nama;desa\n\n", ["rt3.csv: names nobody; write a line for each person below the first one"]),
    ("Budi;kalibagor\n", [
        "rt3.csv: line 1: must name the column nama; write nama;desa or nama;desa;peran",
        "rt3.csv: line 1: must name the column desa; write nama;desa or nama;desa;peran",
        "rt3.csv: line 1: the column 'budi' is unknown; known here: nama, desa, peran",
        "rt3.csv: line 1: the column 'kalibagor' is unknown; known here: nama, desa, peran"]),
    ("nama;desa;nama\n", ["rt3.csv: line 1: names the column nama twice"]),
    ('nama;desa\nSri;olean\n"Dewi;olean\n', ["rt3.csv: line 3: is no line of a table: unexpected end of data"]),
    ("nama;desa\nSri\N{RIGHT-TO-LEFT OVERRIDE};olean\n",
     ["rt3.csv: line 2: nama must be one line of at most 40 printable characters"]),
    ('nama;desa\n"Sri\nWahyuni";olean\nBudi;olean\n', [
        "rt3.csv: line 2: nama must be one line of at most 40 printable characters",
        "rt3.csv: line 4: budi is there already; take the line out (`kentongan broker card budi` makes a new card)"]),
])
def test_what_is_no_table_of_people_is_refused(text: str, wanted: list[str]) -> None:
    assert faults(text) == wanted


def test_more_people_than_a_batch_takes_are_refused_in_a_line() -> None:
    rows = "".join(f"Warga {number};olean\n" for number in range(5001))
    assert faults(f"nama;desa\n{rows}") == ["rt3.csv: has 5001 people; at most 5000 at once"]


@given(st.text())
def test_no_text_at_all_is_more_than_refused(text: str) -> None:
    with suppress(SettingsError):
        assert read(text)


@given(st.text())
def test_an_accounts_name_has_small_letters_digits_and_single_hyphens(name: str) -> None:
    found = batch.slug(name)
    assert set(found) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert "--" not in found
    assert found == found.strip("-")
