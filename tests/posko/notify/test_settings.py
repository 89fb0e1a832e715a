"""The setting `notify`: what is wrong with it is a sentence that shows no address, and the hub runs all the same."""

import json
from pathlib import Path
from typing import Any

import pytest

from contract.settings.schema import SettingsError
from posko import config as posko_config
from posko.notify import config, gateway
from posko.notify.config import Config
from posko.notify.core.occasions import Occasion, Rule
from posko.notify.settings import SHORT
from runtime.files import SHIPPED

SECRET = "r4hasia-sekali"  # noqa: S105 - it must not be shown
URL = f"json://127.0.0.1:8080/{SECRET}"
OTHER = "json://127.0.0.1:8081/lain"


def load(folder: Path, notify: Any, mode: int = 0o600) -> Config:
    path = folder / "posko.yaml"
    path.write_text(json.dumps({
        "district": str(SHIPPED / "situbondo.yaml"), "broker": {"host": "127.0.0.1"}, "state_dir": str(folder),
        **({} if notify is None else {"notify": notify}),
    }), "utf-8")
    path.chmod(mode)
    return config.load(path)


def faults(folder: Path, notify: Any) -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load(folder, notify)
    assert SECRET not in "".join(refused.value.faults)
    return [each.removeprefix("posko.yaml.notify") for each in refused.value.faults]


def test_a_mere_address_gets_severe_alarms_and_what_nobody_responds_to(tmp_path: Path) -> None:
    found = load(tmp_path, [URL])

    assert [each.rules for each in found.targets] == [SHORT]
    assert (found.targets[0].per_minute, found.targets[0].give_up_s, found.targets[0].language) == (10, 86400.0, "id")
    assert found.state_dir == Path("/var/lib/kentongan-notify")


def test_an_address_that_stands_several_times_is_one_target_with_all_rules(tmp_path: Path) -> None:
    found = load(tmp_path, {"targets": [
        {"to": URL, "events": ["clear"], "villages": ["kalibagor"], "severity": "sedang", "exercises": False},
        {"to": [OTHER, URL], "events": ["fault"], "language": "en"},
    ], "state_dir": str(tmp_path)})

    assert [each.rules for each in found.targets] == [
        (Rule(frozenset({Occasion.CLEAR}), frozenset({"kalibagor"}), severity="sedang", exercises=False),
         Rule(frozenset({Occasion.FAULT}))),
        (Rule(frozenset({Occasion.FAULT})),),
    ]
    assert found.state_dir == tmp_path


@pytest.mark.parametrize(("written", "expected"), [
    (None, [": missing; write there who gets messages, such as notify: ['tgram://…']"]),
    ([], [": no address; write one at least"]),
    ([SECRET], [".targets.1: must be an address such as 'tgram://TOKEN/CHAT' or 'mailto://…', in quotes"]),
    ([f"telegrm://{SECRET}"], [".targets.1.to.1: telegrm:// is not known; did you mean tgram://?"]),
    ([f"xyzzyqqq://{SECRET}"],
     [".targets.1.to.1: xyzzyqqq:// is not known; see https://appriseit.com/services/"]),
    ([f"json://127.0.0.1/{SECRET}?optional=yes"],
     [".targets.1.to.1: leave optional= out: Apprise would report a failure as a success"]),
    ([{"to": URL, "event": ["alarm"]}], [".targets.1.event: unknown; did you mean events?"]),
    ([{"events": ["alarm"]}], [".targets.1: has no address; write to: [ADDRESS, …] or url_file: FILE"]),
    ([{"to": URL, "events": ["alrm"]}],
     [(".targets.1.events.1: 'alrm' is not allowed; use alarm or clear or unanswered or missing or fault or lapor "
      "(did you mean alarm?)")]),
    ([{"to": URL, "villages": ["kalibagr"], "incidents": ["pencurin"]}],
     [".targets.1.villages: kalibagr is not known; did you mean kalibagor?",
      ".targets.1.incidents: pencurin is not known; did you mean pencurian?"]),
    ([{"to": URL, "per_minute": 0}],
     [".targets.1.per_minute: must be a number of messages a minute from 1 to 60, not 0"]),
    ([f"json://127.0.0.1:8080/{number}" for number in range(21)],
     [".targets.21.to.1: more than 20 addresses; one of a group or a list reaches many people"]),
])
def test_what_is_wrong_is_a_sentence(tmp_path: Path, written: Any, expected: list[str]) -> None:
    assert faults(tmp_path, written) == expected


