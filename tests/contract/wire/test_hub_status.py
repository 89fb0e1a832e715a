"""The hub's status: written as it always was, read as far as it can be, and never a reason to raise."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Key, Status
from contract.wire.hub_status import HubStatus, InForce, read_status, write_status
from contract.wire.lapor import Open
from contract.wire.response import Case
from tests.contract.payloads import INSTANTS, SECONDS, TEXT, TEXTS, VALUES, near_misses
from tests.contract.shipped import quick

ALARMS = st.builds(
    InForce, incident=TEXT, village=TEXT, identifier=TEXT, status=st.sampled_from(Status), origin=TEXT, note=TEXT,
    kept=st.booleans(), silenced=st.lists(TEXT, max_size=3).map(tuple),
    sounds=st.dictionaries(TEXT, SECONDS, max_size=3), missing=TEXTS,
)
CASES = st.builds(
    Case, incident=TEXT, village=TEXT, identifier=TEXT, status=TEXT, in_force=st.booleans(),
    raised=st.none() | INSTANTS, unanswered=st.booleans(),
)
REPORTS = st.builds(
    Open, identifier=TEXT.filter(bool), village=TEXT.filter(bool), text=TEXT, severity=TEXT, by=TEXT,
    claimed=st.booleans(), raised=st.none() | INSTANTS, kept=st.booleans(),
)
STATUSES = st.builds(
    HubStatus, state=TEXT, alarms=st.lists(ALARMS, max_size=3).map(tuple),
    cases=st.lists(CASES, max_size=3).map(tuple), lapor=st.lists(REPORTS, max_size=3).map(tuple), posts=TEXTS,
    faults=TEXTS, undated=st.integers(0, 1000), clock=TEXT, boot=TEXT, version=TEXT,
    since=st.none() | INSTANTS, time=st.none() | INSTANTS, reason=TEXT,
)
MEMBERS = ("state", "alarms", "posts", "faults", "undated", "clock", "boot", "version", "since", "time", "reason")
THEFT = InForce(
    incident="pencurian", village="kalibagor", identifier="a-1", origin="operator/sri", note="rumah Pak RT 3",
    silenced=("olean",), sounds={"kalibagor/pos-1": 0.25}, missing={"kotakan/pos-1": "away"},
)
FULL = HubStatus(
    state="alarm", alarms=(THEFT,), posts={"kalibagor/pos-1": "sounding", "kotakan/pos-1": "away"},
    faults={"journal": "cannot write"}, undated=1, clock="synced", boot="h1", version="0.1.0", since=1769865300.25,
    time=1769865301.0,
)
# The bytes as they are on the wire.
WRITTEN = (
    '{"state":"alarm","alarms":[{"incident":"pencurian","village":"kalibagor","identifier":"a-1","status":"Actual",'
    '"origin":"operator/sri","note":"rumah Pak RT 3","kept":true,"silenced":["olean"],'
    '"sounds":{"kalibagor/pos-1":0.25},"missing":{"kotakan/pos-1":"away"}}],'
    '"posts":{"kalibagor/pos-1":"sounding","kotakan/pos-1":"away"},"faults":{"journal":"cannot write"},"undated":1,'
    '"clock":"synced","boot":"h1","version":"0.1.0","since":"2026-01-31T20:15:00.250+07:00",'
    '"time":"2026-01-31T20:15:01.000+07:00"}'
)


def read(**members: object) -> HubStatus:
    """What a status with *members* says, but for what was dropped of it."""
    found = read_status(json.dumps(members).encode())
    assert isinstance(found, HubStatus)
    return replace(found, dropped=())


@pytest.mark.usefixtures("western_indonesia")
def test_a_status_is_written_with_all_that_it_says_and_read_back() -> None:
    assert write_status(FULL).decode() == WRITTEN
    assert read_status(WRITTEN.encode()) == FULL


def test_the_final_status_of_a_hub_says_which_it_was_and_why_it_ended() -> None:
    last = replace(FULL, state="offline", reason="connection lost")

    assert write_status(last).decode() == (
        '{"state":"offline","boot":"h1","version":"0.1.0","reason":"connection lost"}'
    )
    assert read_status(write_status(last)) == HubStatus(
        state="offline", boot="h1", version="0.1.0", reason="connection lost"
    )


@quick
@given(STATUSES.filter(lambda status: status.state != "offline"))
def test_what_is_written_is_read_back(status: HubStatus) -> None:
    assert read_status(write_status(status)) == status


@pytest.mark.parametrize(
    "member",
    [
        {}, {"state": 1}, {"alarms": {}}, {"alarms": [None, "x"]}, {"posts": ["kotakan/pos-1"]}, {"faults": 3},
        {"undated": "1"}, {"undated": -1}, {"boot": None}, {"since": "yesterday"}, {"time": 3}, {"newer": True},
    ],
)
def test_what_cannot_be_read_of_a_status_counts_as_missing(member: dict[str, object]) -> None:
    assert read(**member) == HubStatus()


def test_an_alarm_and_its_proof_are_read_as_far_as_they_can_be() -> None:
    odd = {"village": "olean", "incident": "kebakaran", "sounds": {"a/1": 0.5, "b/1": "soon", "c/1": -1, "d/1": 2},
           "missing": {"e/1": None}, "silenced": "olean"}
    (alarm,) = read(alarms=[odd]).alarms

    assert alarm.key == Key("olean", "kebakaran")
    assert (alarm.sounds, alarm.missing, alarm.silenced) == ({"a/1": 0.5, "d/1": 2.0}, {"e/1": ""}, ())


@quick
@given(near_misses(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8)))
def test_any_bytes_are_a_status_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    found = read_status(payload)

    if isinstance(found, HubStatus):
        texts = [found.state, found.boot, *found.posts, *found.posts.values(), *found.faults, *found.dropped]
        assert all(each == each.encode().decode() for each in texts)
    else:
        assert found.reason.encode()
