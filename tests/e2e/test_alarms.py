"""An operator's line at the keyboard, and what the pins of a box do."""

import itertools
from functools import partial

import pytest

from contract.domain.likeness import APART_S
from runtime import clock
from testing.box import Change
from tests.e2e.conftest import SLOW_S, Neighbours
from tests.support.mqtt import Reader, publish
from tests.support.village import BASE, HOLD_S, SOUNDS, Post, alarm, silence
from tests.support.waiting import wait_until

FORMS = {
    "empty": (["-n"], ""),
    "text": (["-m", "rumah Pak RT 3"], "note=rumah Pak RT 3"),
    "json": (["-m", '{"identifier": "%s", "note": "sawah", "status": "Actual"}'], "note=sawah"),
}
WAYS = [(form, qos, version) for form in FORMS for qos in "01" for version in ("311", "5")]
INCIDENTS = ("pencurian", "kebakaran", "bencana", "perampokan", "pemerkosaan", "pembunuhan", "kecelakaan", "ternak",
             "keributan")
DARK_S = 1.0  # no lamp of a post that is well is dark for so long between two flashes


@pytest.mark.parametrize(("count", "form", "qos", "version"), [(count, *way) for count, way in enumerate(WAYS)],
                         ids=[f"{form}, QoS {qos}, MQTT {version}" for form, qos, version in WAYS])
def test_an_alarm_in_each_form_sounds_at_the_pins_and_silence_ends_it(
    neighbours: Neighbours, count: int, form: str, qos: str, version: str
) -> None:
    post, incident = neighbours.kalibagor, INCIDENTS[count % len(INCIDENTS)]
    since, words = len(post.lines), [word.replace("%s", f"test-{count}") for word in FORMS[form][0]]

    alarm(neighbours.broker, "kalibagor", incident, "-q", qos, "-V", version, *words)
    post.expect_on("siren")
    post.expect_on("strobe")
    post.expect("sounding:", since)
    silence(neighbours.broker)
    post.expect_quiet()

    (line,) = post.said("sounding:", since)
    assert f"incident={incident} village=kalibagor" in line
    assert FORMS[form][1] in line


def test_an_alarm_for_all_sounds_everywhere_and_one_in_reach_at_the_neighbours(neighbours: Neighbours) -> None:
    both = (neighbours.kalibagor, neighbours.kotakan)
    alarm(neighbours.broker, "semua", "bencana")
    for post in both:
        post.expect_on("siren")
    silence(neighbours.broker)
    for post in both:
        post.expect_quiet()

    alarm(neighbours.broker, "kotakan", "kebakaran")
    for post in both:
        post.expect_on("siren")
    silence(neighbours.broker)
    for post in both:
        post.expect_quiet()


def test_an_alarm_out_of_reach_sounds_nowhere_else(neighbours: Neighbours) -> None:
    before = len(neighbours.kalibagor.changes)
    alarm(neighbours.broker, "kotakan", "kecelakaan")
    alarm(neighbours.broker, "olean", "pencurian")
    neighbours.kotakan.expect_on("siren")
    silence(neighbours.broker)
    neighbours.kotakan.expect_quiet()

    neighbours.kalibagor.expect_silence(neighbours.broker, before)


