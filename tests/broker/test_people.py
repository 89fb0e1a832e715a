"""People of the page: they are let in, shut out and given new cards by the tool; what the page reads is what counts."""

import re
import stat
from pathlib import Path

import pytest

from broker import page
from contract.people import Person
from contract.roles import Role
from posko.web import people
from tests.broker.installation import Installation, Said
from tests.broker.test_page_cards import shown

ADDRESS = "https://kentongan.example.org"
URL = ("--page-url", ADDRESS)
NO_PAGE = ("a card shows the page's address, which is not known yet; give it once: --page-url https://ADDRESS (for a "
           "trial in the local network: --page-url http://192.168.1.10:8080)")


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Cards are written into the folder in which one is."""
    monkeypatch.chdir(tmp_path)


def known(made: Installation) -> dict[str, Person]:
    return people.read(made.folder / "posko/people.json", "situbondo")


def codes(path: str) -> list[str]:
    """The codes on the cards in the file *path*."""
    return re.findall(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}-[A-Z0-9]{4}\b", shown(Path(path).read_bytes()))


def name(made: Installation, code: str) -> str | None:
    found = people.whose(code, known(made).values())
    return None if found is None else found.name


def fault(said: Said) -> str:
    assert said.code == 2
    (line,) = said.lines
    return line


def test_a_new_installation_has_a_file_of_people_with_nobody_in_it(fresh: Installation) -> None:
    path = fresh.folder / "posko/people.json"
    assert path.read_text("utf-8") == '{"district": "situbondo", "people": []}\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_an_installation_of_before_there_were_people_gets_the_pages_files(fresh: Installation) -> None:
    state = fresh.folder / "accounts.yaml"
    before = re.sub(r"^(warga|page|codes):.*\n", "", state.read_text("utf-8"), flags=re.MULTILINE)
    state.write_text(before, "utf-8")
    for path in ("people.json", "web.yaml", "web.password"):
        (fresh.folder / "posko" / path).unlink()
    for path in ("posko.passwd", "posko.acl"):
        (fresh.folder / "broker" / path).write_text("", "utf-8")
    assert fresh.tool("provision").code == 0
    assert known(fresh) == {}
    assert fresh.setting("posko/web.yaml") == {
        "district": "situbondo.yaml", "people": "people.json", "state_dir": "/var/lib/kentongan-web",
        "broker": {"host": "127.0.0.1", "port": fresh.ports["posko"], "username": "situbondo.web",
                   "password_file": "web.password"}}
    fresh.start().login("situbondo.web").close()


def test_where_the_hubs_own_bundle_is_gone_the_tool_says_how_the_page_is_installed(fresh: Installation) -> None:
    for path in (fresh.folder / "posko").iterdir():
        path.unlink()
    (fresh.folder / "broker/posko.passwd").write_text("".join(
        line for line in (fresh.folder / "broker/posko.passwd").read_text("utf-8").splitlines(keepends=True)
        if line.startswith("situbondo.posko:")), "utf-8")
    said = fresh.tool("provision")
    assert said.code == 0
    assert ("TO DO: the page has an account now, and the hub's own bundle, with which it is installed, is not here any "
            "more: kentongan broker rotate posko --reload, and ./install posko") in said.lines
    assert not (fresh.folder / "posko/kentongan-posko.tar").exists()
    assert fresh.tool("rotate", "posko").code == 0
    assert (fresh.folder / "posko/kentongan-posko.tar").exists()


def test_a_warga_gets_a_card_whose_code_the_page_knows(fresh: Installation) -> None:
    said = fresh.tool("add", "warga", "budi", "--village", "kalibagor", "--display", "Budi RT 3", *URL)
    assert said.code == 0
    assert f"1 card for {ADDRESS}" in said.lines
    (code,) = codes("kartu-budi.pdf")
    budi = people.whose(code, known(fresh).values())
    assert budi is not None
    assert (budi.name, budi.role, budi.villages, budi.everywhere, budi.display) == (
        "budi", Role.WARGA, ("kalibagor",), False, "Budi RT 3")
    assert "Budi RT 3 Warga · Desa Kalibagor · budi" in shown(Path("kartu-budi.pdf").read_bytes())
    assert stat.S_IMODE(Path("kartu-budi.pdf").stat().st_mode) == 0o600


def test_the_plain_code_is_on_the_card_and_nowhere_else(fresh: Installation) -> None:
    said = fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL)
    (code,) = codes("kartu-budi.pdf")
    for written in (code, code.replace("-", ""), code.replace("-", "")[3:]):
        assert written not in " ".join(said.lines)
        assert [path for path, body in fresh.files().items() if written.encode() in body] == []


def test_a_warga_has_no_account_at_the_broker(fresh: Installation) -> None:
    before = {path: body for path, body in fresh.files().items() if path.startswith("broker/")}
    said = fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL)
    assert {path: body for path, body in fresh.files().items() if path.startswith("broker/")} == before
    assert not [line for line in said.lines if "reload" in line]


def test_the_pages_address_is_asked_for_and_kept(fresh: Installation) -> None:
    add = ("add", "warga", "--village", "kalibagor")
    assert fault(fresh.tool(*add, "budi")) == NO_PAGE
    assert known(fresh) == {}
    assert not list(Path.cwd().iterdir())
    assert fresh.tool("provision", "--page-url", f"{ADDRESS}/").code == 0
    assert fresh.tool(*add, "budi").code == 0
    plain = fresh.tool(*add, "siti", "--page-url", "http://192.168.1.10:8080")
    assert "note: at http://192.168.1.10:8080 codes and sessions travel unencrypted; for a trial only" in plain.lines
    assert "http://192.168.1.10:8080/masuk" in shown(Path("kartu-siti.pdf").read_bytes())
    assert fresh.setting("accounts.yaml")["page"] == "http://192.168.1.10:8080"


@pytest.mark.parametrize(("address", "why"), [
    ("kentongan.example.org", ("--page-url: 'kentongan.example.org' is not allowed; use the page's address alone, such "
                              "as https://kentongan.example.org")),
    ("https://k.example.org/masuk", ("--page-url: 'https://k.example.org/masuk' is not allowed; use the page's address "
                                    "alone, such as https://kentongan.example.org")),
    ("", "--page-url: is empty; give the page's address, such as https://kentongan.example.org"),
])
def test_what_is_no_address_of_a_page_is_refused_in_a_line(fresh: Installation, address: str, why: str) -> None:
    assert fault(fresh.tool("add", "warga", "budi", "--village", "kalibagor", "--page-url", address)) == why


@pytest.mark.parametrize(("words", "why"), [
    (("warga", "budi"), "a warga is of a village; say which: --village VILLAGE"),
    (("warga", "budi", "--village", "kalibagr"), ("warga budi: 'kalibagr' is no village of situbondo; did you mean "
                                                 "kalibagor?")),
    (("warga", "budi", "--village", "olean", "--everywhere"), ("a warga rings in his own village; --everywhere is an "
                                                              "operator's")),
    (("warga", "Budi", "--village", "olean"), ("name: 'Budi' is not allowed; use small letters, digits and single "
                                              "hyphens, such as budi")),
    (("warga", "layar", "--village", "olean"), ("'layar': this name is taken; `kentongan broker rotate layar` "
                                               "makes a new password")),
    (("warga", "web", "--village", "olean"), ("'web': this name is taken; `kentongan broker rotate web` makes a new "
                                             "password")),
    (("reader", "layar-2", "--display", "Layar 2"), ("a reader has no --display; give it to an operator, a petugas or "
                                                    "a warga")),
    (("operator", "siti", "--display", "a\nb"), ("--display: must be a name in one line of at most 40 printable "
                                                "characters")),
])
def test_who_cannot_be_added_is_refused_in_a_line(fresh: Installation, words: tuple[str, ...], why: str) -> None:
    assert fault(fresh.tool("add", *words, *URL)) == why
    assert known(fresh) == {}
    assert not list(Path.cwd().iterdir())


def test_an_operator_without_a_page_is_added_as_before_and_may_get_a_card_later(fresh: Installation) -> None:
    said = fresh.tool("add", "operator", "siti", "--village", "kalibagor")
    assert said.code == 0
    assert ("no card for the page, whose address is not known; later: kentongan broker card siti --page-url "
            "https://ADDRESS") in said.lines
    assert known(fresh) == {}
    before = fresh.password("siti")
    assert fresh.tool("card", "siti", "layar", "operator", *URL).code == 0
    assert fresh.password("siti") == before
    assert [name(fresh, code) for code in codes("kartu-3.pdf")] == ["siti", "layar", "operator"]
    assert {each.name: (each.role, each.villages, each.everywhere) for each in known(fresh).values()} == {
        "siti": (Role.OPERATOR, ("kalibagor",), False), "layar": (Role.READER, (), False),
        "operator": (Role.OPERATOR, (), True)}


def test_a_lost_phone_is_one_command_and_the_old_code_counts_no_more(fresh: Installation) -> None:
    fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL)
    (old,), issued = codes("kartu-budi.pdf"), known(fresh)["budi"].issued
    assert fresh.tool("card", "budi").code == 0
    (new,) = codes("kartu-budi.pdf")
    assert (name(fresh, old), name(fresh, new)) == (None, "budi")
    assert known(fresh)["budi"].issued > issued


def test_who_is_revoked_is_nobody_and_comes_back_with_another_card_only(fresh: Installation) -> None:
    fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL)
    (old,), issued = codes("kartu-budi.pdf"), known(fresh)["budi"].issued
    assert fresh.tool("revoke", "budi").code == 0
    assert known(fresh) == {}
    assert fault(fresh.tool("card", "budi")) == (
        "budi: is revoked; `kentongan broker rotate budi` lets in again, with a new card")
    assert fresh.tool("provision").lines[-1] == "nothing to do"
    assert fresh.tool("rotate", "budi").code == 0
    (new,) = codes("kartu-budi.pdf")
    assert (name(fresh, old), name(fresh, new)) == (None, "budi")
    assert known(fresh)["budi"].issued > issued


def test_a_new_password_of_an_operator_comes_with_a_new_card(fresh: Installation) -> None:
    fresh.tool("add", "operator", "siti", *URL)
    (old,), password = codes("kartu-siti.pdf"), fresh.password("siti")
    assert fresh.tool("rotate", "siti", "--card", "baru.pdf").code == 0
    assert fresh.password("siti") != password
    assert [name(fresh, code) for code in (old, *codes("baru.pdf"))] == [None, "siti"]


def test_a_box_has_no_card(fresh: Installation) -> None:
    why = "situbondo.kalibagor.pos-1: is a box; people have cards"
    assert fault(fresh.tool("card", "kalibagor.pos-1", *URL)) == why
    assert fresh.tool("rotate", "kalibagor.pos-1").code == 0
    assert not list(Path.cwd().iterdir())


def test_a_card_that_cannot_be_written_changes_nothing(fresh: Installation) -> None:
    before = fresh.files()
    said = fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL, "--card", "none/kartu.pdf")
    assert said.code == 2
    assert said.lines[-1] == ("none/kartu.pdf: cannot be written: No such file or directory; nothing was changed. "
                              "Elsewhere: --card FILE")
    assert fresh.files() == before


def test_a_batch_adds_all_of_a_table_with_four_cards_on_a_sheet(fresh: Installation) -> None:
    table = "nama;desa;peran\r\nBudi Santoso;Kalibagor;\r\nNuraïni;olean;\r\nBabinsa;kalibagor;petugas\r\n"
    Path("rt3.csv").write_bytes(table.encode("cp1252"))
    said = fresh.tool("add", "warga", "--batch", "rt3.csv", *URL)
    assert said.code == 0
    assert f"3 cards for {ADDRESS}" in said.lines
    assert [name(fresh, code) for code in codes("kartu-rt3.pdf")] == ["budi-santoso", "nuraini", "babinsa"]
    assert {each.name: (each.role, each.villages, each.display) for each in known(fresh).values()} == {
        "budi-santoso": (Role.WARGA, ("kalibagor",), "Budi Santoso"), "nuraini": (Role.WARGA, ("olean",), "Nuraïni"),
        "babinsa": (Role.PETUGAS, ("kalibagor",), "Babinsa")}
    assert fresh.bundle("babinsa").is_dir()


def test_a_long_batch_reports_how_far_it_is(fresh: Installation) -> None:
    rows = "".join(f"Warga {number},olean\n" for number in range(26))
    Path("rw.csv").write_text(f"nama,desa\n{rows}", "utf-8")
    said = fresh.tool("add", "warga", "--batch", "rw.csv", *URL)
    assert said.lines[0] == "25 of 26 codes"
    assert f"26 cards for {ADDRESS}" in said.lines
    assert len(set(codes("kartu-rw.pdf"))) == len(known(fresh)) == 26


def test_of_a_batch_with_a_fault_nobody_is_added_and_every_fault_is_shown(fresh: Installation) -> None:
    before = fresh.files()
    Path("rt3.csv").write_text("nama,desa\nBudi,kalibagor\nSiti,kalibagr\noperator,olean\n", "utf-8")
    said = fresh.tool("add", "warga", "--batch", "rt3.csv", *URL)
    assert (said.code, said.lines) == (2, [
        "rt3.csv: line 3: desa 'kalibagr' is no village of situbondo; did you mean kalibagor?",
        ("rt3.csv: line 4: operator is there already; take the line out (`kentongan broker card operator` makes a new "
        "card)"), "2 faults."])
    assert fresh.files() == before
    assert [*Path.cwd().iterdir()] == [Path.cwd() / "rt3.csv"]


@pytest.mark.parametrize(("words", "why"), [
    (("warga", "--batch", "none.csv"), "--batch: none.csv cannot be read: No such file or directory"),
    (("warga", "--batch", "damaged.csv"), ("damaged.csv: is damaged: it holds zero bytes, as a power cut leaves them; "
                                          "put it back from a copy")),
    (("reader", "--batch", "none.csv"), "--batch: a table has warga, petugas and operators; add readers one by one"),
])
def test_a_batch_that_cannot_be_read_is_a_line(fresh: Installation, words: tuple[str, ...], why: str) -> None:
    Path("damaged.csv").write_bytes(b"nama;desa\n\0\0\0\0\0\0\0\0")
    assert fault(fresh.tool("add", *words, *URL)) == why


@pytest.mark.parametrize("words", [
    ("warga",), ("warga", "budi", "--batch", "rt3.csv"), ("warga", "--batch", "rt3.csv", "--village", "olean"),
])
def test_one_person_or_a_table_is_added_not_both(fresh: Installation, words: tuple[str, ...]) -> None:
    assert fresh.tool("add", *words, *URL).code == 2


def test_all_accounts_and_people_are_listed(fresh: Installation) -> None:
    fresh.tool("add", "warga", "budi", "--village", "kalibagor", "--display", "Budi RT 3", *URL)
    fresh.tool("add", "warga", "siti", "--village", "olean")
    fresh.tool("revoke", "siti")
    lines = [re.sub(r"\d{4}-\d{2}-\d{2}", "DATE", line).split("  ") for line in fresh.tool("list").lines]
    rows = [[cell.strip() for cell in line if cell.strip()] for line in lines]
    assert rows[:3] == [["situbondo.posko", "hub"], ["situbondo.web", "page"],
                        ["situbondo.dawuhan.pos-1", "node", "dawuhan"]]
    assert rows[-5:] == [
        ["operator", "operator", "all villages, semua"], ["layar", "reader", "all villages"],
        ["budi", "warga", "kalibagor", "card of DATE", "Budi RT 3"], ["siti", "warga", "olean", "REVOKED"],
        [f"the page: {ADDRESS}"]]


def test_the_page_on_this_machine_has_whoever_is_revoked_no_more_at_once(
    fresh: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "etc" / "people.json"
    installed.parent.mkdir()
    monkeypatch.setattr(page, "INSTALLED", installed)
    monkeypatch.setattr(page, "FOLDER", fresh.folder)
    assert "TO DO: if the page is on another machine, carry" in "".join(
        fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL).lines)
    installed.write_bytes((fresh.folder / "posko/people.json").read_bytes())
    said = fresh.tool("revoke", "budi")
    assert said.lines[-1] == (
        "the page on this machine has it: who is there no more, or has a new code, is logged out within seconds")
    assert people.read(installed, "situbondo") == {}
    assert stat.S_IMODE(installed.stat().st_mode) == 0o640


def test_the_page_of_another_district_or_installation_is_left_alone(
    fresh: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed = tmp_path / "people.json"
    installed.write_text('{"district": "panji", "people": []}\n', "utf-8")
    monkeypatch.setattr(page, "INSTALLED", installed)
    fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL)
    monkeypatch.setattr(page, "FOLDER", fresh.folder)
    fresh.tool("card", "budi")
    assert installed.read_text("utf-8") == '{"district": "panji", "people": []}\n'


def test_the_page_on_this_machine_gets_the_people_that_a_run_before_could_not_give_it(
    fresh: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fresh.tool("add", "warga", "budi", "--village", "kalibagor", *URL)
    installed = tmp_path / "people.json"
    installed.write_text("{cut sho", "utf-8")
    monkeypatch.setattr(page, "INSTALLED", installed)
    monkeypatch.setattr(page, "FOLDER", fresh.folder)
    assert fresh.tool("provision").lines[0] == "nothing to do"
    assert [*people.read(installed, "situbondo")] == ["budi"]
