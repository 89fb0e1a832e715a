"""What counts as what: false, late, unknown, in force; when it was, how long, and who sounded it."""

from collections import Counter

import pytest

from contract.domain.alarm import Key, Status
from posko.core.effects import End
from posko.report import render
from posko.report.core import history
from posko.report.core.history import Dated
from tests.posko.report.journals import alarm, wib
from tests.posko.report.shipped import LABELS

# Counts.


@pytest.mark.parametrize(("ended_at", "end", "status", "false"), [
    (2059.9, End.CLEARED, Status.ACTUAL, True),
    (2060.0, End.CLEARED, Status.ACTUAL, True),
    (2060.1, End.CLEARED, Status.ACTUAL, False),
    (2059.9, End.CLEARED, Status.EXERCISE, False),
    (2059.9, End.FINISHED, Status.ACTUAL, False),
    (2059.9, End.LATE, Status.ACTUAL, False),
])
def test_a_false_alarm_is_an_actual_one_that_the_all_clear_ends_within_a_minute(
    ended_at: float, end: End, status: Status, false: bool
) -> None:
    assert alarm(ended_at=ended_at, end=end.value, status=status.value).false is false


@pytest.mark.parametrize(("end", "status", "counts"), [
    (End.FINISHED, Status.ACTUAL, Counter(alarms=1)),
    (None, Status.ACTUAL, Counter(alarms=1)),
    (End.LATE, Status.ACTUAL, Counter(late=1)),
    (End.UNKNOWN, Status.ACTUAL, Counter(unknown=1)),
    (End.CLEARED, Status.EXERCISE, Counter(exercises=1)),
    (End.EARNEST, Status.EXERCISE, Counter(exercises=1)),
    (End.LATE, Status.EXERCISE, Counter(exercises=1)),
    (End.UNKNOWN, Status.EXERCISE, Counter(exercises=1)),
])
def test_each_alarm_is_counted_once(end: End | None, status: Status, counts: Counter[str]) -> None:
    (month,) = history.months([alarm(end=end and end.value, status=status.value)])

    assert month.counts == {Key("kalibagor", "pencurian"): counts}


def test_alarms_of_one_incident_are_counted_by_village() -> None:
    (month,) = history.months([alarm(), alarm(first="two"), alarm(first="three", village="olean")])

    assert month.counts == {
        Key("kalibagor", "pencurian"): Counter(alarms=2), Key("olean", "pencurian"): Counter(alarms=1)}
    assert month.total == Counter(alarms=3)


# When, and how long.


def test_what_ended_while_the_hub_was_away_lasted_its_time_and_no_longer() -> None:
    assert alarm(ended_at=16_000.0).duration_s == 180.0


@pytest.mark.parametrize(("end", "ended_at"), [(None, None), (End.LATE, 2180.0), (End.UNKNOWN, 95.0)])
def test_what_has_no_end_or_no_beginning_has_no_duration(end: End | None, ended_at: float | None) -> None:
    assert alarm(end=end and end.value, ended_at=ended_at).duration_s is None


def test_an_alarm_of_unknown_age_was_before_the_hub_gave_it_up() -> None:
    """The journal's `first_wall` of such a row is an earlier boot's instant by this boot's offset: no time at all."""
    found = alarm(end="unknown", first_at=500_000.0, first_wall=500_000.0 + 1793833105.0, ended_at=95.0)

    assert (found.at, found.dated) == (wib(1793833200.0), Dated.BEFORE)


@pytest.mark.parametrize("synced", [True, False])
def test_an_alarm_of_unknown_age_that_was_left_as_it_was_written_keeps_its_time(synced: bool) -> None:
    found = alarm(end="unknown", ended_at=None, synced=int(synced))

    assert (found.at, found.dated) == (wib(1793628847.0), Dated.SYNCED if synced else Dated.UNSYNCED)


@pytest.mark.parametrize(("now", "in_force", "told"), [
    (1793628847.0, True, "MASIH AKTIF"), (1793628847.0 + 189.9, True, "MASIH AKTIF"),
    (1793628847.0 + 190.1, False, "tidak tercatat"),
])
def test_an_alarm_without_an_end_is_in_force_until_its_time_is_over(now: float, in_force: bool, told: str) -> None:
    found = alarm(now, end=None, ended_at=None)

    assert found.in_force is in_force
    assert told in render.alarms(history.months([found]), LABELS)


@pytest.mark.parametrize(("end", "ended_at"), [("cleared", 2010.0), ("unknown", None), (None, 2010.0)])
def test_an_alarm_with_an_end_or_the_time_of_one_is_not_in_force(end: str | None, ended_at: float | None) -> None:
    assert not alarm(1793628850.0, end=end, ended_at=ended_at).in_force


# Who sounded.


def test_who_should_have_sounded_and_did_not_is_named_in_order() -> None:
    found = alarm(expected='["a/1", "b/1", "c/1", "d/1"]', sounds='{"d/1": 4.5, "b/1": 0.25}')

    assert (found.missing, found.sounded) == (("a/1", "c/1"), 2)
    assert (found.first_siren_s, found.last_siren_s) == (0.25, 4.5)


def test_a_post_that_sounds_and_was_not_expected_makes_up_for_none() -> None:
    found = alarm(expected='["a/1"]', sounds='{"z/1": 1.0}')

    assert (found.missing, found.sounded, found.last_siren_s) == (("a/1",), 0, 1.0)


def test_a_late_alarm_was_expected_of_nobody() -> None:
    found = alarm(end="late", expected='["a/1"]')

    assert (found.expected, found.missing) == ((), ())


@pytest.mark.parametrize(("village", "origin", "claimed"), [
    ("kalibagor", "kalibagor/pos-1", False), ("kalibagor", "kotakan/pos-1", True), ("kalibagor", "operator/siti", True),
    ("semua", "kalibagor/pos-1", True), ("kalibagor", "kalibagor/pos-9", True), ("kalibagor", "", True),
])
def test_who_was_no_post_of_the_village_only_claims_to_have_raised_it(village: str, origin: str, claimed: bool) -> None:
    expected = '["kalibagor/pos-1", "kotakan/pos-1"]'

    assert alarm(village=village, origin=origin, expected=expected).claimed is claimed
    assert alarm(village=village, origin=origin, expected=expected, end="late").claimed is claimed
