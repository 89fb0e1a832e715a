"""The hub's beacon: read whole or refused whole, and which identifiers it says are kept."""

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.domain.alarm import Name, Status
from contract.wire.beacon import Arrived, Beacon, Cleared, Listed, Over, read_beacon, write_beacon
from contract.wire.codec import Refusal
from tests.contract.payloads import INSTANTS, SECONDS, TEXT, VALUES, near_misses, spoils
from tests.contract.shipped import quick

WORD = TEXT.filter(bool)
WORDS = st.lists(WORD, max_size=3).map(tuple)
LISTED = st.builds(
    Listed, identifier=WORD, incident=WORD, village=WORD, status=st.sampled_from(Status), age_s=SECONDS,
    remaining_s=SECONDS, origin=TEXT, note=TEXT, also=WORDS, silenced=WORDS, kept=st.booleans(),
)
CLEARED = st.builds(Cleared, village=WORD, age_s=SECONDS)
OVER = st.builds(Over, village=WORD, incident=WORD, age_s=SECONDS)
ACKNOWLEDGED = st.builds(Arrived, village=WORD, incident=WORD, identifiers=WORDS)
BEACONS = st.builds(
    Beacon, boot=WORD, seq=st.integers(0, 10**15), alarms=st.lists(LISTED, max_size=5).map(tuple),
    cleared=st.lists(CLEARED, max_size=3).map(tuple), over=st.lists(OVER, max_size=3).map(tuple),
    at_s=st.none() | SECONDS, time=st.none() | INSTANTS, acknowledged=st.lists(ACKNOWLEDGED, max_size=3).map(tuple),
)
MEMBERS = (
    "identifier", "incident", "village", "status", "age_s", "remaining_s", "origin", "note", "also", "silenced", "kept",
)
DRAWN = st.dictionaries(st.sampled_from(MEMBERS), VALUES, max_size=8)

FIRE = Listed(
    identifier="a-1", incident="kebakaran", village="olean", status=Status.EXERCISE, age_s=12.5, remaining_s=167.5,
    origin="pos-1", note="pasar",
)
THEFT = Listed(identifier="b-2", incident="pencurian", village="kalibagor", remaining_s=180.0)
HEARD = Arrived(village="olean", incident="aman", identifiers=("c-1", "a-0"))
EMPTY = Beacon(boot="f00d", seq=7, alarms=())


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
    assert read_beacon(b'{"boot": "f00d", "seq": 0, "alarms": []}') == replace(EMPTY, seq=0)


def test_every_alarm_is_listed_in_order_with_every_member() -> None:
    theft = {"identifier": "b-2", "incident": "pencurian", "village": "kalibagor", "remaining_s": 180}

    assert read_beacon(beacon(written(), theft)) == replace(EMPTY, alarms=(FIRE, THEFT))


def test_every_alarm_says_what_else_it_was_called_where_it_is_silenced_and_whether_it_is_kept() -> None:
    full = written(also=["x", "y"], silenced=["olean", "semua"], kept=False)

    assert read_beacon(beacon(full)) == replace(
        EMPTY, alarms=(replace(FIRE, also=("x", "y"), silenced=("olean", "semua"), kept=False),)
    )


def test_the_last_all_clears_what_they_ended_and_what_was_heard_are_read_in_their_order() -> None:
    cleared = [{"village": "olean", "age_s": 3}, {"village": "semua", "age_s": 90.5, "zone": 1}]
    over = [{"village": "olean", "incident": "kebakaran", "age_s": 40, "by": "x"}]

    acknowledged = [{"village": "olean", "incident": "aman", "identifiers": ["c-1", "a-0"]}]

    assert read_beacon(beacon(cleared=cleared, over=over, acknowledged=acknowledged)) == replace(
        EMPTY, cleared=(Cleared(village="olean", age_s=3.0), Cleared(village="semua", age_s=90.5)),
        over=(Over(village="olean", incident="kebakaran", age_s=40.0),), acknowledged=(HEARD,),
    )


def test_what_a_hub_that_knows_less_leaves_out_is_nothing_and_an_alarm_is_kept() -> None:
    empty = beacon(written(also=[], silenced=[], kept=True), cleared=[], over=[], acknowledged=[])

    assert read_beacon(empty) == replace(EMPTY, alarms=(FIRE,))


@pytest.mark.parametrize("kept", [True, False])
def test_a_name_is_kept_if_its_alarm_is_or_if_it_was_heard(kept: bool) -> None:
    fire = replace(FIRE, also=("x",), kept=kept)

    assert replace(EMPTY, alarms=(fire, THEFT), acknowledged=(HEARD,)).kept() == {
        Name("kalibagor", "pencurian", "b-2"), Name("olean", "aman", "c-1"), Name("olean", "aman", "a-0"),
        *([Name("olean", "kebakaran", "a-1"), Name("olean", "kebakaran", "x")] if kept else []),
    }


