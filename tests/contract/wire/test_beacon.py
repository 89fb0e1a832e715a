"""The hub's beacon: read whole or refused whole, and which identifiers it says are kept."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Status
from contract.wire.alarm import Refusal
from contract.wire.beacon import Beacon, Cleared, Listed, Over, read_beacon, write_beacon
from tests.contract.payloads import TEXT, VALUES, near_misses
from tests.contract.shipped import quick

SECONDS = st.floats(0, 1e9)
WORD = TEXT.filter(bool)
WORDS = st.lists(WORD, max_size=3).map(tuple)
LISTED = st.builds(
    Listed, WORD, WORD, WORD, st.sampled_from(Status), SECONDS, SECONDS, TEXT, TEXT, WORDS, WORDS, st.booleans()
)
CLEARED = st.lists(st.builds(Cleared, WORD, SECONDS), max_size=3).map(tuple)
OVER = st.lists(st.builds(Over, WORD, WORD, SECONDS), max_size=3).map(tuple)
BEACONS = st.builds(Beacon, WORD, st.integers(0), st.lists(LISTED, max_size=5).map(tuple), CLEARED, OVER, WORDS)
MEMBERS = (
    "identifier", "incident", "village", "status", "age_s", "remaining_s", "origin", "note", "also", "silenced", "kept",
)
DRAWN = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8)

FIRE = Listed("a-1", "kebakaran", "olean", Status.EXERCISE, 12.5, 167.5, "pos-1", "pasar")
THEFT = Listed("b-2", "pencurian", "kalibagor", Status.ACTUAL, 0.0, 180.0, "", "")


def written(**changes: object) -> dict[str, Any]:
    """The members of an alarm in the list, with *changes*."""
    return {
        "identifier": "a-1", "incident": "kebakaran", "village": "olean", "status": "Exercise", "age_s": 12.5,
        "remaining_s": 167.5, "origin": "pos-1", "note": "pasar", **changes,
    }


def beacon(*alarms: object, **changes: object) -> bytes:
    """A beacon of *alarms*, as JSON."""
    return json.dumps({"boot": "f00d", "seq": 7, "alarms": alarms, **changes}).encode()


def reason(payload: bytes) -> str:
    """Why *payload* is refused; empty if it is not."""
    result = read_beacon(payload)
    return result.reason if isinstance(result, Refusal) else ""


def test_no_alarm_in_force_is_an_empty_list() -> None:
    assert read_beacon(b'{"boot": "f00d", "seq": 0, "alarms": []}') == Beacon("f00d", 0, ())


def test_every_alarm_is_listed_in_order_with_every_member() -> None:
    theft = {"identifier": "b-2", "incident": "pencurian", "village": "kalibagor", "remaining_s": 180}

    assert read_beacon(beacon(written(), theft)) == Beacon("f00d", 7, (FIRE, THEFT))


def test_every_alarm_says_what_else_it_was_called_where_it_is_silenced_and_whether_it_is_kept() -> None:
    full = written(also=["x", "y"], silenced=["olean", "semua"], kept=False)

    assert read_beacon(beacon(full)) == Beacon(
        "f00d", 7, (replace(FIRE, also=("x", "y"), silenced=("olean", "semua"), kept=False),)
    )


def test_the_last_all_clears_what_they_ended_and_what_was_heard_are_read_in_their_order() -> None:
    cleared = [{"village": "olean", "age_s": 3}, {"village": "semua", "age_s": 90.5, "zone": 1}]
    over = [{"village": "olean", "incident": "kebakaran", "age_s": 40, "by": "x"}]

    assert read_beacon(beacon(cleared=cleared, over=over, heard=["c-1", "a-0"])) == Beacon(
        "f00d", 7, (), cleared=(Cleared("olean", 3.0), Cleared("semua", 90.5)),
        over=(Over("olean", "kebakaran", 40.0),), heard=("c-1", "a-0"),
    )


def test_what_a_hub_that_knows_less_leaves_out_is_nothing_and_an_alarm_is_kept() -> None:
    empty = beacon(written(also=[], silenced=[], kept=True), cleared=[], over=[], heard=[])

    assert read_beacon(empty) == Beacon("f00d", 7, (FIRE,))


@pytest.mark.parametrize("kept", [True, False])
def test_a_name_is_kept_if_its_alarm_is_or_if_it_was_heard(kept: bool) -> None:
    fire = replace(FIRE, also=("x",), kept=kept)

    assert Beacon("f00d", 7, (fire, THEFT), heard=("c-1",)).kept() == (
        {"a-1", "x", "b-2", "c-1"} if kept else {"b-2", "c-1"}
    )


def test_members_of_a_newer_hub_are_ignored() -> None:
    assert read_beacon(beacon(written(zone=[1, None]), hub="posko")) == Beacon("f00d", 7, (FIRE,))


def test_a_time_beyond_all_measure_is_still_a_time() -> None:
    payload = b'{"boot":"b","seq":1,"alarms":[{"identifier":"i","incident":"x","village":"v","remaining_s":%s}]}'

    result = read_beacon(payload % (b"9" * 4000))

    assert result == Beacon("b", 1, (Listed("i", "x", "v", Status.ACTUAL, 0.0, 1e9, "", ""),))


@pytest.mark.parametrize("member", ["identifier", "incident", "village"])
def test_an_alarm_without_a_name_refuses_the_whole_beacon(member: str) -> None:
    lacking = written()
    del lacking[member]

    assert reason(beacon(written(), lacking)) == f"beacon: {member} is missing"
    assert reason(beacon(written(), written(**{member: ""}))) == f"beacon: {member} is missing"


@pytest.mark.parametrize("member", ["identifier", "incident", "village", "status", "origin", "note"])
@pytest.mark.parametrize("value", [None, 1, 1.5, True, ["x"], {"x": "x"}])
def test_a_text_member_of_another_type_refuses_the_whole_beacon(member: str, value: object) -> None:
    assert reason(beacon(written(), written(**{member: value}))) == f"beacon: {member} is no text"


@pytest.mark.parametrize("member", ["also", "silenced"])
@pytest.mark.parametrize("value", [None, "x", {"x": "x"}, [1], [None], [["x"]], ["x", ""]])
def test_what_should_be_words_and_is_none_refuses_the_whole_beacon(member: str, value: object) -> None:
    assert reason(beacon(written(), written(**{member: value}))) == f"beacon: {member} is no list of words"


@pytest.mark.parametrize("value", [None, 0, 1, "false", []])
def test_an_alarm_is_kept_or_not_and_nothing_else(value: object) -> None:
    assert reason(beacon(written(), written(kept=value))) == "beacon: kept is neither true nor false"


@pytest.mark.parametrize("member", ["age_s", "remaining_s"])
@pytest.mark.parametrize("value", [None, "1", True, [], -1, -0.5, float("1e999"), float("nan")])
def test_a_time_that_is_no_number_of_seconds_refuses_the_whole_beacon(member: str, value: object) -> None:
    payload = beacon(written(), written(**{member: value}))

    assert reason(payload.replace(b"Infinity", b"1e999").replace(b"NaN", b"-1e999")) == (
        f"beacon: {member} is no number of seconds"
    )


def test_an_alarm_must_say_how_long_it_lasts_but_not_how_old_it_is() -> None:
    lasting, ageless = written(), written()
    del lasting["remaining_s"], ageless["age_s"]

    assert reason(beacon(lasting)) == "beacon: remaining_s is no number of seconds"
    assert reason(beacon(ageless)) == ""


@pytest.mark.parametrize("status", ["actual", "Draft"])
def test_a_status_that_an_alarm_has_not_refuses_the_whole_beacon(status: str) -> None:
    assert reason(beacon(written(status=status))) == f"beacon: status '{status}': use Actual, Exercise or Test"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"boot": ""}, "beacon: boot is missing"),
        ({"boot": None}, "beacon: boot is no text"),
        ({"boot": 1}, "beacon: boot is no text"),
        ({"seq": "1"}, "beacon: seq is no whole number"),
        ({"seq": 1.0}, "beacon: seq is no whole number"),
        ({"seq": True}, "beacon: seq is no whole number"),
        ({"seq": None}, "beacon: seq is no whole number"),
        ({"alarms": {}}, "beacon: alarms is no list"),
        ({"alarms": None}, "beacon: alarms is no list"),
        ({"alarms": "a-1"}, "beacon: alarms is no list"),
        ({"alarms": ["a-1"]}, "beacon: an alarm is no object"),
        ({"alarms": [None]}, "beacon: an alarm is no object"),
        ({"alarms": [[]]}, "beacon: an alarm is no object"),
        ({"cleared": None}, "beacon: cleared is no list"),
        ({"cleared": {"olean": 3}}, "beacon: cleared is no list"),
        ({"cleared": ["olean"]}, "beacon: an all-clear is no object"),
        ({"cleared": [{"age_s": 3}]}, "beacon: village is missing"),
        ({"cleared": [{"village": 1, "age_s": 3}]}, "beacon: village is no text"),
        ({"cleared": [{"village": "olean"}]}, "beacon: age_s is no number of seconds"),
        ({"cleared": [{"village": "olean", "age_s": -1}]}, "beacon: age_s is no number of seconds"),
        ({"over": None}, "beacon: over is no list"),
        ({"over": {}}, "beacon: over is no list"),
        ({"over": ["olean"]}, "beacon: what is over is no object"),
        ({"over": [{"incident": "kebakaran", "age_s": 3}]}, "beacon: village is missing"),
        ({"over": [{"village": "olean", "age_s": 3}]}, "beacon: incident is missing"),
        ({"over": [{"village": "olean", "incident": "kebakaran"}]}, "beacon: age_s is no number of seconds"),
        ({"heard": None}, "beacon: heard is no list of words"),
        ({"heard": "c-1"}, "beacon: heard is no list of words"),
        ({"heard": ["c-1", 1]}, "beacon: heard is no list of words"),
        ({"heard": ["c-1", ""]}, "beacon: heard is no list of words"),
        ({"heard": ["c-1", None]}, "beacon: heard is no list of words"),
        ({"heard": ["\ud800"]}, "beacon: heard holds the sign U+D800, which is no text"),
    ],
)
def test_a_member_of_another_type_refuses_the_whole_beacon(changes: dict[str, object], told: str) -> None:
    assert reason(beacon(**changes)) == told


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"", "beacon: no JSON: Expecting value at place 1"),
        (b" \n", "beacon: no JSON: Expecting value at place 3"),
        (b"{", "beacon: no JSON: Expecting property name enclosed in double quotes at place 2"),
        (b"{}", "beacon: alarms is no list"),
        (b'{"boot": "f00d", "alarms": []}', "beacon: seq is no whole number"),
        (b'{"seq": 1, "alarms": []}', "beacon: boot is missing"),
        (b"[]", "beacon: no JSON object"),
        (b"null", "beacon: no JSON object"),
        (b'"x"', "beacon: no JSON object"),
        (b'{"boot":"b","seq":1,"seq":2,"alarms":[]}', "beacon: JSON names a member twice"),
        (b'{"boot":"b","seq":NaN,"alarms":[]}', "beacon: NaN is no JSON number"),
        (b'{"boot":"b","seq":1e999,"alarms":[]}', "beacon: seq is no whole number"),
        (b'{"boot":"\\u0000","seq":1,"alarms":[]}', "beacon: boot holds the sign U+0000, which is no text"),
        (b'{"boot":"\\ud800","seq":1,"alarms":[]}', "beacon: boot holds the sign U+D800, which is no text"),
        (b"[" * 60_000, "beacon: JSON nested too deeply"),
        (b'{"a":' * 10_000, "beacon: JSON nested too deeply"),
        (b"\xff", "beacon is no UTF-8 text"),
        (b"\x00" * 1_000_000, "beacon of more than 262144 bytes"),
        (b" " * 262_145, "beacon of more than 262144 bytes"),
    ],
)
def test_what_is_no_beacon_is_refused_with_its_reason(payload: bytes, told: str) -> None:
    assert reason(payload) == told


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    told = reason(b'{"boot":"b","seq":' + b"9" * 5000 + b',"alarms":[]}')

    assert told.startswith("beacon: no JSON: ")


def test_the_longest_beacon_is_read() -> None:
    empty = beacon()

    assert read_beacon(empty + b" " * (262_144 - len(empty))) == Beacon("f00d", 7, ())


@quick
@given(BEACONS)
def test_what_is_written_is_read_back(drawn: Beacon) -> None:
    assert read_beacon(write_beacon(drawn)) == drawn


def test_what_says_something_is_written_out_and_nothing_is_left_out_then() -> None:
    alarm = replace(THEFT, also=("x",), silenced=("semua",), kept=False)
    over = Over("olean", "kebakaran", 9.5)
    full = Beacon("b", 3, (alarm,), cleared=(Cleared("olean", 2.5),), over=(over,), heard=("c-1",))

    assert write_beacon(full).decode() == (
        '{"boot":"b","seq":3,"alarms":[{"identifier":"b-2","incident":"pencurian","village":"kalibagor",'
        '"status":"Actual","age_s":0.0,"remaining_s":180.0,"origin":"","note":"","also":["x"],"silenced":["semua"],'
        '"kept":false}],"cleared":[{"village":"olean","age_s":2.5}],'
        '"over":[{"village":"olean","incident":"kebakaran","age_s":9.5}],"heard":["c-1"]}'
    )


def test_a_beacon_is_one_line_with_its_signs_as_they_are() -> None:
    alarm = Listed("a", "kebakaran", "olean", Status.ACTUAL, 0.5, 10.0, "pos-1", "🔥\n")

    assert write_beacon(Beacon("b", 3, (alarm,))).decode() == (
        '{"boot":"b","seq":3,"alarms":[{"identifier":"a","incident":"kebakaran","village":"olean","status":"Actual",'
        '"age_s":0.5,"remaining_s":10.0,"origin":"pos-1","note":"🔥\\n"}]}'
    )


@quick
@given(
    near_misses(
        st.fixed_dictionaries({"boot": VALUES, "seq": VALUES, "alarms": VALUES})
        | st.fixed_dictionaries({"cleared": VALUES, "over": VALUES, "heard": VALUES}).map(
            lambda drawn: {"boot": "b", "seq": 1, "alarms": [], **drawn}
        )
        | st.lists(DRAWN, max_size=3).map(lambda alarms: {"boot": "b", "seq": 1, "alarms": alarms})
    )
)
def test_any_bytes_are_a_beacon_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    result = read_beacon(payload)

    assert isinstance(result, Beacon) or result.reason.encode()
