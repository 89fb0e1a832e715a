"""The payload of an alarm: three forms and nothing else, read whole or refused whole."""

import json

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from contract.domain.alarm import Status
from contract.wire.alarm import Body, read_alarm, write_alarm
from contract.wire.codec import Refusal
from tests.contract.payloads import INSTANTS, SECONDS, TEXT, VALUES, near_misses
from tests.contract.shipped import quick

BODIES = st.builds(
    Body,
    identifier=st.none() | st.from_regex(r"[A-Za-z0-9:./_-]{1,64}", fullmatch=True),
    sender=st.none() | TEXT,
    sent=st.none() | INSTANTS,
    expires=st.none() | INSTANTS,
    status=st.sampled_from(Status),
    severity=st.none() | TEXT,
    headline=st.none() | TEXT,
    note=st.none() | TEXT,
    age_s=st.none() | SECONDS,
    clock=st.sampled_from([None, "synced", "unsynced"]),
)
MEMBERS = (
    "identifier", "sender", "sent", "expires", "status", "severity", "headline", "note", "age_s", "clock",
)
DRAWN = st.dictionaries(st.sampled_from(MEMBERS) | st.text(max_size=4), VALUES, max_size=6)


def reason(payload: bytes) -> str:
    """Why *payload* is refused; empty if it is not."""
    result = read_alarm(payload)
    return result.reason if isinstance(result, Refusal) else ""


@pytest.mark.parametrize(
    "payload", [b"", b" ", b"\r\n", b" \t\n ", b"\xef\xbb\xbf", b"\xef\xbb\xbf\n", "\u3000".encode()]
)
def test_an_empty_payload_is_an_actual_alarm_and_says_nothing_more(payload: bytes) -> None:
    assert read_alarm(payload) == Body(
        identifier=None, sender=None, sent=None, expires=None, status=Status.ACTUAL, severity=None, headline=None,
        note=None, age_s=None, clock=None, ignored=(),
    )


@pytest.mark.parametrize(
    ("payload", "note"),
    [
        (b"rumah Pak RT 3", "rumah Pak RT 3"),
        (b"  rumah Pak RT 3\r\n", "rumah Pak RT 3"),
        (b"\xef\xbb\xbfrumah", "rumah"),
        ("dekat masjid — تعال 🔥".encode(), "dekat masjid — تعال 🔥"),
        (b"line one\n\tline two", "line one\n\tline two"),
        (b"2", "2"),
        (b"RT 0", "RT 0"),
        (b"off the road", "off the road"),
        (b"tidak ada lampu", "tidak ada lampu"),
        (b"sedang latihan silat lalu dibacok", "sedang latihan silat lalu dibacok"),
        (b"testis", "testis"),
        (b"Tesar jatuh", "Tesar jatuh"),
        (b"status: Actual", "status: Actual"),
        (b"see {below}", "see {below}"),
        (b"x" * 4096, "x" * 4096),
    ],
)
def test_plain_text_is_a_note_for_people(payload: bytes, note: str) -> None:
    assert read_alarm(payload) == Body(note=note)


def test_an_object_may_carry_every_member() -> None:
    payload = b"""{
        "identifier": "pos-1:42/7", "sender": "pos-1", "sent": "2026-01-31T20:15:00+07:00",
        "expires": "2026-01-31T13:18:00Z", "status": "Exercise", "severity": "tinggi", "headline": "Latihan",
        "note": "rumah Pak RT 3", "age_s": 12.5, "clock": "synced"
    }"""

    assert read_alarm(payload) == Body(
        identifier="pos-1:42/7", sender="pos-1", sent=1769865300.0, expires=1769865480.0, status=Status.EXERCISE,
        severity="tinggi", headline="Latihan", note="rumah Pak RT 3", age_s=12.5, clock="synced", ignored=(),
    )


@pytest.mark.parametrize("payload", [b"{}", b" {} ", b"\xef\xbb\xbf{}", b"\n{\n}\n"])
def test_an_object_may_be_empty(payload: bytes) -> None:
    assert read_alarm(payload) == Body()