def test_what_an_older_hub_says_it_has_heard_without_a_village_confirms_nothing() -> None:
    read = read_beacon(beacon(written(), heard=["c-1"]))

    assert read == replace(EMPTY, alarms=(FIRE,))


def test_members_of_a_newer_hub_are_ignored() -> None:
    assert read_beacon(beacon(written(zone=[1, None]), hub="posko")) == replace(EMPTY, alarms=(FIRE,))


def test_a_time_beyond_all_measure_is_still_a_time() -> None:
    payload = b'{"boot":"b","seq":1,"alarms":[{"identifier":"i","incident":"x","village":"v","remaining_s":%s}]}'

    result = read_beacon(payload % (b"9" * 4000))

    assert result == Beacon(
        boot="b", seq=1, alarms=(Listed(identifier="i", incident="x", village="v", remaining_s=1e9),)
    )


@pytest.mark.parametrize("member", ["identifier", "incident", "village"])
def test_an_alarm_without_a_name_refuses_the_whole_beacon(member: str) -> None:
    lacking = written()
    del lacking[member]

    assert reason(beacon(written(), lacking)) == f"beacon: alarms.1.{member}: missing; it has no default"
    assert reason(beacon(written(), written(**{member: ""}))) == f"beacon: alarms.1.{member}: must not be empty"


@pytest.mark.parametrize("member", ["identifier", "incident", "village", "status", "origin", "note"])
@pytest.mark.parametrize("value", [None, 1, 1.5, True, ["x"], {"x": "x"}])
def test_a_text_member_of_another_type_refuses_the_whole_beacon(member: str, value: object) -> None:
    assert reason(beacon(written(), written(**{member: value}))).startswith(f"beacon: alarms.1.{member}: ")


@pytest.mark.parametrize("member", ["also", "silenced"])
@pytest.mark.parametrize("value", [None, "x", {"x": "x"}, [1], [None], [["x"]], ["x", ""]])
def test_names_that_are_not_names_refuse_the_whole_beacon(member: str, value: object) -> None:
    assert reason(beacon(written(), written(**{member: value}))).startswith(f"beacon: alarms.1.{member}")


@pytest.mark.parametrize("value", [None, 0, 1, "false", []])
def test_an_alarm_is_kept_or_not_and_nothing_else(value: object) -> None:
    told = reason(beacon(written(), written(kept=value)))

    assert told == f"beacon: alarms.1.kept: must be true or false, not {value!r}"


@pytest.mark.parametrize("member", ["age_s", "remaining_s"])
@pytest.mark.parametrize("value", [None, "1", True, [], -1, -0.5, float("1e999"), float("nan")])
def test_a_time_that_is_no_number_of_seconds_refuses_the_whole_beacon(member: str, value: object) -> None:
    payload = beacon(written(), written(**{member: value}))

    assert reason(payload.replace(b"Infinity", b"1e999").replace(b"NaN", b"-1e999")) == (
        f"beacon: alarms.1.{member}: must be a number of seconds, 0 or more"
    )


def test_an_alarm_must_say_how_long_it_lasts_but_not_how_old_it_is() -> None:
    lasting, ageless = written(), written()
    del lasting["remaining_s"], ageless["age_s"]

    assert reason(beacon(lasting)) == "beacon: alarms.0.remaining_s: missing; it has no default"
    assert reason(beacon(ageless)) == ""


