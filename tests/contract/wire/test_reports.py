"""Statuses and events of nodes and hub: read as far as they are understood, and never a reason to raise."""

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Key
from contract.wire.alarm import Refusal
from contract.wire.reports import About, Kind, NodeStatus, Report, read_event, read_status
from tests.contract.payloads import VALUES, near_misses
from tests.contract.shipped import quick

FIRE = About(Key("kalibagor", "kebakaran"), "a-1")
THEFT = About(Key("olean", "pencurian"), None)
NOTHING = NodeStatus("", "", None, (), (), {}, locked=False, outbox=0, clock="", version="", reason="")
STATUS_MEMBERS = (
    "state", "boot", "sounding", "waiting", "silenced", "faults", "locked", "outbox", "clock", "version", "reason",
)
EVENT_MEMBERS = ("event", "boot", "time", "identifier", "incident", "village", "reason")


def about(incident: str, village: str, identifier: str | None) -> dict[str, object]:
    """An alarm as a status writes it."""
    return {"incident": incident, "village": village, "identifier": identifier, "status": "Actual", "origin": "hub"}


def status(**members: object) -> bytes:
    return json.dumps(members).encode()


def test_a_status_is_read_with_all_that_it_says() -> None:
    payload = status(
        state="sounding", since="2027-01-15T15:00:00.000+07:00", node="pos-1", village="kalibagor",
        sounding=about("kebakaran", "kalibagor", "a-1"), waiting=[about("pencurian", "olean", None)],
        silenced=[about("kebakaran", "kalibagor", "a-1"), about("pencurian", "olean", None)],
        faults={"striker": "cannot be switched"}, locked=True, drivers={"pins": "lgpio"}, outbox=3, clock="synced",
        boot="b1", version="0.1.0", reason="stopped",
    )

    assert read_status(payload) == NodeStatus(
        "sounding", "b1", FIRE, (THEFT,), (FIRE, THEFT), {"striker": "cannot be switched"}, locked=True, outbox=3,
        clock="synced", version="0.1.0", reason="stopped",
    )


def test_the_last_words_of_a_node_are_a_status() -> None:
    payload = status(state="offline", node="pos-1", village="kalibagor", boot="b1", version="1", reason="stopped")

    assert read_status(payload) == NodeStatus(
        "offline", "b1", None, (), (), {}, locked=False, outbox=0, clock="", version="1", reason="stopped"
    )


@pytest.mark.parametrize(
    "member",
    [
        {}, {"state": 1}, {"state": None}, {"boot": ["b"]}, {"sounding": "kebakaran"}, {"sounding": [1]},
        {"waiting": {}}, {"waiting": [None, "x", 3]}, {"silenced": 7}, {"faults": ["striker"]}, {"faults": None},
        {"locked": 1}, {"locked": "true"}, {"outbox": "3"}, {"outbox": True}, {"outbox": 2.5}, {"clock": 0},
        {"version": 2}, {"reason": {}}, {"newer": {"than": "this"}},
    ],
)
def test_what_is_not_understood_of_a_status_is_passed_over(member: dict[str, object]) -> None:
    assert read_status(status(**member)) == NOTHING


def test_an_alarm_in_a_status_is_named_as_far_as_it_can_be() -> None:
    odd: list[object] = [{}, {"incident": 1, "village": "olean"}, {"identifier": 5}, None, {"identifier": "a"}]

    assert read_status(status(waiting=odd)) == NodeStatus(
        "", "", None, (About(Key("", ""), None), About(Key("olean", ""), None), About(Key("", ""), None),
                       About(Key("", ""), "a")), (), {}, locked=False, outbox=0, clock="", version="", reason="",
    )


def test_a_fault_is_told_though_its_reason_cannot_be_read() -> None:
    read = read_status(status(faults={"siren": 3, "striker": None, "": "x", "journal": "\ud800", "\ud800": "x"}))

    assert isinstance(read, NodeStatus)
    assert read.faults == {"siren": "", "striker": "", "": "x", "journal": ""}


@pytest.mark.parametrize("sign", ["\ud800", "\x00", "\x1b"])
def test_a_word_that_holds_what_is_no_text_is_none(sign: str) -> None:
    word = f"x{sign}"
    alarm = {"incident": word, "village": "olean", "identifier": word}
    event = read_event(json.dumps({"event": word, "boot": word, "reason": word}).encode())

    assert read_status(status(state=word, boot=word, sounding=alarm)) == replace(
        NOTHING, sounding=About(Key("olean", ""), None)
    )
    assert isinstance(event, Report)
    assert (event.kind, event.boot, event.word("reason")) == ("", "", "")


def test_an_event_is_read_with_all_its_members() -> None:
    members = {"event": "late", "boot": "b1", "identifier": "a-1", "age_s": 200.5, "reason": "too late", "zone": [1]}
    read = read_event(json.dumps(members).encode())

    assert read == Report("late", "b1", members)
    assert isinstance(read, Report)
    assert [read.word(name) for name in ("identifier", "reason", "age_s", "zone", "nothing")] == [
        "a-1", "too late", "", "", "",
    ]


@pytest.mark.parametrize("members", [{}, {"event": 1, "boot": None}, {"event": ["late"], "boot": {}}])
def test_an_event_without_name_or_run_has_none(members: dict[str, object]) -> None:
    assert read_event(json.dumps(members).encode()) == Report("", "", members)


def test_every_kind_of_event_is_read_back_by_its_name() -> None:
    read = [read_event(b'{"event":"%s"}' % kind.value.encode()) for kind in Kind]

    assert [report.kind for report in read if isinstance(report, Report)] == [kind.value for kind in Kind]


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "no JSON: Expecting value at place 1"), (b"[]", "no JSON object"), (b'"x"', "no JSON object"),
        (b"null", "no JSON object"), (b"\xff", "is no UTF-8 text"), (b'{"a":1,"a":1}', "names a member twice"),
        (b'{"outbox":NaN}', "NaN is no JSON number"), (b"[" * 60_000, "nested too deeply"),
        (b" " * 262_145, "of more than 262144 bytes"), (b'{"outbox":' + b"9" * 5000 + b"}", "no JSON: "),
    ],
)
def test_what_is_no_report_is_refused_with_its_reason(payload: bytes, told: str) -> None:
    for read, what in ((read_status, "status"), (read_event, "event")):
        refusal = read(payload)
        assert isinstance(refusal, Refusal)
        assert refusal.reason.startswith(what)
        assert told in refusal.reason


@quick
@given(near_misses(st.dictionaries(st.sampled_from(STATUS_MEMBERS), VALUES, max_size=11)))
def test_any_bytes_are_a_status_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    read = read_status(payload)

    if isinstance(read, NodeStatus):
        named = [each for each in (read.sounding, *read.waiting, *read.silenced) if each is not None]
        words = [read.state, read.boot, read.clock, read.version, read.reason, *read.faults, *read.faults.values()]
        words += [word or "" for each in named for word in (*each.key, each.identifier)]
        assert all(word == word.encode().decode() for word in words)
    else:
        assert read.reason.encode()


@quick
@given(near_misses(st.dictionaries(st.sampled_from(EVENT_MEMBERS), VALUES, max_size=7)))
def test_any_bytes_are_an_event_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    read = read_event(payload)

    if isinstance(read, Report):
        words = [read.kind, read.boot, *(read.word(name) for name in read.members)]
        assert all(word == word.encode().decode() for word in words)
    else:
        assert read.reason.encode()