@pytest.mark.parametrize(
    ("payload", "body"),
    [
        (b'{"identifier": "a"}', Body(identifier="a")),
        (b'{"sender": "Polsek, piket <1>"}', Body(sender="Polsek, piket <1>")),
        (b'{"sent": "1970-01-01T00:00:00Z"}', Body(sent=0.0)),
        (b'{"expires": "1970-01-01T00:00:01Z"}', Body(expires=1.0)),
        (b'{"status": "Actual"}', Body(status=Status.ACTUAL)),
        (b'{"status": "Exercise"}', Body(status=Status.EXERCISE)),
        (b'{"status": "Test"}', Body(status=Status.TEST)),
        (b'{"severity": "Extreme"}', Body(severity="Extreme")),
        (b'{"headline": "a\\nb"}', Body(headline="a\nb")),
        (b'{"note": "\\ud83d\\udd25"}', Body(note="🔥")),
        (b'{"note": ""}', Body(note="")),
        (b'{"age_s": 3}', Body(age_s=3.0)),
        (b'{"age_s": 0}', Body(age_s=0.0)),
        (b'{"age_s": 1.5e2}', Body(age_s=150.0)),
        (b'{"clock": "synced"}', Body(clock="synced")),
        (b'{"clock": "unsynced"}', Body(clock="unsynced")),
    ],
)
def test_each_member_may_stand_alone(payload: bytes, body: Body) -> None:
    assert read_alarm(payload) == body


def test_members_of_a_newer_sender_are_named_and_the_alarm_rings() -> None:
    payload = b'{"zone": [1, {"a": null}], "note": "x", "ignored": true, "": 1e999, "Not": 1}'

    assert read_alarm(payload) == Body(note="x", ignored=("", "Not", "ignored", "zone"))


def test_an_age_beyond_all_measure_is_still_an_age() -> None:
    assert read_alarm(b'{"age_s": ' + b"9" * 4000 + b"}") == Body(age_s=1e9)
    assert read_alarm(b'{"age_s": 1e300, "x": ' + b"9" * 3900 + b"}") == Body(age_s=1e9, ignored=("x",))


@pytest.mark.parametrize("member", [name for name in MEMBERS if name != "age_s"])
@pytest.mark.parametrize("value", [b"1", b"1.5", b"true", b"null", b"[]", b'["x"]', b"{}"])
def test_a_text_member_of_another_type_is_refused_whole(member: str, value: bytes) -> None:
    assert reason(b'{"%s": %s}' % (member.encode(), value)).startswith(f"{member}: ")


@pytest.mark.parametrize(
    "value", [b'"1"', b"true", b"null", b"[]", b"{}", b"-1", b"-0.001", b"1e999", b"-1e999", b"-" + b"9" * 4000]
)
def test_an_age_that_is_no_number_of_seconds_is_refused_whole(value: bytes) -> None:
    assert reason(b'{"age_s": %s}' % value) == "age_s: must be a number of seconds, 0 or more"


@pytest.mark.parametrize(
    ("status", "hint"),
    [("actua", " (did you mean Actual?)"), ("Draft", ""), ("System", ""), ("x" * 4000, ""),
     (" Test", " (did you mean Test?)"), ("Test ", " (did you mean Test?)"), ("", "")],
)
def test_a_status_that_an_alarm_has_not_is_refused_whole(status: str, hint: str) -> None:
    shown = f"'{status}'" if len(status) < 60 else f"'{status[:56]}..."

    assert reason(b'{"status": "%s"}' % status.encode()) == (
        f"status: {shown} is not allowed; use Actual or Exercise or Test{hint}"
    )


@pytest.mark.parametrize("clock", ["", "Synced", "ntp"])
def test_a_clock_that_is_neither_synced_nor_unsynced_is_refused_whole(clock: str) -> None:
    assert reason(b'{"clock": "%s"}' % clock.encode()).startswith(
        f"clock: '{clock}' is not allowed; use synced or unsynced"
    )