def test_a_telegram_address_that_is_cut_short_is_refused_without_its_token(tmp_path: Path) -> None:
    (fault,) = faults(tmp_path, [f"tgram://{SECRET}"])

    assert fault.startswith(".targets.1.to.1: tgram:// cannot be used as it is written: ")


def test_a_file_of_addresses_must_be_closed_to_others(tmp_path: Path) -> None:
    urls = tmp_path / "notify.urls"
    urls.write_text(f"# grup petugas\n{URL}\n\n{OTHER}\n", "utf-8")
    urls.chmod(0o640)
    assert [each.gateway.name for each in load(tmp_path, [{"url_file": "notify.urls"}]).targets] == [
        "json://127.0.0.1:8080/r4h…", "json://127.0.0.1:8081/lai…"]

    urls.chmod(0o644)
    assert faults(tmp_path, [{"url_file": "notify.urls"}]) == [
        f".targets.1.url_file: others may read or write {urls}, and addresses are secret: chmod o= {urls}"]
    urls.chmod(0o600)
    urls.write_text(f"{SECRET}\n", "utf-8")
    assert faults(tmp_path, [{"url_file": "notify.urls"}]) == [
        f".targets.1.url_file: line 1 of {urls} must be one address such as tgram://TOKEN/CHAT"]
    urls.write_text("\n", "utf-8")
    assert faults(tmp_path, [{"url_file": "notify.urls"}]) == [
        f".targets.1.url_file: {urls} has no address; write one a line"]
    urls.unlink()
    assert faults(tmp_path, [{"url_file": "notify.urls"}]) == [
        f".targets.1.url_file: {urls} cannot be read: No such file or directory"]


def test_addresses_in_settings_that_others_may_read_are_warned_of(tmp_path: Path) -> None:
    assert list(load(tmp_path, [URL], 0o600).warnings) == []
    assert list(load(tmp_path, [URL], 0o644).warnings) == [
        "notify: others may read posko.yaml, and addresses are secret: chmod o= posko.yaml, or use url_file"]


def test_an_address_for_several_is_warned_of(tmp_path: Path) -> None:
    (warning,) = load(tmp_path, [f"ntfy://127.0.0.1:9/{SECRET}/lain"]).warnings

    assert "2 recipients in one address" in warning
    assert SECRET not in warning


def test_whatever_is_written_there_the_hub_has_its_settings(tmp_path: Path) -> None:
    path = tmp_path / "posko.yaml"
    path.write_text(json.dumps({"district": str(SHIPPED / "situbondo.yaml"), "broker": {"host": "127.0.0.1"},
                                "notify": {"nonsense": [1, {}]}}), "utf-8")

    assert posko_config.load(path).settings.notify == {"nonsense": [1, {}]}


@pytest.mark.parametrize(("url", "shown"), [
    ("tgram://123456789:abcdefg_hijklmnop/12315544", "tgram://1...p/123…"),
    ("ntfys://ntfy.sh/rahasia", "ntfys://ntfy.sh/rah…"),
    ("ntfy://rahasia", "ntfys://rah…"),
    ("mailto://sri:rahasia@mail.example.com/budi@example.com", "mailto://sri:****@mail.example.com/bud…"),
    ("json://localhost:8080/rahasia?kunci=rahasia", "json://localhost:8080/rah…"),
])
def test_an_address_is_shown_without_what_is_secret(url: str, shown: str) -> None:
    assert gateway.Gateway(url).name == shown


def test_why_an_address_did_not_take_a_message_shows_no_secret() -> None:
    reason = gateway.Gateway(f"ntfy://127.0.0.1:9/{SECRET}").send("judul", "isi")

    assert reason
    assert SECRET not in reason
