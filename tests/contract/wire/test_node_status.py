"""A node's status: written as it always was, read as far as it can be, and never a reason to raise."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Status
from contract.wire.node_status import About, NodeStatus, read_status, write_status
from tests.contract.payloads import INSTANTS, SECONDS, TEXT, TEXTS, VALUES, near_misses
from tests.contract.shipped import quick

ABOUTS = st.builds(
    About, incident=TEXT, village=TEXT, identifier=st.none() | TEXT, status=st.sampled_from(Status), origin=TEXT,
    note=TEXT, age_s=st.none() | SECONDS,
)
STATUSES = st.builds(
    NodeStatus, state=TEXT, since=st.none() | INSTANTS, node=TEXT, village=TEXT, sounding=st.none() | ABOUTS,
    waiting=st.lists(ABOUTS, max_size=3).map(tuple), silenced=st.lists(ABOUTS, max_size=3).map(tuple), faults=TEXTS,
    locked=st.booleans(), drivers=st.dictionaries(TEXT, TEXT | st.booleans(), max_size=3),
    outbox=st.integers(0, 1000), clock=TEXT, at_s=st.none() | SECONDS, time=st.none() | INSTANTS,
    boot=TEXT, version=TEXT, reason=TEXT, feedback=TEXTS,
)
MEMBERS = (
    "state", "since", "node", "village", "sounding", "waiting", "silenced", "faults", "locked", "feedback", "drivers",
    "outbox", "clock", "at_s", "time", "boot", "version", "reason",
)
FIRE = About(incident="kebakaran", village="kalibagor", identifier="a-1", status=Status.EXERCISE, origin="hub",
             age_s=12.5)
THEFT = About(incident="pencurian", village="olean", origin="button", note="pasar")
FULL = NodeStatus(
    state="sounding", since=1769865300.25, node="pos-1", village="kalibagor", sounding=FIRE, waiting=(THEFT,),
    silenced=(replace(THEFT, status=Status.EXERCISE, note=""),), faults={"striker": "cannot be switched"}, locked=True,
    feedback={"siren": "draws none", "mains": "lost"}, drivers={"pins": "lgpio", "simulated": False}, outbox=3,
    clock="synced", at_s=77.5, time=1769865310.5, boot="b1", version="0.1.0",
)
# The bytes as they are on the wire.
WRITTEN = (
    '{"state":"sounding","since":"2026-01-31T20:15:00.250+07:00","node":"pos-1","village":"kalibagor",'
    '"sounding":{"incident":"kebakaran","village":"kalibagor","identifier":"a-1","status":"Exercise","origin":"hub",'
    '"age_s":12.5},'
    '"waiting":[{"incident":"pencurian","village":"olean","identifier":null,"status":"Actual","origin":"button",'
    '"note":"pasar"}],'
    '"silenced":[{"incident":"pencurian","village":"olean","identifier":null,"status":"Exercise","origin":"button"}],'
    '"faults":{"striker":"cannot be switched"},"locked":true,'
    '"feedback":{"siren":"draws none","mains":"lost"},"drivers":{"pins":"lgpio","simulated":false},"outbox":3,'
    '"clock":"synced","at_s":77.5,"time":"2026-01-31T20:15:10.500+07:00","boot":"b1","version":"0.1.0"}'
)


def read(**members: object) -> NodeStatus:
    """What a status with *members* says, but for what was dropped of it."""
    found = read_status(json.dumps(members).encode())
    assert isinstance(found, NodeStatus)
    return replace(found, dropped=())


@pytest.mark.usefixtures("western_indonesia")
def test_a_status_is_written_with_all_that_it_says_and_read_back() -> None:
    assert write_status(FULL).decode() == WRITTEN
    assert read_status(WRITTEN.encode()) == FULL


@pytest.mark.usefixtures("western_indonesia")
def test_a_node_at_rest_says_so_in_every_member() -> None:
    rest = NodeStatus(state="ready", since=1769865300.0, node="pos-1", village="olean", clock="unsynced", boot="b1",
                      version="1")

    assert write_status(rest).decode() == (
        '{"state":"ready","since":"2026-01-31T20:15:00.000+07:00","node":"pos-1","village":"olean","sounding":null,'
        '"waiting":[],"silenced":[],"faults":{},"locked":false,"drivers":{},"outbox":0,"clock":"unsynced","boot":"b1",'
        '"version":"1"}'
    )


def test_the_final_status_of_a_node_says_who_it_was_and_why_it_ended() -> None:
    last = replace(FULL, state="offline", reason="stopped")

    assert write_status(last).decode() == (
        '{"state":"offline","node":"pos-1","village":"kalibagor","boot":"b1","version":"0.1.0","reason":"stopped"}'
    )
    assert read_status(write_status(last)) == NodeStatus(
        state="offline", node="pos-1", village="kalibagor", boot="b1", version="0.1.0", reason="stopped"
    )


@quick
@given(STATUSES.filter(lambda status: status.state != "offline"))
def test_what_is_written_is_read_back(status: NodeStatus) -> None:
    assert read_status(write_status(status)) == status


@pytest.mark.parametrize(
    "member",
    [
        {}, {"state": 1}, {"state": None}, {"boot": ["b"]}, {"sounding": "kebakaran"}, {"sounding": [1]},
        {"waiting": {}}, {"waiting": [None, "x", 3]}, {"silenced": 7}, {"faults": ["striker"]}, {"faults": None},
        {"locked": 1}, {"locked": "true"}, {"outbox": "3"}, {"outbox": True}, {"outbox": 2.5}, {"clock": 0},
        {"version": 2}, {"reason": {}}, {"since": "now"}, {"since": 3}, {"drivers": []},
        {"time": 3}, {"at_s": "1"}, {"newer": {"than": "this"}},
    ],
)
def test_what_cannot_be_read_of_a_status_counts_as_missing(member: dict[str, object]) -> None:
    assert read(**member) == NodeStatus()


def test_a_status_says_what_was_dropped_of_it() -> None:
    found = read_status(b'{"state":"ready","locked":1,"waiting":[{"village":7},"x"],"newer":1}')

    assert found == NodeStatus(
        state="ready", waiting=(About(),),
        dropped=("waiting.0.village: must be text",
                 "waiting.1: must be a mapping, its members indented below it, not 'x'",
                 "locked: must be true or false, not 1"),
    )


def test_an_alarm_in_a_status_is_named_as_far_as_it_can_be() -> None:
    odd = [{}, {"incident": 1, "village": "olean"}, {"identifier": 5}, None, {"identifier": "a", "status": "Draft"}]

    assert read(waiting=odd).waiting == (About(), About(village="olean"), About(), About(identifier="a"))


def test_a_fault_counts_though_its_reason_cannot_be_read() -> None:
    found = read(faults={"siren": 3, "striker": None, "": "x", "journal": "\ud800", "\ud800": "x"})

    assert found.faults == {"siren": "", "striker": "", "": "x", "journal": ""}


@pytest.mark.parametrize("character", ["\ud800", "\x00", "\x1b"])
def test_text_that_nobody_can_read_counts_as_missing(character: str) -> None:
    text = f"x{character}"
    alarm = {"incident": text, "village": "olean", "identifier": text}

    assert read(state=text, boot=text, sounding=alarm) == NodeStatus(sounding=About(village="olean"))


@quick
@given(near_misses(st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=11)))
def test_any_bytes_are_a_status_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    found = read_status(payload)

    if isinstance(found, NodeStatus):
        named = [each for each in (found.sounding, *found.waiting, *found.silenced) if each is not None]
        texts = [found.state, found.boot, found.clock, found.version, found.reason, *found.faults, *found.dropped]
        texts += [each or "" for about in named for each in (*about.key, about.identifier, about.note)]
        assert all(each == each.encode().decode() for each in [*texts, *found.faults.values()])
    else:
        assert found.reason.encode()


@pytest.mark.parametrize("member", ["waiting", "silenced", "faults"])
def test_of_a_list_that_no_post_can_have_nothing_is_read(member: str) -> None:
    """A hub keeps the last status of each post, and a stolen box may send what it likes."""
    found = read_status(json.dumps({"state": "ready", member: {f"part {n}": "x" for n in range(401)}
                                    if member == "faults" else [{}] * 401}).encode())

    assert found == NodeStatus(state="ready", dropped=(f"{member}: has 401 members; at most 400 are read",))
