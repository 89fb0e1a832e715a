"""Instants: written and read as RFC 3339 has them, always with their offset."""

import pytest

from contract.wire.alarm import Body, read_alarm, write_alarm
from contract.wire.codec import Refusal, rfc3339


@pytest.mark.parametrize(
    ("instant", "epoch_s"),
    [
        ("2026-01-31T20:15:00+07:00", 1769865300.0),
        ("2026-01-31T13:15:00Z", 1769865300.0),
        ("2026-01-31t13:15:00z", 1769865300.0),
        ("2026-01-31 13:15:00Z", 1769865300.0),
        ("2026-01-31T13:15:00-00:00", 1769865300.0),
        ("2026-01-31T08:45:00-04:30", 1769865300.0),
        ("2026-01-31T13:15:00.25Z", 1769865300.25),
        ("2026-01-31T13:15:00.123456Z", 1769865300.123456),
        ("2024-02-29T00:00:00Z", 1709164800.0),
        ("1969-12-31T23:59:59Z", -1.0),
    ],
)
def test_an_instant_is_read_with_its_offset(instant: str, epoch_s: float) -> None:
    assert read_alarm(b'{"sent": "%s"}' % instant.encode()) == Body(sent=epoch_s)
    assert read_alarm(b'{"expires": "%s"}' % instant.encode()) == Body(expires=epoch_s)


@pytest.mark.parametrize(
    "instant",
    [
        "", "now", "2026-01-31", "20:15:00+07:00", "1769865300", "20260131T201500Z", "2026-W05-6T20:15:00Z",
        "2026-01-31T20:15:00", "2026-01-31 20:15", "2026-01-31T20:15Z",  # no offset, no seconds
        "2026-01-31T20:15:00+07", "2026-01-31T20:15:00+0700", "2026-01-31T20:15:00 +07:00", "2026-01-31T20:15:00WIB",
        "2026-01-31T20:15:00,5Z", "2026-01-31T20:15:00.Z", " 2026-01-31T20:15:00Z", "2026-01-31T20:15:00Z ",
        "26-01-31T20:15:00Z", "2026-1-31T20:15:00Z", "12026-01-31T20:15:00Z", "-2026-01-31T20:15:00Z",
        "2026-01-31T20:15:00+07:00:00", "2026/01/31T20:15:00Z",
        "2026-01-31T20:15:00-99:99", "２０２６-01-31T20:15:00Z",
    ],
)
def test_what_rfc_3339_does_not_write_is_no_instant(instant: str) -> None:
    told = read_alarm(b'{"sent": "%s"}' % instant.encode())

    assert told == Refusal(f"sent: {instant!r} must be an instant of RFC 3339, such as 2026-01-31T20:15:00+07:00")


@pytest.mark.parametrize(
    "instant",
    [
        "2026-02-30T00:00:00Z", "2025-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-10T00:00:00Z",
        "2026-01-00T00:00:00Z", "0000-01-01T00:00:00Z", "2026-01-31T25:00:00Z", "2026-01-31T20:60:00Z",
        "2026-01-31T20:15:61Z", "2026-01-31T20:15:00+24:00",
    ],
)
def test_an_instant_that_does_not_exist_is_refused(instant: str) -> None:
    told = read_alarm(b'{"expires": "%s"}' % instant.encode())

    assert told == Refusal(f"expires: {instant!r} must be a date that exists")


@pytest.mark.usefixtures("western_indonesia")
def test_an_instant_is_written_in_local_time_with_its_offset() -> None:
    assert rfc3339(1769865300.25) == "2026-01-31T20:15:00.250+07:00"
    assert read_alarm(write_alarm(Body(sent=1769865300.25))) == Body(sent=1769865300.25)


def test_a_leap_second_is_the_second_before_it() -> None:
    told = read_alarm(b'{"sent": "2016-12-31T23:59:60Z"}')

    assert isinstance(told, Body)
    assert told.sent == 1483228799.0