@pytest.mark.parametrize(
    "identifier", ["", " ", "a b", "a,b", "a<b", "a&b", "a\\tb", "a\\nb", "\u3000", "é", "x" * 65]
)
def test_an_identifier_that_cap_does_not_allow_is_refused_whole(identifier: str) -> None:
    told = reason(b'{"identifier": "%s"}' % identifier.encode())

    assert told.endswith(" is not allowed; use 1 to 64 printable ASCII characters, without a space, a comma, < or &; "
                         "or leave it out, and one is given")
    assert told.startswith("identifier: ")


@pytest.mark.parametrize(
    ("payload", "told"),
    [
        (b"{", "not JSON: Expecting property name enclosed in double quotes at place 2"),
        (b"{note: x}", "not JSON: Expecting property name enclosed in double quotes at place 2"),
        (b"{'note': 'x'}", "not JSON: Expecting property name enclosed in double quotes at place 2"),
        (b'{"note" "x"}', "not JSON: Expecting ':' delimiter at place 9"),
        (b'{"note": x}', "not JSON: Expecting value at place 10"),
        (b'{"age_s": 017}', "not JSON: Expecting ',' delimiter at place 12"),
        (b'{"note": "x"} trailing', "not JSON: Extra data at place 15"),
        (b'{"note": "x"}{"note": "y"}', "not JSON: Extra data at place 14"),
        (b'{"age_s": NaN}', "NaN is not a number in JSON"),
        (b'{"age_s": Infinity}', "Infinity is not a number in JSON"),
        (b'{"later": [-Infinity]}', "-Infinity is not a number in JSON"),
        (b'{"note": "x", "note": "x"}', "JSON names a member twice"),
        (b'{"note": "x", "n\\u006fte": "x"}', "JSON names a member twice"),
        (b'{"later": {"a": 1, "a": 2}}', "JSON names a member twice"),
        (b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}", "JSON nested too deeply"),
        (b'{"a":' + b"[" * 16 + b"]" * 16 + b"}", "JSON nested too deeply"),
        (b'{"note": "\\u0000"}', "note: must be text that people can read; it holds U+0000"),
        (b'{"note": "\\u001b[2J"}', "note: must be text that people can read; it holds U+001B"),
        (b'{"note": "\\ud800"}', "note: must be text that people can read; it holds U+D800"),
        (b'{"identifier": "\\udfff"}', "identifier: must be text that people can read; it holds U+DFFF"),
        (b'{"sent": "\\ud800"}', "sent: must be text that people can read; it holds U+D800"),
        (b'{"\\ud800": 1}', "the name of a member: must be text that people can read; it holds U+D800"),
        (b"x" * 4097, "payload: more than 4096 bytes"),
        (b"\x00" * 1_000_000, "payload: more than 4096 bytes"),
        (b"[" * 1_000_000, "payload: more than 4096 bytes"),
    ],
)
def test_what_is_none_of_the_three_forms_is_refused_whole(payload: bytes, told: str) -> None:
    advice = "; write a note as plain text, without a bracket at its beginning"

    assert reason(payload).removesuffix(advice) == told


@pytest.mark.parametrize("payload", [
    b"[1, 2]", b'["Test"]', b"[]", b" [rumah] RT 3", b"'{status:Exercise}'", b"{status:Exercise}", b'"{}" x', b"'[",
])
def test_what_begins_with_a_bracket_and_is_no_object_is_refused(payload: bytes) -> None:
    assert reason(payload).endswith("write a note as plain text, without a bracket at its beginning")


@pytest.mark.parametrize(("payload", "body"), [
    (b"'{\"status\": \"Exercise\"}'", Body(status=Status.EXERCISE)),
    (b"\xc2\xa0{}\xc2\xa0", Body()),
])
def test_quotes_and_blanks_around_an_object_do_not_matter(payload: bytes, body: Body) -> None:
    assert read_alarm(payload) == body


OFF = ["OFF", "off", " Off ", "'OFF'", '"off"', "0", "false", "False", "no", "mati", "Batal", "salah tekan", "stop",
       "aman!", "null", "None", "unknown", "unavailable", "idle", "disarmed", "OFF\n", "off\0"]
