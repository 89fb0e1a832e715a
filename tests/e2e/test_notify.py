"""Messages outward: a real program beside a real hub on a real Mosquitto, to real servers on the loopback."""

import email
import json
import sqlite3
import stat
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from email import policy
from itertools import product
from pathlib import Path
from typing import Any, Self

import pytest

from runtime import files
from runtime.files import SHIPPED
from runtime.sqlite_readonly import read_only
from testing.installation import OPERATOR, READER, Installation
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S, Program
from tests.support.nodes import ROOT
from tests.support.sinks import HANGS, REFUSES, TAKES, MailServer, WebHook
from tests.support.village import ANY_NUMBER, HURRIED, Hub, alarm, impatient, listed
from tests.support.waiting import wait_until

SOON = ("posko.notify.core.alarms.HOLD_S = 0.3", "posko.notify.core.pace.FIRST_S = 0.2", HURRIED)
EVERYTHING = ["alarm", "clear", "missing", "unanswered"]
PLACES = list(product(
    ("kalibagor", "kotakan", "patokan", "dawuhan", "talkandang", "olean"),
    ("pembunuhan", "pencurian", "perampokan", "pemerkosaan", "kebakaran", "ternak", "kecelakaan", "lainnya", "bencana"),
))


BEGUN: list[Program] = []  # by the test that runs


@pytest.fixture(autouse=True)
def _ended() -> Iterator[None]:
    """Whatever becomes of a test, its programs end."""
    yield
    while BEGUN:
        BEGUN.pop().kill()


class Notify(Program):
    """The program; `targets` are what stands under that name in its settings."""

    def __init__(self, folder: Path, port: int, targets: list[Any], **more: Any) -> None:
        self.path = folder / "notify.yaml"
        self.state_dir = folder / "notify"
        self._folder = folder
        self.path.write_text(json.dumps({
            "district": str(SHIPPED / "situbondo.yaml"), "broker": {"host": "127.0.0.1", "port": port},
            "notify": {"targets": targets, "state_dir": str(self.state_dir), **more},
        }), "utf-8")
        self.path.chmod(0o600)
        super().__init__("notify", ["notify", "--config", str(self.path)])
        BEGUN.append(self)

    def begin(self) -> Self:
        """Starts it; returns when it is linked."""
        since = len(self.lines)
        self.start(impatient(self._folder, *SOON))
        self.expect("linked:", since)
        return self

    def waiting(self) -> int:
        """How many messages wait on its disk."""
        with read_only(self.state_dir / "notify.db") as database:
            return int(database.execute("SELECT count(*) FROM queue").fetchone()[0])


@pytest.fixture
def hook() -> Iterator[WebHook]:
    with WebHook() as running:
        yield running


def many(count: int) -> list[Any]:
    return [listed(f"a{number}", incident, village)
            for number, (village, incident) in enumerate(PLACES[:count])]


def test_an_alarm_and_its_end_reach_a_web_hook_and_a_mailbox_once_though_everything_restarts(
    folder: Path, broker: PrivateBroker, hook: WebHook
) -> None:
    with MailServer() as mail:
        notify = Notify(folder, broker.port, [{"to": [hook.url, mail.url], "events": EVERYTHING}])
        hub = Posko(folder / "posko", broker.port).begin()
        BEGUN.append(hub)
        notify.begin()
        alarm(broker, "kalibagor", "pencurian", "-m", "rumah <b>Pak</b> RT 3")
        assert hook.wait(1)
        assert mail.wait(1)
        assert wait_until(lambda: notify.waiting() == 0)  # it has noted that both have it
        notify.kill()
        hub.kill()
        hub.begin()
        notify.begin()
        alarm(broker, "kalibagor", "aman")
        assert wait_until(lambda: any("AMAN" in title for title in hook.titles))
        assert wait_until(lambda: any("AMAN" in text for _, text in mail.arrived))
        notify.stop()
        hub.stop()

    titles = [title.removeprefix("KENTONGAN Kecamatan Situbondo: ") for title in hook.titles]
    assert [title for title in titles if "TIDAK BERBUNYI" not in title] == [
        "ALARM Pencurian di Kalibagor", "AMAN Pencurian di Kalibagor"]
    assert "Catatan: rumah <b>Pak</b> RT 3" in hook.arrived[0][1].splitlines()
    read = email.message_from_string(mail.arrived[0][1], policy=policy.default)
    assert read["subject"] == "KENTONGAN Kecamatan Situbondo: ALARM Pencurian di Kalibagor"
    body = read.get_body(("plain",))
    assert body is not None
    assert "Catatan: rumah <b>Pak</b> RT 3" in body.get_content()
    assert stat.S_IMODE((notify.state_dir / "notify.db").stat().st_mode) & 0o022 == 0


