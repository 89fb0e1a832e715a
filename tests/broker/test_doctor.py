"""The doctor at a real broker, provisioned as it is shipped: what it finds there, and that it disturbs nobody."""

import json
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from click.testing import CliRunner

from contract.domain.digest import digest
from contract.settings.broker import BrokerSettings
from kentongan.commands import main
from kentongan.diagnosis import gather, link, program
from kentongan.diagnosis.core.facts import Server, Session
from kentongan.diagnosis.system import System
from runtime.endpoint import Endpoint
from runtime.sqlite_readonly import UnreadableError
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S
from tests.broker.installation import BASE, Installation
from tests.broker.test_client_ids import ENDED, log
from tests.broker.test_posts import POST, begin_hub, make_post, strike_out
from tests.contract.shipped import district
from tests.support.village import OFTEN, Post
from tests.support.waiting import wait_until

PLACE = ("situbondo", "kalibagor", "pos-1")
UNTIL_2099 = 4_100_000_000.0  # in seconds since the epoch, and less


def way(made: Installation, username: str, **changed: Any) -> Endpoint:
    """How *username* reaches the broker."""
    tls = username != "situbondo.posko"
    given = {"host": "127.0.0.1", "port": made.port(username), "username": made.name(username), **changed}
    return Endpoint(BrokerSettings(**given), made.password(username), made.folder / "ca/ca.crt" if tls else None)


@pytest.fixture(autouse=True)
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """A node here has begun its run in its journal as soon as it is linked."""
    monkeypatch.setattr(program, "SETTLED_S", 0.0)


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits for a beacon that cannot come."""
    monkeypatch.setattr(link, "BEACON_S", 0.2)


def test_the_broker_is_reached_and_its_certificate_and_its_authoritys_have_dates(fresh: Installation) -> None:
    fresh.start()
    found = link.reach(way(fresh, POST))

    assert (found.trouble, found.secured) == ("", True)
    assert found.until is not None
    assert found.ca_until is not None
    assert found.begins is not None
    assert min(found.until, found.ca_until) > UNTIL_2099 > found.begins


def test_a_certificate_of_another_authority_is_named(fresh: Installation, tmp_path: Path) -> None:
    fresh.start()
    tmp_path.chmod(0o711)
    other = Installation(tmp_path)
    found = link.reach(Endpoint(way(fresh, POST).settings, None, other.folder / "ca/ca.crt"))

    assert found.trouble == (
        "its certificate is not signed by the authority in ca_file; take the ca.crt of this installation")
    assert found.until is None


def test_a_port_where_nobody_listens_is_out_of_reach(fresh: Installation) -> None:
    assert "Connection refused" in link.reach(way(fresh, POST)).trouble


def test_a_port_without_tls_is_named(fresh: Installation) -> None:
    fresh.start()
    found = link.reach(way(fresh, POST, port=fresh.ports["posko"]))

    assert "this port speaks no TLS" in found.trouble


@pytest.mark.usefixtures("quick")
def test_a_posts_account_is_let_in_and_may_publish_its_status(fresh: Installation) -> None:
    fresh.start()

    assert link.as_node(way(fresh, POST), *PLACE) == Session(fresh.name(POST), login=0, published=0)


@pytest.mark.usefixtures("quick")
def test_an_account_that_was_revoked_is_refused(fresh: Installation) -> None:
    fresh.start()
    there = way(fresh, POST)
    fresh.tool("revoke", "kalibagor.pos-1")
    fresh.reload()

    assert link.as_node(there, *PLACE).login == 135


@pytest.mark.usefixtures("quick")
def test_a_right_that_is_missing_is_found(fresh: Installation) -> None:
    strike_out(fresh, f"topic write {BASE}/kalibagor/node/pos-1/status")
    fresh.start()

    assert link.as_node(way(fresh, POST), *PLACE).published == 135


@pytest.mark.usefixtures("quick")
def test_without_a_hub_at_work_the_hubs_status_is_published_and_comes_back(fresh: Installation) -> None:
    fresh.start()
    found = link.as_hub(way(fresh, "situbondo.posko"), "situbondo", running=False)

    assert (found.login, found.published, found.back, found.answered, found.beacon) == (0, 0, True, None, False)


def test_a_broker_that_goes_away_is_told_as_what_happened(fresh: Installation) -> None:
    found = link.as_node(way(fresh, POST), *PLACE)

    assert found.login is None
    assert "Connection refused" in found.trouble


@pytest.mark.parametrize("answer", [b"HTTP/1.1 400 Bad Request\r\n\r\n", b"\x20\x00", b"\xff\xff\xff\xff\xff", b""])
def test_what_is_no_broker_is_told_as_such(answer: bytes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        def serve() -> None:
            with server.accept()[0] as other:
                other.recv(1000)
                other.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        found = link.as_node(Endpoint(BrokerSettings("127.0.0.1", server.getsockname()[1]), None, None), *PLACE)
        thread.join(LIMIT_S)

    assert found.login is None
    assert found.trouble in ("what answers there is no MQTT 5", "the broker has hung up")


@contextmanager
def at_work(made: Installation) -> Iterator[tuple[Posko, Post]]:
    """A hub, and a post that has received its beacon."""
    place = made.folder.parent
    with ExitStack() as stack:
        hub, post = begin_hub(made, place / "hub", OFTEN), make_post(made, place / "a")
        stack.callback(hub.kill)
        stack.callback(post.kill)
        post.begin()
        assert wait_until(lambda: _links(post.state_dir / "journal.db") == [{}, True])  # it writes a second later
        yield hub, post


def _links(journal: Path) -> list[object]:
    """What the journal has of faults and link; nothing while it is being made."""
    try:
        return [*program.read(journal)]
    except (OSError, UnreadableError):
        return []


def examined(*words: object) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The exit code of `kentongan doctor WORDS --json`, and by check each mark and what was found."""
    result = CliRunner().invoke(main, ["doctor", "--json", "--lang", "en", *map(str, words)])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exc_info
    said = json.loads(result.stdout)
    assert said["exit_code"] == result.exit_code
    found: dict[str, list[tuple[str, str]]] = {}
    for each in said["examined"][0]["findings"]:
        found.setdefault(each["check"], []).append((each["mark"], each["what"]))
    return result.exit_code, found