SWITCHES = ["state", "State", "value", "power", "on", "command", "is_on", "payload", "siren", "active"]


@pytest.mark.parametrize("word", OFF)
def test_what_switches_off_sounds_nothing_and_the_way_to_end_an_alarm_is_named(word: str) -> None:
    for payload in (word, json.dumps({"state": word}), json.dumps({"note": "rumah", "Value": word})):
        told = reason(payload.encode())
        assert ("alarm/aman" in told, "command/silence" in told) == (True, True), payload


@pytest.mark.parametrize("payload", [
    "OFF;", "OFF,", "(OFF)", "<off>", "00", "0,0", "turn off", "Switch off!", "sirine off", "\u200bOFF", "off\0\0",
    "maaf salah tekan", "Maaf, salah pencet pak", "batal ya", "tidak jadi", "stop alarm", "alarm palsu", "false alarm",
    "matikan sirine", "sudah aman, pak", "kepencet maaf",
    '{"POWER1": "OFF"}', '{"state_l1": "off"}', '{"switch_left": false}', '{"data": "OFF"}', '{"turn": "off"}',
    '{"type": "Cancel"}', '{"mode": "stop"}', '{"status": "OFF"}', '{"note": "batal"}', '{"headline": "salah tekan"}',
    '{"id": 1, "params": {"switch": "off"}}', '{"warning": {"mode": "stop"}, "x": 1}', '{"relay": {"state": "OFF"}}',
    '\0{"state": "OFF"}', '{"state": "OFF"}\0', '{"alert": {"msgType": "Cancel"}}', '{"messageType": "Cancel"}',
])
def test_whatever_takes_an_alarm_back_sounds_nothing(payload: str) -> None:
    told = reason(payload.encode())

    assert ("alarm/aman" in told, "command/silence" in told) == (True, True)


@pytest.mark.parametrize("note", [
    "stop! ada maling", "aman terkendali", "tidak aman", "tolong pak", "tolong, pak mati", "mati listrik lalu maling",
    "tolong padamkan", "tolong matikan", "tolong hentikan!", "tolong stop", "maaf",
    "tidak sengaja", "salah satu rumah terbakar", "palsu uangnya", "RT 00", "010", "-", "alarm",
])
def test_a_call_for_help_that_holds_such_a_word_rings(note: str) -> None:
    assert read_alarm(note.encode()) == Body(note=note)


@pytest.mark.parametrize(("payload", "body"), [
    ('{"status": "Actual", "note": "OFF"}', Body(note="OFF")),
    ('{"status": "ON"}', Body()),
    ('{"alert": {"msgType": "Alert", "note": "x"}}', Body(note="x")),
    ('{"note": "x"}\0', Body(note="x")),
    ('""', Body()),
    ("''", Body()),
    ('{"params": {"switch": "on"}, "note": "x"}', Body(note="x", ignored=("params",))),
])
def test_what_does_not_take_it_back_rings(payload: str, body: Body) -> None:
    assert read_alarm(payload.encode()) == body


@pytest.mark.parametrize("payload", [
    b'<?xml version="1.0"?><alert><msgType>Cancel</msgType></alert>', b"<alert xmlns='urn:x'></alert>",
    b" <cap:alert><cap:status>Exercise</cap:status></cap:alert>", b"\xef\xbb\xbf<?xml version='1.0'?>",
])
def test_cap_as_xml_is_refused_with_what_to_send_for_it_may_be_a_cancel(payload: bytes) -> None:
    assert reason(payload) == (
        "payload: XML is not read; send CAP's members as a JSON object, or a note as plain text"
    )


@quick
@given(st.sampled_from(SWITCHES), st.sampled_from([*OFF, 0, 0.0, -1, False, None]), DRAWN)
def test_no_object_that_switches_off_rings(name: str, value: object, more: dict[str, object]) -> None:
    others = {key: each for key, each in more.items() if key.casefold() != name.casefold()}

    assert isinstance(read_alarm(json.dumps({**others, name: value}).encode()), Refusal)


