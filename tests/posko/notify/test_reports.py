"""Residents' reports: each once, however often it comes and whatever restarts."""

import json

from posko.notify.core.occasions import Message, Occasion
from tests.posko.notify.outward import Outward


def report(out: Outward, identifier: str, text: str = "Ribut di depan balai desa") -> Outward:
    body = {"identifier": identifier, "by": "warga/budi", "text": text, "severity": "sedang"}
    out.hub.hear("kalibagor/lapor", json.dumps(body).encode())
    return out


def test_a_report_is_one_message_with_its_text() -> None:
    out = Outward()
    for _ in range(3):
        report(out, "budi.1").wait(5.0)
    out.kill().begin().wait(10.0)

    ((_, message),) = out.messages
    assert message == Message(
        Occasion.REPORT, message.at_s, village="kalibagor", severity="sedang", origin="warga/budi", claimed=True,
        text="Ribut di depan balai desa")


def test_a_report_that_came_while_the_program_was_away_is_a_message_and_the_next_one_another() -> None:
    out = report(Outward().kill(), "budi.1").wait(60.0).begin().wait(5.0)
    report(out, "budi.2", "Anjing lepas").wait(5.0)

    assert [message.text for _, message in out.messages] == ["Ribut di depan balai desa", "Anjing lepas"]