def test_the_rhythm_follows_the_siren_at_the_pins(neighbours: Neighbours) -> None:
    """The siren drowns a drum, so it is off before the first stroke, and stays so."""
    post = neighbours.kalibagor
    before = len(post.changes)
    alarm(neighbours.broker, "semua", "pencurian")
    assert post.wait(lambda _: switched(post, before).count(("striker", True)) >= 3)
    silence(neighbours.broker)
    post.expect_quiet()

    siren, beaten = switched(post, before)[:2], switched(post, before)[2:]
    assert siren == [("siren", True), ("siren", False)]
    assert beaten == [("striker", True), ("striker", False)] * (len(beaten) // 2)


def test_an_exercise_sirens_in_three_short_bursts_and_an_actual_alarm_throughout(neighbours: Neighbours) -> None:
    """It is known by the count of them, whenever a machine that stalls lets them begin."""
    post = neighbours.kalibagor
    found = []
    for body in (b"latihan: uji coba", b""):
        since, before = len(post.lines), len(post.changes)
        alarm(neighbours.broker, "semua", "kebakaran", body=body)
        assert wait_until(partial(beats, post, before))
        if body:
            post.expect("status=Exercise", since)
        silence(neighbours.broker)
        post.expect_quiet()
        changes = switched(post, before)
        found.append(changes[:changes.index(("striker", True))])

    assert found == [[("siren", True), ("siren", False)] * 3, [("siren", True), ("siren", False)]]


def beats(post: Post, since: int) -> bool:
    return ("striker", True) in switched(post, since)


def switched(post: Post, since: int) -> list[tuple[str, bool]]:
    """How siren and striker were switched, after the first *since* changes."""
    return [(each.output, each.level) for each in post.changes[since:] if each.output in ("siren", "striker")]


def test_silence_in_the_middle_of_a_tone_ends_all_that_sounds(neighbours: Neighbours) -> None:
    post = neighbours.kalibagor
    for incident in ("kebakaran", "kecelakaan", "ternak"):
        alarm(neighbours.broker, "semua", incident)
        post.expect_on("siren")
        silence(neighbours.broker)
        post.expect_quiet()  # the strobe too, which shines until an alarm's end, minutes later
        before = len(post.changes)
        post.expect_silence(neighbours.broker, before)


def test_the_all_clear_ends_an_alarm_wherever_it_sounds_and_beats_the_safe_code(neighbours: Neighbours) -> None:
    both = (neighbours.kalibagor, neighbours.kotakan)
    since = [len(post.lines) for post in both]
    alarm(neighbours.broker, "kotakan", "perampokan")
    before = []
    for post in both:
        post.expect_on("siren")
        before.append(len(post.changes))
    alarm(neighbours.broker, "kotakan", "aman")
    for post, mark, rung in zip(both, since, before, strict=True):
        post.expect("cleared:", mark)
        post.expect("incident=aman", mark)
        post.expect("finished:", mark)  # by itself: nothing else is in force
        post.expect_quiet()

        assert ("siren", True) not in switched(post, rung)
        assert ("striker", True) in switched(post, rung)


def test_a_round_is_three_strokes_that_stand_apart_without_siren_or_strobe(neighbours: Neighbours) -> None:
    post = neighbours.kotakan
    alarm(neighbours.broker, "semua", "aman")  # what other tests left silenced is over
    silence(neighbours.broker)
    post.expect_quiet()
    post.fence(neighbours.broker)
    before, since = len(post.changes), len(post.lines)
    publish(neighbours.broker, f"{BASE}/kotakan/ronda")
    post.expect("finished:", since)
    struck = [each.at for each in post.sounds(before)]

    assert {each.output for each in post.sounds(before)} == {"striker"}
    assert len(struck) == 3
    assert all(later - earlier > APART_S for earlier, later in itertools.pairwise(struck))


def test_an_all_clear_held_while_a_neighbours_siren_rings_sends_none_and_its_own_villages_ends_it(
    neighbours: Neighbours
) -> None:
    own, other = neighbours.kalibagor, neighbours.kotakan
    since, before = len(other.lines), len(other.changes)
    with Reader(neighbours.broker, f"{BASE}/+/alarm/aman") as reader:
        alarm(neighbours.broker, "kalibagor", "kebakaran")
        own.expect_on("siren")
        other.expect_on("siren")
        other.contact("aman", closed=True)
        other.expect("warning:", since)
        other.contact("aman", closed=False)
        other.expect_on("lamp pencurian")  # the all-clear has none: so the others show that it was not obeyed
        own.hold("aman")
        other.expect("cleared:", since)
        other.expect_quiet()
        own.expect_quiet()
        reader.fence()
        cleared = list(reader.messages)

    assert "nothing to clear here: kebakaran is in force in kalibagor" in other.said("warning:", since)[0]
    assert ("siren", True) in switched(other, before)
    assert other.said("pressed:", since) == []
    assert [each.topic for each in cleared] == [f"{BASE}/kalibagor/alarm/aman"]


def test_the_lock_keeps_the_network_out_and_the_boxs_own_buttons_ring(neighbours: Neighbours) -> None:
    post = neighbours.kotakan
    post.contact("lock", closed=True)
    post.expect("locked:")
    before, since = len(post.changes), len(post.lines)
    alarm(neighbours.broker, "kotakan", "ternak")
    alarm(neighbours.broker, "semua", "kecelakaan", "-m", "intruder")
    post.expect("refused:", since)
    post.expect_silence(neighbours.broker, before)
    neighbours.kalibagor.expect_on("siren")  # which is not locked
    post.hold("kebakaran")
    post.expect_on("siren")
    post.expect_on("strobe")
    refused_silence = len(post.lines)
    silence(neighbours.broker)
    post.expect("refused:", refused_silence)
    still_on = post.on("strobe")
    post.hold("senyap")
    post.expect_quiet()
    post.contact("lock", closed=False)
    post.expect("unlocked:")

    assert still_on
    assert len(post.said("reason=locked: the key in the box keeps the network out", since)) >= 2
    alarm(neighbours.broker, "kotakan", "kecelakaan")
    post.expect_on("siren")
    silence(neighbours.broker)
    for each in (post, neighbours.kalibagor):
        each.expect_quiet()


@pytest.mark.parametrize(("topic", "told"), [
    ("kalibagor/alarm/pencurain", "unknown incident 'pencurain'; did you mean pencurian?"),
    ("kalibagor/command/silent", "unknown command 'silent'; did you mean silence?"),
])
def test_an_operators_typo_is_answered(neighbours: Neighbours, topic: str, told: str) -> None:
    with Reader(neighbours.broker, f"{BASE}/kalibagor/node/pos-1/event") as reader:
        publish(neighbours.broker, f"{BASE}/{topic}")

        assert reader.wait(lambda came: any(told in str(each.members.get("reason")) for each in came))


def test_bytes_that_are_no_text_ring_all_the_same_with_a_warning(neighbours: Neighbours) -> None:
    post = neighbours.kalibagor
    since = len(post.lines)
    alarm(neighbours.broker, "kalibagor", "kecelakaan", body=bytes(range(128, 256)))
    post.expect("warning:", since)
    post.expect_on("siren")
    silence(neighbours.broker)
    post.expect_quiet()


REFUSED = {
    "JSON that is not UTF-8": b'{"note": "' + bytes(range(128, 256)) + b'"}',
    "sixty kilobytes": b"x" * 60_000,
    "sixty kilobytes of JSON": b'{"note": "' + b"x" * 60_000 + b'"}',
    "deep JSON": b'{"a":' * 700 + b"1" + b"}" * 700,
    "deep lists": b'{"note":' + b"[" * 2000 + b"]" * 2000 + b"}",
    "broken JSON": b'{"note": "rumah',
    "a list in it": b'{"note": ["rumah"]}',
    "a number in it": b'{"identifier": 7}',
    "null in it": b'{"note": null}',
    "a wrong status": b'{"status": "Aktual"}',
    "a wrong age": b'{"age_s": "7"}',
    "an endless age": b'{"age_s": 1e999}',
    "no number": b'{"age_s": NaN}',
    "a member twice": b'{"note": "a", "note": "b"}',
    "a zero sign": b'{"note": "rumah\0RT 3"}',
    "a zero sign in JSON": b'{"note": "\\u0000"}',
    "half a surrogate": b'{"note": "\\ud800"}',
    "half a surrogate as a name": b'{"\\ud800": 1}',
    "half a surrogate in UTF-8": b'{"note": "\xed\xa0\x80"}',
}


def test_each_payload_that_is_none_is_refused_with_a_reason_and_the_node_goes_on(neighbours: Neighbours) -> None:
    both, broker = (neighbours.kalibagor, neighbours.kotakan), neighbours.broker
    before = [len(post.changes) for post in both]
    refused: dict[str, list[str]] = {}
    for (name, body), post in zip(REFUSED.items(), itertools.cycle(both), strict=False):
        since = len(post.lines)
        alarm(broker, post.village, "kecelakaan", "-q", "1", body=body)
        assert post.wait_line("refused:", since=since), f"{name}: {post.lines[since:]}"
        refused[name] = post.said("refused:", since)
    for post, mark in zip(both, before, strict=True):
        post.expect_silence(broker, mark)

    assert [name for name, lines in refused.items() if len(lines) != 1 or "reason=" not in lines[0]] == []
    for post in both:
        alarm(broker, post.village, "kecelakaan", "-m", "still alive")
        post.expect_on("siren")
    silence(broker)
    for post in both:
        post.expect_quiet()


def test_a_held_button_rings_here_at_its_time_and_at_the_neighbours(neighbours: Neighbours) -> None:
    post, other = neighbours.kalibagor, neighbours.kotakan
    since = len(other.lines)
    before = len(post.changes)
    pressed_at = clock.now()
    post.contact("pencurian", closed=True)
    post.expect_on("siren")
    other.expect_on("siren")
    post.contact("pencurian", closed=False)
    post.expect_on("lamp pencurian")
    post.hold("senyap")
    post.expect_quiet()
    other.expect("sounding:", since)
    silence(neighbours.broker)
    other.expect_quiet()

    own = next(each for each in post.sounds(before) if each.output == "siren")
    assert own.at - pressed_at >= HOLD_S
    assert "origin=network" in other.said("sounding:", since)[0]


def test_a_bouncing_contact_and_a_short_touch_ring_nothing(neighbours: Neighbours) -> None:
    """The lamp flickers while the button is held and is dark once it is let go; how long that takes depends on the
    machine.
    """
    post = neighbours.kalibagor
    before, since, begun = len(post.changes), len(post.lines), clock.now()
    for _ in range(5):
        post.contact("bencana", closed=True)
        post.contact("bencana", closed=False)
    post.contact("bencana", closed=True)
    assert post.wait(lambda _: flickers(post, before) >= 6)
    post.contact("bencana", closed=False)
    assert wait_until(lambda: is_dark(post, "lamp bencana"))
    held_s = clock.now() - begun
    post.fence(neighbours.broker)

    assert post.sounds(before) == [] or held_s >= SLOW_S
    assert not post.said("incident=bencana", since) or held_s >= SLOW_S
    silence(neighbours.broker)


def flickers(post: Post, since: int) -> int:
    """How often the lamp of `bencana` was switched after the first *since* changes."""
    return sum(each.output == "lamp bencana" for each in post.changes[since:])


def is_dark(post: Post, lamp: str) -> bool:
    """Whether *lamp* is off and has been for longer than any pattern is."""
    last = max((each.at for each in post.changes if each.output == lamp), default=0.0)
    return not post.on(lamp) and clock.now() > last + DARK_S


def test_nothing_that_sounded_in_this_file_was_left_on(neighbours: Neighbours) -> None:
    for post in (neighbours.kalibagor, neighbours.kotakan):
        post.fence(neighbours.broker)
        on: dict[str, Change] = {}
        for change in post.changes:
            on[change.output] = change
        assert [name for name, change in on.items() if change.level and name in SOUNDS] == []