@pytest.mark.parametrize("word", ["ON", "on", "1", "true", "TRUE", '"ON"', "PRESS", "nyala", "ya", "On."])
def test_what_switches_on_is_an_alarm_and_no_note(word: str) -> None:
    assert read_alarm(word.encode()) == Body()
    assert read_alarm(json.dumps({"state": word}).encode()) == Body()


@pytest.mark.parametrize(("payload", "body"), [
    (b'{"state": "ON", "tone": "fire", "duration": 30}', Body(ignored=("duration", "tone"))),
    (b'{"state": true, "note": "rumah"}', Body(note="rumah")),
    (b'{"state": 1}', Body()),
    (b'{"state": "armed"}', Body(ignored=("state",))),
])
def test_what_home_automation_sends_to_a_siren_rings(payload: bytes, body: Body) -> None:
    assert read_alarm(payload) == body


@pytest.mark.parametrize("payload", [
    b"OFF", b"0", b'{"state": "OFF"}', b'{"msgType": "Cancel"}', b'{"responseType": "AllClear"}', b"salah tekan",
    b"latihan selesai", b'{"info": [{"responseType": ["AllClear"]}]}',
])
def test_an_all_clear_is_obeyed_whatever_it_says(payload: bytes) -> None:
    body = read_alarm(payload, clears=True)

    assert isinstance(body, Body)
    assert body.status is Status.ACTUAL


@pytest.mark.parametrize("kind", ["Cancel", "cancel", "CANCEL", "Ack", "ack", "Error", "error", "", "Nonsense"])
@pytest.mark.parametrize("name", ["msgType", "msgtype", "MsgType", "msg_type"])
def test_a_message_type_of_cap_that_raises_nothing_is_refused(name: str, kind: str) -> None:
    assert reason(json.dumps({name: kind, "references": "a,b,2026-01-31T20:15:00+07:00"}).encode()) == (
        f"msgType '{kind}': it sounds nothing; to end an alarm publish to …/alarm/aman (all-clear) or …/command/silence"
    )


@pytest.mark.parametrize("kind", ["Alert", "alert", "Update"])
def test_an_alert_and_an_update_ring(kind: str) -> None:
    assert read_alarm(json.dumps({"msgType": kind, "identifier": "x"}).encode()) == Body(identifier="x")


@pytest.mark.parametrize(("payload", "told"), [
    (b'{"responseType": "AllClear"}', "responseType AllClear: it sounds nothing; "),
    (b'{"responseType": ["Monitor", "allclear"]}', "responseType AllClear: it sounds nothing; "),
    (b'{"info": {"responseType": "AllClear"}}', "responseType AllClear: it sounds nothing; "),
    (b'{"info": [{"responseType": "Shelter"}, {"responseType": "AllClear"}]}', "responseType AllClear: it sounds"),
    (b'{"scope": "Private"}', "scope: only a Public message may be sounded"),
    (b'{"scope": "restricted"}', "scope: only a Public message may be sounded"),
    (b'{"status": "System"}', "status: 'System' is not allowed; use Actual or Exercise or Test"),
    (b'{"status": "Draft"}', "status: 'Draft' is not allowed; use Actual or Exercise or Test"),
])
def test_a_member_of_cap_by_which_a_message_is_no_alarm_refuses_it(payload: bytes, told: str) -> None:
    assert reason(payload).startswith(told)


@pytest.mark.parametrize("payload", [
    '{"Status": "Exercise"}', '{"STATUS": "exercise"}', '{"status": "latihan"}', '{"exercise": true}',
    '{"Exercise": "yes"}', '{"latihan": 1}', '{"test": true}', '{"note": "latihan"}',
    '{"headline": "Simulasi gempa"}', "latihan", "LATIHAN RT 3",
    "simulasi", "uji coba", "Uji-coba sirene", "tes", "test 123", "Exercise", "drill", "'latihan'", "status: Exercise",
    "gladi bersih", "testing", "ini latihan", "Ini hanya latihan!", "cuma tes", "this is just a test", "mode: latihan",
    "(latihan)", "*LATIHAN* kebakaran", "-- simulasi --", "#latihan", "tes123", "test 1", "geladi resik", "latian",
    "\u200blatihan", '{"is_test": true}', '{"isExercise": 1}', '{"mode": "latihan"}', '{"type": "exercise"}',
    '{"message": "latihan"}', '{"headline": "Latihan", "note": "rumah Pak RT"}',
    '{"headline": "rumah Pak RT", "note": "simulasi"}', '{"alert": {"status": "Exercise"}}',
])
def test_what_says_in_any_way_that_it_is_an_exercise_is_one(payload: str) -> None:
    body = read_alarm(payload.encode())

    assert isinstance(body, Body)
    assert body.status is Status.EXERCISE