def test_a_target_that_refuses_and_one_that_hangs_hold_up_no_other_and_get_all_when_they_are_back(
    folder: Path, broker: PrivateBroker, hook: WebHook
) -> None:
    with WebHook(REFUSES) as refusing, WebHook(HANGS) as hanging:
        urls = [refusing.url, f"{hanging.url}?rto=1", hook.url]
        notify = Notify(folder, broker.port, [{"to": urls, "events": ["alarm"]}]).begin()
        hub = Hub(broker)
        hub.beacon(*many(2))
        assert hook.wait(2)
        assert refusing.wait_asked(2)
        assert hanging.wait_asked(1)
        notify.expect("does not take messages")
        assert refusing.titles == hanging.titles == []

        refusing.behaviour = hanging.behaviour = TAKES
        hanging.over.set()
        assert refusing.wait(2)
        assert hanging.wait(2)
        assert wait_until(lambda: notify.waiting() == 0)
        notify.stop()

    assert "rahasia" not in "\n".join(notify.lines)
    assert sorted(hook.titles) == sorted(refusing.titles) == sorted(set(hanging.titles))
    assert len(hook.titles) == 2


def test_killed_amid_20_messages_none_is_lost_and_at_most_one_comes_twice(folder: Path, broker: PrivateBroker) -> None:
    with WebHook(takes_s=0.05) as slow:
        notify = Notify(folder, broker.port, [{"to": slow.url, "events": ["alarm"], "per_minute": 60}]).begin()
        hub = Hub(broker)
        hub.beacon(*many(20))
        assert slow.wait(7)
        notify.kill()
        notify.begin()
        hub.beacon(*many(20))
        assert wait_until(lambda: len(set(slow.titles)) == 20 and notify.waiting() == 0)
        notify.stop()

    counts = Counter(slow.titles)
    assert len(counts) == 20
    assert sum(counts.values()) <= 21


def test_a_disk_that_fails_makes_no_message_wait_and_none_comes_twice_when_it_is_back(
    folder: Path, broker: PrivateBroker, hook: WebHook
) -> None:
    notify = Notify(folder, broker.port, [{"to": hook.url, "events": ["alarm"], "per_minute": 60}]).begin()
    hub = Hub(broker)
    assert wait_until((notify.state_dir / "notify.db").exists)
    with closing(sqlite3.connect(notify.state_dir / "notify.db", timeout=LIMIT_S)) as other:
        other.execute("BEGIN IMMEDIATE")
        hub.beacon(*many(2))
        assert hook.wait(2)
        hub.beacon(*many(4))
        assert hook.wait(4)
        since = len(notify.lines)
        other.rollback()
    notify.expect("recovered: journal", since)
    hub.beacon(*many(5))
    assert hook.wait(5)
    assert wait_until(lambda: notify.waiting() == 0)
    notify.stop()

    assert len(hook.titles) == len(set(hook.titles)) == 5


def test_of_50_alarms_at_once_a_target_gets_some_messages_and_the_rest_in_one(
    folder: Path, broker: PrivateBroker, hook: WebHook
) -> None:
    notify = Notify(folder, broker.port, [{"to": hook.url, "events": ["alarm"]}]).begin()
    Hub(broker).beacon(*many(50))
    assert wait_until(lambda: sum(text.count("ALARM") or 1 for _, text in hook.arrived) >= 50)
    notify.stop()

    summaries = [text for title, text in hook.arrived if "pesan sekaligus" in title]
    single = [title for title in hook.titles if "ALARM" in title]
    assert len(hook.arrived) <= 11
    assert Counter([*single, *(line for text in summaries for line in text.splitlines())]).most_common(1)[0][1] == 1
    assert len(single) + sum(len(text.splitlines()) for text in summaries) == 50


@pytest.mark.parametrize(("constant", "hours", "left"), [
    ("posko.notify.sender.MOST = 3", 24, 3), ("posko.notify.core.pace.LONGEST_S = 0.5", 0.0003, 0),
])
def test_what_is_not_taken_for_too_long_or_is_too_much_is_given_up_and_reported(
    folder: Path, broker: PrivateBroker, constant: str, hours: float, left: int
) -> None:
    with WebHook(REFUSES) as refusing:
        notify = Notify(folder, broker.port, [{"to": refusing.url, "events": ["alarm"], "give_up_h": hours}])
        notify.start(impatient(folder, ANY_NUMBER, *SOON, constant))
        notify.expect("linked:")
        Hub(broker).beacon(*many(8))
        notify.expect("given up")
        assert wait_until(lambda: notify.waiting() == left)
        notify.stop()


