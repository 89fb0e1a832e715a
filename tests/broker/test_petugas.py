"""Petugas with the bundles that the tool makes: each responds for the villages of its account, and for no other."""

import json
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from broker.trial.client import Client
from testing.posko import Posko
from tests.broker.installation import BASE, Installation
from tests.broker.test_posts import begin_hub
from tests.posko.operator.conftest import Done, Running, run
from tests.support.waiting import wait_until

ROWS = "SELECT village, who, step FROM responses ORDER BY rowid"


class Place:
    """A provisioned broker with its hub, an operator, and two petugas: babinsa of Kalibagor, damkar of all."""

    def __init__(self, made: Installation, parts: ExitStack) -> None:
        self.made = made
        self.hub: Posko = begin_hub(made, made.folder.parent / "hub")
        parts.callback(self.hub.kill)
        self.operator: Client = parts.enter_context(made.login("operator"))

    def raise_alarm(self, village: str, identifier: str) -> None:
        since = len(self.hub.lines)
        body = json.dumps({"identifier": identifier}).encode()
        assert self.operator.publish(f"{BASE}/{village}/alarm/pencurian", body) in (0, 0x10)
        self.hub.expect("accepted:", since)

    def respond(self, name: str, village: str, step: str) -> Done:
        return run(self.made.folder / "petugas" / name / "posko.yaml", "respond", "pencurian", village, step)


@pytest.fixture
def place(fresh: Installation) -> Iterator[Place]:
    assert fresh.tool("add", "petugas", "babinsa", "--village", "kalibagor").code == 0
    assert fresh.tool("add", "petugas", "damkar").code == 0
    fresh.start()
    with ExitStack() as parts:
        yield Place(fresh, parts)


def test_a_petugas_responds_with_the_bundle_and_only_for_the_villages_of_the_account(place: Place) -> None:
    place.raise_alarm("kalibagor", "a")
    place.raise_alarm("kotakan", "k")
    own, foreign = (place.respond("babinsa", village, "menuju") for village in ("kalibagor", "kotakan"))
    all_ = place.respond("damkar", "kotakan", "di-lokasi")

    assert (own.code, own.lines[-1]) == (0, "✓ tercatat: menuju lokasi")
    assert foreign.code == 1
    assert foreign.lines[-1].endswith("tidak berhak. Akun ini tidak berhak mengirimnya")
    assert (all_.code, all_.lines[-1]) == (0, "✓ tercatat: di lokasi")
    assert place.hub.rows(ROWS) == [
        ("kalibagor", "petugas/babinsa", "menuju"), ("kotakan", "petugas/damkar", "di-lokasi")]


def test_a_petugas_answers_the_reports_of_the_villages_of_the_account_and_makes_none(place: Place) -> None:
    body = json.dumps({"identifier": "r", "by": "warga/budi", "text": "Ribut", "severity": "rendah"}).encode()
    for village in ("kalibagor", "kotakan"):
        since = len(place.hub.lines)
        assert place.operator.publish(f"{BASE}/{village}/lapor", body) in (0, 0x10)
        place.hub.expect("lapor:", since)
    babinsa = place.made.folder / "petugas/babinsa/posko.yaml"
    own, foreign = (run(babinsa, "respond", "lapor", village, "selesai") for village in ("kalibagor", "kotakan"))
    made = run(babinsa, "lapor", "kalibagor", "Ribut")

    assert (own.code, own.lines[-1]) == (0, "✓ tercatat: selesai")
    assert foreign.code == 1
    assert made.code == 1
    assert made.lines[-1].endswith("tidak berhak. Akun ini tidak berhak mengirimnya")
    assert place.hub.rows("SELECT village, closure FROM lapor ORDER BY rowid") == [
        ("kalibagor", "done"), ("kotakan", None)]


def test_a_response_outlives_the_broker_and_the_hub_and_is_recorded_once(place: Place) -> None:
    place.raise_alarm("kalibagor", "a")
    place.hub.kill()
    place.made.stop()
    giving = Running("respond", "pencurian", "kalibagor", "menuju", "--wait", "300",
                     settings=place.made.folder / "petugas/babinsa/posko.yaml")
    place.made.start()
    place.hub.begin()
    done = giving.end()

    assert (done.code, done.lines[-1]) == (0, "✓ tercatat: menuju lokasi")
    assert place.hub.rows(ROWS) == [("kalibagor", "petugas/babinsa", "menuju")]


def test_a_petugas_who_is_revoked_responds_no_more(place: Place) -> None:
    place.raise_alarm("kalibagor", "a")
    settings = place.made.folder.parent / "lost"
    (place.made.folder / "petugas/babinsa").rename(settings)
    assert place.made.tool("revoke", "babinsa").code == 0
    place.made.reload()
    done = run(settings / "posko.yaml", "respond", "pencurian", "kalibagor", "menuju", "--wait", "3")

    assert done.code == 1
    assert done.lines[-1].startswith("✗ jawaban TIDAK terkirim: ")
    assert wait_until(lambda: place.hub.rows(ROWS) == [])