@pytest.mark.parametrize("payload", [
    '{"exercise": false}', '{"status": "Actual", "note": "latihan"}', '{"status": "Actual", "exercise": false}',
    "rumah Latief", "ini bukan latihan", "bukan tes", "percobaan pencurian", "coba lihat rumah Pak RT", "tester dicuri",
    "ini Tesar",
])
def test_what_does_not_say_so_is_none(payload: str) -> None:
    body = read_alarm(payload.encode())

    assert isinstance(body, Body)
    assert (body.status, body.ignored) == (Status.ACTUAL, ())


@pytest.mark.parametrize(("payload", "told"), [
    (b'{"status": "Actual", "exercise": true}',
     "status Actual and exercise: they contradict each other; keep one of them"),
    (b'{"status": "Test", "Status": "Actual"}',
     "the member 'status' is given twice, in different letters; give it once"),
    (b'{"AGE_S": 1, "age-s": 2}', "the member 'age_s' is given twice, in different letters; give it once"),
])
def test_what_contradicts_itself_is_refused(payload: bytes, told: str) -> None:
    assert reason(payload) == told


@pytest.mark.parametrize(("payload", "note"), [
    (b"rumah Pak Ma\x92ruf", "rumah Pak Ma’ruf"), (b"caf\xe9", "café"), (b"rumah\x00", "rumah"),
    (b"\x1b[2Jrumah", "[2Jrumah"),
    (b"\x81 rumah", "\N{REPLACEMENT CHARACTER} rumah"), ("rumah Bu Siti".encode("utf-16"), "rumah Bu Siti"),
    (b"RT\x003", "RT3"), (b"\x00", None), (b"\xff\xfe\x00", "ÿþ"),
])
def test_a_plain_note_that_cannot_be_read_whole_rings_and_says_so(payload: bytes, note: str | None) -> None:
    body = read_alarm(payload)

    assert isinstance(body, Body)
    assert (body.note, body.status, len(body.doubts)) == (note, Status.ACTUAL, 1)


@quick
@given(st.binary(max_size=200))
@example(b"{\xf0\xdf\xc3'\xfb2k\xc4")
def test_no_byte_of_a_plain_note_keeps_an_alarm_from_ringing(sent: bytes) -> None:
    """What begins with a bracket is an object, and what switches a thing off is no note."""
    body = read_alarm(sent)

    reasons = ("it sounds nothing", "bracket", "a JSON object must be UTF-8", "XML")
    assert isinstance(body, Body) or any(reason in body.reason for reason in reasons)


@quick
@given(BODIES)
def test_what_is_written_is_read_back(body: Body) -> None:
    assert read_alarm(write_alarm(body)) == body


def test_what_is_not_said_is_not_written() -> None:
    assert json.loads(write_alarm(Body())) == {"status": "Actual"}


def test_an_age_is_written_to_the_millisecond_and_signs_as_they_are() -> None:
    assert write_alarm(Body(note='"masjid" 🔥', age_s=1.23456)) == (
        '{"status":"Actual","note":"\\"masjid\\" 🔥","age_s":1.235}'.encode()
    )


@quick
@given(near_misses(DRAWN))
def test_any_bytes_are_an_alarm_or_refused_with_a_reason_that_can_be_sent(payload: bytes) -> None:
    result = read_alarm(payload)

    assert isinstance(result, Body) or result.reason.encode()