def test_an_address_that_is_not_in_the_settings_any_more_gets_nothing_and_its_messages_go(
    folder: Path, broker: PrivateBroker, hook: WebHook
) -> None:
    with WebHook(REFUSES) as old:
        notify = Notify(folder, broker.port, [{"to": old.url, "events": ["alarm"]}]).begin()
        Hub(broker).beacon(*many(2))
        assert old.wait_asked(1)
        notify.kill()
        other = Notify(folder, broker.port, [{"to": hook.url, "events": ["alarm"]}]).begin()
        other.expect("not in the settings any more")
        assert wait_until(lambda: other.waiting() == 0)
        other.stop()


def test_an_account_that_may_only_read_is_enough(folder: Path, hook: WebHook) -> None:
    with Installation(folder, SHIPPED / "situbondo.yaml") as installation:
        home = installation.settings(READER).parent
        way = files.mapping(home / "posko.yaml", "posko.yaml")["broker"]
        way |= {"password_file": str(home / "password"), "ca_file": str(home / "ca.crt")}
        BEGUN.append(Posko(folder / "posko", installation.hub()).begin())
        Notify(folder, 1, [{"to": hook.url, "events": ["alarm"]}], broker=way).begin()
        run("alarm", "pencurian", "kalibagor", "--wait", "1", "--config", str(installation.settings(OPERATOR)))
        assert hook.wait(1)

    assert hook.titles == ["KENTONGAN Kecamatan Situbondo: ALARM Pencurian di Kalibagor"]


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "kentongan", *words], capture_output=True, text=True, check=False,
                          cwd=ROOT, timeout=120)


def test_a_test_message_goes_to_each_address_and_each_is_shown_with_how_it_went(
    folder: Path, hook: WebHook
) -> None:
    with MailServer() as mail, WebHook(REFUSES) as refusing:
        path = Notify(folder, 1, [hook.url, mail.url, refusing.url]).path
        found = run("notify", "--test", "--config", str(path))
        only = run("notify", "--test", "--to", "2", "--config", str(path))
        none = run("notify", "--test", "--to", "4", "--config", str(path))

    assert (found.returncode, only.returncode, none.returncode) == (1, 0, 2)
    well, mailed, bad = found.stdout.splitlines()
    assert well == f"✔ 1 JSON, json://127.0.0.1:{hook.port}/rah…: ok"
    assert mailed.startswith("✔ 2 E-Mail, mailto://127.0.0.1:")
    assert bad.startswith(f"✘ 3 JSON, json://127.0.0.1:{refusing.port}/rah…: ")
    assert "500" in bad
    assert "rahasia" not in found.stdout + found.stderr
    assert len(mail.arrived) == 2
    assert hook.titles == ["KENTONGAN Kecamatan Situbondo: pesan uji coba"]
    assert none.stderr.splitlines() == ["--to 4: there are 3 addresses; kentongan notify --check lists them"]


def test_a_check_lists_the_addresses_and_refuses_what_cannot_be_used(folder: Path, hook: WebHook) -> None:
    path = Notify(folder, 1, [hook.url]).path
    good = run("notify", "--check", "--config", str(path))
    bad = run("notify", "--check", "--config", str(Notify(folder, 1, ["telegrm://r4hasia"]).path))

    assert good.returncode == 0
    assert good.stdout.splitlines()[1:] == [f"  1 JSON: json://127.0.0.1:{hook.port}/rah…"]
    assert (bad.returncode, bad.stdout) == (2, "")
    assert bad.stderr.splitlines() == [
        "notify.yaml.notify.targets.1.to.1: telegrm:// is not known; did you mean tgram://?"]


def test_the_hubs_own_check_judges_the_addresses_too_and_a_hub_runs_whatever_they_are(
    folder: Path, broker: PrivateBroker
) -> None:
    path = Notify(folder, broker.port, ["telegrm://r4hasia"]).path
    checked = run("posko", "--check", "--config", str(path))
    written = json.loads(path.read_text("utf-8"))
    hub = Posko(folder / "posko", broker.port)
    (folder / "posko" / "posko.yaml").write_text(json.dumps(
        {**written, "state_dir": str(folder / "posko" / "state")}), "utf-8")
    BEGUN.append(hub.begin())
    hub.stop()

    assert checked.returncode == 2
    # Whether the state folder can be made is this user's affair.
    assert [line for line in checked.stderr.splitlines() if not line.startswith("warning: state_dir:")] == [
        "notify.yaml.notify.targets.1.to.1: telegrm:// is not known; did you mean tgram://?"]
