"""Where the journal is, as the settings say it; and each mistake there is one line that says what to do."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from contract.settings.schema import SettingsError
from contract.wire.response import Step
from kentongan.commands import main
from posko import config, journal_place
from posko.journal import SCHEMA, Journal
from posko.journal_place import Server
from posko.report import archive
from posko.web import config as web_config
from runtime import clock
from runtime.inbox import Inbox
from testing.postgresql import PostgresqlServer
from tests.posko.test_journal import SYNCED, keep, reported, responds
from tests.support.journals import KeptFile, needs_server
from tests.support.nodes import CONFIG

URL = "postgresql://kentongan@db1,db2:5433/kentongan?passfile=/etc/kentongan/journal.pgpass"
STEPS = (Step.COMING, Step.THERE)
QUERIES = (archive.ALARMS, archive.RESPONSES, archive.UNANSWERED, archive.LAPOR, archive.ROUNDS)
REFUSED = "postgresql://kentongan@127.0.0.1:1/kentongan"  # port 1: tcpmux, where nobody listens
HIDDEN = ("has a password, which all who may read this file can see; take it out of the URL, write "
          "*:*:*:USER:PASSWORD into a file of mode 600 that belongs to the program's user, and name that: "
          "?passfile=/etc/kentongan/journal.pgpass")
WRONG = ("must be the URL of a PostgreSQL database, such as "
         "postgresql://kentongan@db1,db2/kentongan?passfile=/etc/kentongan/journal.pgpass")


def settings(folder: Path, journal: object, name: str = "posko.yaml") -> Path:
    path = folder / name
    path.write_text(json.dumps({
        "district": str(CONFIG / "situbondo.yaml"), "broker": {"host": "127.0.0.1"}, "state_dir": str(folder),
        "journal": journal}), "utf-8")
    return path


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(each) for each in words])


def test_without_the_setting_it_is_a_file_in_the_state_folder(tmp_path: Path) -> None:
    assert config.load(CONFIG / "posko.yaml").journal == Path("/var/lib/kentongan-posko/posko.db")


def test_with_it_it_is_the_district_on_that_server(tmp_path: Path) -> None:
    found = config.load(settings(tmp_path, URL)).journal

    assert found == Server(URL, "situbondo")
    assert str(found) == "postgresql://kentongan@db1,db2:5433/kentongan"


def test_the_page_takes_the_hubs_folder_or_the_same_url(tmp_path: Path) -> None:
    found = [web_config.load(settings(tmp_path, each, "web.yaml")).journal for each in ("hub", URL)]

    assert found == [tmp_path / "hub" / "posko.db", Server(URL, "situbondo")]


@pytest.mark.parametrize(("written", "fault"), [
    ("postgresql://kentongan:rahasia@db1/kentongan", HIDDEN),
    ("postgresql://db1/kentongan?user=kentongan&password=rahasia", HIDDEN),
    ("postgresql://db1/kentongan?sslpassword=rahasia", HIDDEN),
    ("postgresql://kentongan@db1", WRONG), ("postgresql://kentongan@db1/", WRONG),
    ("mysql://db1/kentongan", f"{WRONG}, not 'mysql://db1/kentongan'"),
    ("/var/lib/kentongan-posko", f"{WRONG}, not '/var/lib/kentongan-posko'"), (5432, f"{WRONG}, not 5432"),
])
def test_what_is_not_the_url_of_a_database_is_refused_and_a_password_is_never_shown(
    tmp_path: Path, written: object, fault: str
) -> None:
    with pytest.raises(SettingsError) as raised:
        config.load(settings(tmp_path, written))

    assert raised.value.faults == (f"posko.yaml.journal: {fault}",)


@pytest.mark.parametrize("words", [
    ("posko", "--check"), ("posko", "--check", "--offline"), ("posko",), ("report",), ("web", "--check"), ("web",),
], ids=" ".join)
def test_where_psycopg_is_missing_a_line_says_how_it_is_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: tuple[str, ...]
) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    monkeypatch.delitem(sys.modules, "runtime.postgresql", raising=False)
    result = run(*words, "--config", settings(tmp_path, URL))

    assert (result.exit_code, result.stdout) == (2, "")
    assert result.stderr.splitlines()[-1] == (
        "journal: postgresql://kentongan@db1,db2:5433/kentongan: psycopg, which speaks to PostgreSQL, is not installed"
        f"; install it: sudo {sys.executable} -m pip install --require-hashes -r {journal_place.LOCK}")
    assert journal_place.LOCK.is_file()


def test_an_operator_needs_no_psycopg_for_the_same_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    result = run("alarm", "pencuria", "olean", "--lang", "en", "--config", settings(tmp_path, URL))

    assert result.exit_code == 2
    assert "did you mean pencurian?" in result.stderr


@pytest.mark.parametrize("words", [("posko", "--check"), ("report", "--lang", "en")], ids=" ".join)
@pytest.mark.parametrize(("url", "why"), [
    (REFUSED, "Connection refused"), (f"{REFUSED}?sslmod=require", 'invalid URI query parameter: "sslmod"'),
])
def test_a_server_that_is_away_and_a_url_that_libpq_does_not_take_are_one_line(
    tmp_path: Path, words: tuple[str, ...], url: str, why: str
) -> None:
    result = run(*words, "--config", settings(tmp_path, url))
    lines = [each for each in result.stderr.splitlines() if REFUSED in each]

    assert (result.exit_code, result.stdout, len(lines)) == (2, "", 1)
    assert why in lines[0]


def test_of_another_machines_settings_no_database_is_asked(tmp_path: Path) -> None:
    result = run("posko", "--check", "--offline", "--config", settings(tmp_path, REFUSED))

    assert (result.exit_code, result.stderr) == (0, "")
    assert run("posko", "--offline", "--config", settings(tmp_path, REFUSED)).exit_code == 2


@needs_server
def test_check_says_what_is_weak_about_a_server(tmp_path: Path, postgresql_server: PostgresqlServer) -> None:
    result = run("posko", "--check", "--config", settings(tmp_path, postgresql_server.url))
    begin = f"warning: journal: {postgresql_server.url}: "

    assert result.exit_code == 0
    assert result.stderr.replace(begin, "- ") == (
        "- fsync is off: a power cut at the server can lose or damage the journal; set fsync = on\n"
        "- there is no synchronous standby: what is written is on one machine only; docs/scale.md shows how to add "
        "one\n")


@needs_server
def test_the_report_is_the_same_from_either(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, postgresql_server: PostgresqlServer
) -> None:
    monkeypatch.setattr(clock, "wall", lambda: SYNCED)
    path = settings(tmp_path, postgresql_server.url)
    server = config.load(path).journal
    empty = run("report", "--lang", "en", "--config", path)
    for place in (journal_place.engine(server, SCHEMA), KeptFile(tmp_path / "posko.db").place()):
        with Journal(place, Inbox()) as journal:
            journal.put(keep(1))
            journal.put(reported(2, "r"))
            for step in STEPS:
                journal.put(responds(3, "a", "op/1", step))
    on_server, in_file = ([archive.rows(place, each) for each in QUERIES] for place in (server, tmp_path / "posko.db"))
    csv = run("report", "--csv", "--config", path)

    assert empty.exit_code == 2
    assert "it has no journal of situbondo yet: no hub has written there" in empty.stderr
    assert [[{**row, "rowid": 0, "number": 0} for row in each] for each in on_server] == [
        [{**row, "rowid": 0, "number": 0} for row in each] for each in in_file]
    assert [len(each) for each in on_server] == [1, 2, 0, 1, 0]
    assert (csv.exit_code, csv.stderr, len(csv.stdout.splitlines())) == (0, "", 2)