@pytest.mark.parametrize("status", ["actual", "Draft"])
def test_a_status_that_an_alarm_has_not_refuses_the_whole_beacon(status: str) -> None:
    assert reason(beacon(written(status=status))) .startswith(
        f"beacon: alarms.0.status: '{status}' is not allowed; use Actual or Exercise or Test"
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"boot": ""}, "boot: must not be empty"),
        ({"boot": None}, "boot: must be text"),
        ({"boot": "\x00"}, "boot: must be text that people can read; it holds U+0000"),
        ({"seq": "1"}, "seq: must be a whole number from 0 to 1000000000000000, not '1'"),
        ({"seq": 1.0}, "seq: must be a whole number from 0 to 1000000000000000, not 1.0"),
        ({"seq": True}, "seq: must be a whole number from 0 to 1000000000000000, not True"),
        ({"seq": -1}, "seq: must be a whole number from 0 to 1000000000000000, not -1"),
        ({"alarms": {}}, "alarms: must be a list such as [a, b], not {}"),
        ({"alarms": None}, "alarms: must be a list such as [a, b], not None"),
        ({"alarms": ["a-1"]}, "alarms.0: must be a mapping, its members indented below it, not 'a-1'"),
        ({"cleared": {"olean": 3}}, "cleared: must be a list such as [a, b], not {'olean': 3}"),
        ({"cleared": ["olean"]}, "cleared.0: must be a mapping, its members indented below it, not 'olean'"),
        ({"cleared": [{"age_s": 3}]}, "cleared.0.village: missing; it has no default"),
        ({"cleared": [{"village": 1, "age_s": 3}]}, "cleared.0.village: must be text"),
        ({"cleared": [{"village": "olean"}]}, "cleared.0.age_s: missing; it has no default"),
        ({"cleared": [{"village": "olean", "age_s": -1}]}, "cleared.0.age_s: must be a number of seconds, 0 or more"),
        ({"over": None}, "over: must be a list such as [a, b], not None"),
        ({"over": [{"incident": "kebakaran", "age_s": 3}]}, "over.0.village: missing; it has no default"),
        ({"over": [{"village": "olean", "age_s": 3}]}, "over.0.incident: missing; it has no default"),
        ({"over": [{"village": "olean", "incident": "kebakaran"}]}, "over.0.age_s: missing; it has no default"),
        ({"acknowledged": "c-1"}, "acknowledged: must be a list such as [a, b], not 'c-1'"),
        ({"acknowledged": ["c-1"]}, "acknowledged.0: must be a mapping, its members indented below it, not 'c-1'"),
        ({"acknowledged": [{"village": "olean", "incident": "", "identifiers": []}]},
         "acknowledged.0.incident: must not be empty"),
        ({"acknowledged": [{"village": "olean", "incident": "aman", "identifiers": ["\ud800"]}]},
         "acknowledged.0.identifiers.0: must be text that people can read; it holds U+D800"),
    ],
)
def test_a_member_of_another_type_refuses_the_whole_beacon(changes: dict[str, object], told: str) -> None:
    assert reason(beacon(**changes)) == f"beacon: {told}"


@pytest.mark.parametrize("member", ["boot", "seq", "alarms"])
def test_a_beacon_without_what_it_must_have_is_refused(member: str) -> None:
    whole: dict[str, object] = {"boot": "b", "seq": 1, "alarms": []}
    del whole[member]

    assert reason(json.dumps(whole).encode()) == f"beacon: {member}: missing; it has no default"


def test_the_longest_beacon_is_read() -> None:
    empty = beacon()

    assert read_beacon(empty + b" " * (262_144 - len(empty))) == EMPTY


@quick
@given(BEACONS)
def test_what_is_written_is_read_back(drawn: Beacon) -> None:
    assert read_beacon(write_beacon(drawn)) == drawn


@quick
@given(BEACONS, st.data())
def test_a_member_that_is_spoiled_refuses_the_whole(drawn: Beacon, data: st.DataObject) -> None:
    members = json.loads(write_beacon(drawn))
    spoiled = data.draw(spoils(members))

    assert reason(json.dumps(spoiled).encode()) != ""


@pytest.mark.usefixtures("western_indonesia")
def test_what_says_something_is_written_out_and_nothing_is_left_out_then() -> None:
    alarm = replace(THEFT, also=("x",), silenced=("semua",), kept=False)
    full = Beacon(
        boot="b", seq=3, alarms=(alarm,), cleared=(Cleared(village="olean", age_s=2.5),),
        over=(Over(village="olean", incident="kebakaran", age_s=9.5),), at_s=1234.5678, time=1769865300.25,
        acknowledged=(replace(HEARD, identifiers=("c-1",)),),
    )

    assert write_beacon(full).decode() == (
        '{"boot":"b","seq":3,"alarms":[{"identifier":"b-2","incident":"pencurian","village":"kalibagor",'
        '"status":"Actual","age_s":0.0,"remaining_s":180.0,"origin":"","note":"","also":["x"],"silenced":["semua"],'
        '"kept":false}],"cleared":[{"village":"olean","age_s":2.5}],'
        '"over":[{"village":"olean","incident":"kebakaran","age_s":9.5}],"at_s":1234.568,'
        '"time":"2026-01-31T20:15:00.250+07:00",'
        '"acknowledged":[{"village":"olean","incident":"aman","identifiers":["c-1"]}]}'
    )


def test_a_beacon_is_one_line_with_its_characters_as_they_are() -> None:
    alarm = Listed(
        identifier="a", incident="kebakaran", village="olean", age_s=0.5, remaining_s=10.0, origin="pos-1", note="🔥\n"
    )

    assert write_beacon(Beacon(boot="b", seq=3, alarms=(alarm,))).decode() == (
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
