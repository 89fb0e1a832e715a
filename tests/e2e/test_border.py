"""Two districts on one broker, each with its hub: an alarm crosses the border to the neighbour, and to nobody else."""

import json
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from testing.posko import Posko
from testing.private_broker import PrivateBroker
from tests.contract.shipped import plain
from tests.support.mqtt import publish
from tests.support.village import HURRIED, Post, impatient

SUMBERKOLAK = "panarukan/sumberkolak"


@dataclass(frozen=True, slots=True)
class Border:
    """Patokan of Situbondo and Sumberkolak of Panarukan are neighbours; Olean of Situbondo is none of Sumberkolak's."""

    broker: PrivateBroker
    patokan: Post
    olean: Post
    sumberkolak: Post

    def over(self) -> None:
        """Sumberkolak's all-clear, and silence for whatever still beats the safe code."""
        for word in (f"{SUMBERKOLAK}/alarm/aman", "situbondo/semua/command/silence", "panarukan/semua/command/silence"):
            publish(self.broker, f"kentongan/{word}", "-q", "1")
        for post in (self.patokan, self.olean, self.sumberkolak):
            post.expect_quiet()


def districts(folder: Path) -> tuple[Path, Path]:
    """The district files of Situbondo and Panarukan."""
    situbondo = plain("situbondo.yaml")
    situbondo["villages"]["patokan"]["neighbours"] = ["dawuhan", "talkandang", SUMBERKOLAK]
    panarukan = {
        "district": "panarukan", "name": "Kecamatan Panarukan", "code": "35.12.06", "rhythms": "jawa-timur",
        "villages": {"sumberkolak": {
            "name": "Sumberkolak", "kind": "desa", "code": "35.12.06.2001", "neighbours": ["situbondo/patokan"],
            "posts": {"pos-1": {"name": "Pos Sumberkolak"}}}},
    }
    paths = folder / "situbondo.yaml", folder / "panarukan.yaml"
    for path, found in zip(paths, (situbondo, panarukan), strict=True):
        path.write_text(json.dumps(found), "utf-8")
    return paths


@pytest.fixture(scope="module")
def border() -> Iterator[Border]:
    with tempfile.TemporaryDirectory(prefix="k") as name, PrivateBroker(Path(name) / "broker") as broker:
        folder = Path(name)
        here, there = districts(folder)
        env = impatient(folder, HURRIED)
        hubs = [Posko(folder / f"hub-{path.stem}", broker.port, path) for path in (here, there)]

        def post(village: str, district: Path) -> Post:
            return Post(folder / village, broker.port, village, district=str(district), hub=True)

        found = Border(broker, post("patokan", here), post("olean", here), post("sumberkolak", there))
        posts = (found.patokan, found.olean, found.sumberkolak)
        try:
            for hub in hubs:
                hub.begin(env)
            for each in posts:
                each.begin()
            yield found
        finally:
            for program in (*posts, *hubs):
                program.stop()


def lines(post: Post, since: int, *parts: str) -> list[Any]:
    """What *post* has logged of Sumberkolak after its first *since* lines, with *parts*."""
    return [line for line in post.lines[since:] if SUMBERKOLAK in line and all(part in line for part in parts)]


def test_a_press_rings_at_the_neighbour_over_the_border_until_its_all_clear(border: Border) -> None:
    since, silent = len(border.patokan.lines), len(border.olean.changes)

    border.sumberkolak.hold("kebakaran")
    border.patokan.expect_on("siren")
    border.patokan.expect("sounding:", since)
    border.sumberkolak.expect("listed:")
    border.sumberkolak.hold("aman")
    border.patokan.expect("cleared:", since)

    assert lines(border.patokan, since, "sounding:", "incident=kebakaran")
    assert lines(border.patokan, since, "cleared:", "incident=kebakaran")
    border.over()
    border.olean.expect_silence(border.broker, silent)


def test_an_alarm_that_the_neighbour_missed_rings_there_from_the_foreign_hubs_beacon(border: Border) -> None:
    border.patokan.stop()
    since = len(border.sumberkolak.lines)
    border.sumberkolak.hold("pencurian")
    border.sumberkolak.expect("listed:", since)

    since = len(border.patokan.lines)
    border.patokan.begin()
    border.patokan.expect_on("siren")
    border.patokan.expect("sounding:", since)

    assert lines(border.patokan, since, "sounding:", "incident=pencurian", "origin=hub")
    border.over()
    border.patokan.expect("cleared:", since)


def test_what_is_raised_here_reaches_the_neighbour_over_there(border: Border) -> None:
    since = len(border.sumberkolak.lines)

    border.patokan.hold("kebakaran")
    border.sumberkolak.expect_on("siren")
    border.sumberkolak.expect("sounding:", since)
    border.patokan.hold("aman")
    border.sumberkolak.expect("cleared:", since)

    assert [line for line in border.sumberkolak.lines[since:] if "sounding:" in line and "situbondo/patokan" in line]
    border.over()


def test_an_incident_of_one_village_alone_and_an_alarm_for_all_over_there_do_not_cross(border: Border) -> None:
    before = len(border.patokan.changes)

    for topic in (f"{SUMBERKOLAK}/alarm/kecelakaan", "panarukan/semua/alarm/bencana"):
        publish(border.broker, f"kentongan/{topic}", "-q", "1")
        border.sumberkolak.expect_on("siren")

    border.patokan.expect_silence(border.broker, before)
    publish(border.broker, "kentongan/panarukan/semua/alarm/aman", "-q", "1")
    border.over()