def test_a_node_that_runs_is_examined_and_keeps_its_link(fresh: Installation) -> None:
    fresh.start()
    with at_work(fresh) as (hub, post):
        since, of_hub = len(post.lines), len(hub.lines)
        _, found = examined("--config", fresh.folder.parent / "a/node.yaml", "--simulate")
        post.hold("pencurian")
        hub.expect("accepted:", of_hub)
        assert post.said("fault:", since) == []

    assert found["broker"] == found["certificate"] == [("ok", "ok")]
    assert found["login"] == [("ok", "linked")]
    assert found["access"] == [("ok", "program")]
    assert found["beacon"] == found["district"] == found["program"] == [("ok", "ok")]
    assert found["pins"] == [("warning", "simulated")]
    assert ENDED not in log(fresh)


def test_a_node_whose_broker_is_gone_says_so_and_nothing_of_its_rights_is_well(fresh: Installation) -> None:
    fresh.start()
    with at_work(fresh) as (_hub, post):
        since = len(post.lines)
        fresh.stop()
        post.expect("part=link", since)
        assert wait_until(lambda: _links(post.state_dir / "journal.db")[1:] == [False])
        _, found = examined("--config", fresh.folder.parent / "a/node.yaml", "--simulate")

    assert (found["broker"], found["login"]) == ([("fault", "out_of_reach")], [("fault", "unlinked")])
    assert found["access"] == found["beacon"] == [("unknown", "unlinked")]
    assert ("fault", "fault") in found["program"]


def test_a_node_that_does_not_run_here_is_not_logged_in_unless_that_is_allowed(fresh: Installation) -> None:
    fresh.start()
    with at_work(fresh) as (_hub, post):
        post.stop()
        asked = ("--config", fresh.folder.parent / "a/node.yaml", "--simulate")
        _, left = examined(*asked)
        _, tried = examined(*asked, "--log-in")

    assert left["login"] == [("unknown", "not_tried")]
    assert (tried["login"], tried["access"]) == ([("ok", "ok")], [("ok", "accepted")])
    assert tried["beacon"] == tried["district"] == [("ok", "ok")]
    assert tried["program"] == [("fault", "absent")]


def test_a_hub_that_runs_answers_and_goes_on(fresh: Installation) -> None:
    fresh.start()
    with at_work(fresh) as (hub, _post):
        since = len(hub.lines)
        _, found = examined("--config", fresh.folder.parent / "hub/posko.yaml")
        assert hub.said("fault:", since) == []
        session = link.as_hub(way(fresh, "situbondo.posko"), "situbondo", running=False)

    assert (found["login"], found["access"], found["beacon"]) == ([("ok", "ok")], [("ok", "hub")], [("ok", "ok")])
    assert found["district"] == [("ok", "ok")]
    assert (session.published, session.trouble, session.digest) == (None, link.ELSEWHERE, digest(district()))
    assert ENDED not in log(fresh)


def test_of_a_posko_the_certificate_is_looked_at_that_others_are_shown(fresh: Installation, tmp_path: Path) -> None:
    plain = Server("127.0.0.1", 1883, secured=False)
    place = tmp_path / gather.CERTIFICATE.lstrip("/")
    place.parent.mkdir(parents=True)
    assert gather._with_certificate(plain, System(tmp_path)) == plain

    place.write_bytes((fresh.folder / "broker/server.crt").read_bytes())
    found = gather._with_certificate(plain, System(tmp_path))
    assert found.until is not None
    assert found.until > UNTIL_2099

    place.write_text("no certificate", "utf-8")
    assert gather._with_certificate(plain, System(tmp_path)) == replace(plain, secured=True)


def test_a_broker_without_accounts_is_plain(tmp_path: Path) -> None:
    with PrivateBroker(tmp_path) as broker:
        found = link.reach(Endpoint(BrokerSettings("127.0.0.1", broker.port), None, None))

    assert (found.trouble, found.secured, found.until) == ("", False, None)
