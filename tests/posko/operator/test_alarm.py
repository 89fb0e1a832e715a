"""An alarm at the desk: who rings is what the posts say themselves, and nothing else counts."""

from dataclasses import replace
from typing import Any

import pytest

from contract.domain.alarm import Key, Status
from contract.wire.alarm import read_alarm
from posko.core.proof import Trouble
from posko.operator.core import judgement
from posko.operator.core.orders import Act, Order
from posko.operator.core.snapshot import Row, Standing
from runtime.core.events import Acknowledged, Cause, Linked, Rejected, Tick, Unlinked
from tests.posko.operator.told import (
    ALARM,
    DISASTER,
    FIRE,
    KALIBAGOR,
    KOTAKAN,
    LABELS,
    POLSEK,
    THEFT,
    Sitting,
    about,
    beacon,
    event,
    hub,
    listed,
    ordered,
    rings,
    status,
)

ALL = (KALIBAGOR, KOTAKAN, POLSEK)


def quiet(*posts: str) -> list[object]:
    return [status(post, kept=True) for post in posts]


def row(sitting: Sitting, post: str) -> Row:
    (found,) = [each for each in judgement.rows(sitting.state) if each.post == post]
    return found


def outcome(sitting: Sitting) -> tuple[bool, int]:
    return judgement.done(sitting.state), judgement.exit_code(sitting.state)


def test_it_is_over_and_well_when_all_ring_and_the_hub_has_it() -> None:
    sitting = Sitting(ALARM).linked(hub(), *quiet(*ALL))
    sitting.at(0.2, rings(KALIBAGOR)).at(0.3, rings(KOTAKAN)).at(0.4, rings(POLSEK))
    before = outcome(sitting)
    sitting.at(0.5, beacon(listed()))

    assert before == (False, 0)
    assert outcome(sitting) == (True, 0)
    assert [(each.post, round(each.after_s or 0.0, 3)) for each in judgement.rows(sitting.state)] == [
        (KALIBAGOR, 0.1), (KOTAKAN, 0.2), (POLSEK, 0.3)]


def test_it_goes_out_once_linked_with_its_age_and_again_under_its_name_until_the_broker_has_it() -> None:
    sitting = Sitting(ALARM).at(1.0, Linked()).at(2.0, Unlinked("lost")).at(4.0, Linked())
    sitting.at(4.1, Acknowledged("order"), Unlinked("lost")).at(5.0, Linked())
    bodies = [read_alarm(each.payload) for each in sitting.sent]

    assert [each.topic for each in sitting.sent] == ["kentongan/situbondo/kalibagor/alarm/pencurian"] * 2
    assert [(getattr(body, "identifier", None), getattr(body, "age_s", None)) for body in bodies] == [
        ("operator.1", 1.0), ("operator.1", 4.0)]
    assert [(each.qos, each.retain) for each in sitting.sent] == [(1, False)] * 2
    assert sitting.state.published_at == 1.0


def test_neighbours_are_expected_by_the_incidents_reach_and_no_others() -> None:
    assert [each.post for each in judgement.rows(Sitting(ordered(Act.ALARM, incident="lainnya")).state)] == [
        KALIBAGOR, POLSEK]
    assert [each.post for each in judgement.rows(Sitting(ordered(Act.ALARM, "olean", "pencurian")).state)] == [POLSEK]
    assert [each.post for each in judgement.rows(Sitting(ordered(Act.ALARM, "semua", "lainnya")).state)] == [*ALL]


@pytest.mark.parametrize(("told", "trouble"), [
    ([], Trouble.UNHEARD),
    ([status(KOTAKAN, kept=True, state="offline")], Trouble.OFFLINE),
    ([status(KOTAKAN)], Trouble.QUIET),
    ([status(KOTAKAN, locked=True)], Trouble.LOCKED),
    ([status(KOTAKAN, state="silenced", silenced=[about(THEFT)])], Trouble.SILENCED),
    ([rings(KOTAKAN, DISASTER, waiting=[about(THEFT)])], Trouble.WAITING),
    ([rings(KOTAKAN, FIRE)], Trouble.QUIET),
    ([status(KOTAKAN, kept=True), hub(posts={KOTAKAN: "away"})], Trouble.AWAY),
    ([rings(KOTAKAN, kept=True, identifier="old"), hub(posts={KOTAKAN: "away"})], Trouble.AWAY),
    ([status(KOTAKAN, kept=True, state="offline"), hub(posts={KOTAKAN: "away"})], Trouble.OFFLINE),
])
def test_who_does_not_ring_is_named_with_what_keeps_it(told: list[object], trouble: Trouble) -> None:
    sitting = Sitting(ALARM).linked().at(0.2, *told, rings(KALIBAGOR), rings(POLSEK), beacon(listed()))
    going_on = outcome(sitting)
    sitting.at(10.1, Tick())

    assert going_on == (False, 1)
    assert outcome(sitting) == (True, 1)
    assert row(sitting, KOTAKAN) == Row(KOTAKAN, good=False, after_s=None, trouble=trouble)
    assert any("TIDAK berbunyi" in line and "kotakan/pos-1, Pos Kamling Kotakan" in line
               for line in sitting.closing())


def test_who_spoke_since_the_hub_missed_it_is_not_away() -> None:
    sitting = Sitting(ALARM).linked(hub(posts={KOTAKAN: "away"})).at(0.2, rings(KOTAKAN))

    assert row(sitting, KOTAKAN).good
    assert not judgement.away(sitting.state, KOTAKAN)


def test_who_spoke_before_the_hub_missed_it_is_away() -> None:
    sitting = Sitting(ALARM).linked(status(KOTAKAN)).at(0.2, hub(posts={KOTAKAN: "away"}))

    assert (row(sitting, KOTAKAN).good, row(sitting, KOTAKAN).trouble) == (False, Trouble.AWAY)


def test_what_the_broker_kept_of_an_earlier_sounding_is_no_proof() -> None:
    kept = rings(KOTAKAN, kept=True, identifier="old")
    sitting = Sitting(ALARM).linked(kept).at(10.1, Tick())

    assert row(sitting, KOTAKAN) == Row(KOTAKAN, good=False, after_s=None, trouble=Trouble.UNANSWERED)
    assert any(KOTAKAN in line and "tidak menjawab" in line for line in sitting.closing())


def test_a_post_that_was_ready_and_says_nothing_is_not_called_linked() -> None:
    sitting = Sitting(ALARM).linked(*quiet(*ALL)).at(0.2, rings(KALIBAGOR), rings(POLSEK)).at(10.1, Tick())

    assert row(sitting, KOTAKAN).trouble is Trouble.UNANSWERED
    assert not any("tersambung" in line for line in sitting.closing())


@pytest.mark.parametrize("proof", [
    event(KOTAKAN, "extended", by="operator.1"), rings(KOTAKAN, identifier="old"), event(KOTAKAN, "refused"),
])
def test_who_rings_already_is_proven_by_a_word_after_the_alarm(proof: object) -> None:
    sitting = Sitting(ALARM).linked(rings(KOTAKAN, kept=True, identifier="old")).at(0.2, proof)

    assert row(sitting, KOTAKAN) == Row(KOTAKAN, good=True, after_s=None, trouble=None)


def test_a_post_that_has_just_started_anew_does_not_prove_its_earlier_runs_sounding() -> None:
    sitting = Sitting(ALARM).linked(rings(KOTAKAN, kept=True, identifier="old")).at(
        0.2, event(KOTAKAN, "linked", boot="b2"))

    assert not row(sitting, KOTAKAN).good


def test_what_was_over_before_the_alarm_came_counts_from_the_new_sounding() -> None:
    sitting = Sitting(ALARM).linked(rings(KOTAKAN, kept=True, identifier="old")).at(0.2, status(KOTAKAN)).at(
        2.1, rings(KOTAKAN))

    assert row(sitting, KOTAKAN) == Row(KOTAKAN, good=True, after_s=2.0, trouble=None)


def test_after_a_lost_link_a_kept_word_that_bears_the_alarms_name_is_proof() -> None:
    sitting = Sitting(ALARM).linked().at(0.2, Unlinked("lost")).at(3.0, Linked(), rings(KOTAKAN, kept=True))

    assert row(sitting, KOTAKAN).good


def test_who_rang_once_has_rung() -> None:
    sitting = Sitting(ALARM).linked().at(0.2, rings(KOTAKAN)).at(0.3, rings(KOTAKAN, DISASTER)).at(
        0.4, status(KOTAKAN, state="offline"))

    assert row(sitting, KOTAKAN).good


def test_an_exercise_is_not_proven_by_what_sounds_in_earnest_and_its_refusal_is_told() -> None:
    order = ordered(Act.ALARM, incident="pencurian", exercise=True)
    reason = "an exercise of what is in force in earnest"
    sitting = Sitting(order).linked(*(rings(post, kept=True, identifier="old") for post in ALL))
    sitting.at(0.2, *(event(post, "refused", identifier="operator.1", reason=reason) for post in ALL))
    sitting.at(0.3, event("posko", "refused", identifier="operator.1", reason=reason))
    told = sitting.closing()

    assert judgement.exit_code(sitting.state) == 1
    assert [each.reasons for each in judgement.rows(sitting.state)] == [(reason,)] * 3
    assert [line for line in told if "DITOLAK server posko" in line]


def test_an_exercise_that_rings_as_one_is_well() -> None:
    order = ordered(Act.ALARM, incident="pencurian", exercise=True)
    sitting = Sitting(order).linked().at(
        0.2, *(status(post, about(THEFT, "operator.1", "Exercise")) for post in ALL),
        beacon(listed(status=Status.EXERCISE)))

    assert outcome(sitting) == (True, 0)


def test_what_the_hub_refuses_is_not_well_though_all_ring() -> None:
    sitting = Sitting(ALARM).linked().at(0.2, *map(rings, ALL)).at(
        0.3, event("posko", "late", identifier="operator.1", reason="pressed before the all-clear"))

    assert outcome(sitting) == (True, 1)


def test_the_posts_have_their_time_from_the_publish_on_however_long_the_link_took() -> None:
    sitting = Sitting(ALARM, wait_s=5.0).at(4.0, Linked(), Acknowledged("order")).at(8.9, Tick())

    assert (judgement.done(sitting.state), judgement.due(sitting.state)) == (False, 9.0)


def test_a_hub_that_says_it_lives_and_sends_no_beacon_is_given_up() -> None:
    sitting = Sitting(ALARM, wait_s=60.0).linked(hub()).at(0.5, *map(rings, ALL)).at(15.0, Tick())
    before = judgement.done(sitting.state)
    sitting.at(15.1, Tick())

    assert (before, judgement.done(sitting.state)) == (False, True)


def test_only_a_refusal_or_lateness_gives_a_reason() -> None:
    said = {"identifier": "operator.1", "reason": "for people"}
    sitting = Sitting(ALARM).linked(hub()).at(
        0.2, event("posko", "accepted", **said), event(KOTAKAN, "sounding", **said))

    assert (sitting.state.hub.refusal, row(sitting, KOTAKAN).reasons) == ("", ())


def test_what_is_refused_to_somebody_else_is_not_this_alarms_concern() -> None:
    sitting = Sitting(ALARM).linked(hub()).at(
        0.2, event("posko", "refused", identifier="operator.2", reason="no"), event("posko", "late", reason="no"),
        event(KOTAKAN, "refused", identifier="operator.2", reason="no"))

    assert (sitting.state.hub.refusal, row(sitting, KOTAKAN).reasons) == ("", ())


def test_what_is_raised_once_too_often_is_in_force_all_the_same() -> None:
    refusal = event("posko", "refused", identifier="operator.1", reason="too many of this incident at once")
    sitting = Sitting(ALARM).linked(hub(), beacon(listed(identifier="first"))).at(0.2, *map(rings, ALL), refusal)

    assert judgement.standing(sitting.state) is Standing.RECORDED
    assert outcome(sitting) == (True, 0)


@pytest.mark.parametrize("others", [
    [], [listed(FIRE, "first")], [listed(identifier="first", status=Status.EXERCISE)],
    [listed(FIRE, "first"), listed(Key("kotakan", "pencurian"), "second")],
])
def test_what_is_refused_and_nothing_like_it_is_listed_is_refused(others: list[Any]) -> None:
    refusal = event("posko", "refused", identifier="operator.1", reason="no")
    sitting = Sitting(ALARM).linked(hub(), beacon(*others)).at(0.2, refusal)

    assert judgement.standing(sitting.state) is Standing.REFUSED


def test_what_is_refused_and_the_like_is_listed_among_others_is_in_force() -> None:
    refusal = event("posko", "refused", identifier="operator.1", reason="too many of this incident at once")
    sitting = Sitting(ALARM).linked(hub(), beacon(listed(FIRE, "a"), listed(identifier="b"))).at(0.2, refusal)

    assert judgement.standing(sitting.state) is Standing.RECORDED


def test_without_a_hub_it_is_over_two_seconds_after_all_ring_and_says_so() -> None:
    sitting = Sitting(ALARM).linked().at(0.5, *map(rings, ALL))
    due = judgement.due(sitting.state)
    before = outcome(sitting)
    sitting.at(due, Tick())

    assert due == 2.5
    assert (before, outcome(sitting)) == ((False, 0), (True, 0))
    assert any("SERVER POSKO TIDAK MENJAWAB" in line for line in sitting.closing())


@pytest.mark.parametrize(("hubs", "standing"), [
    ([hub()], Standing.SILENT),
    ([hub(), beacon()], Standing.BEHIND),
    ([beacon(listed(kept=False))], Standing.BEHIND),
    ([hub(state="offline"), beacon(listed())], Standing.RECORDED),
    ([beacon(listed(identifier="later", also=("operator.1",)))], Standing.RECORDED),
    ([beacon(heard=(THEFT.name("operator.1"),))], Standing.RECORDED),
])
def test_a_hub_that_lives_is_waited_for_until_it_has_the_alarm_on_its_disk(
    hubs: list[Any], standing: Standing
) -> None:
    sitting = Sitting(ALARM).linked().at(0.2, *hubs, *map(rings, ALL)).at(5.0, Tick())
    meanwhile = judgement.done(sitting.state)
    sitting.at(10.1, Tick())

    assert judgement.standing(sitting.state) is standing
    assert meanwhile is (standing is Standing.RECORDED)
    assert outcome(sitting) == (True, 0)


def test_an_alarm_is_not_recorded_because_all_others_are_silenced() -> None:
    sitting = Sitting(ALARM).linked(hub()).at(0.2, beacon(listed(FIRE, "first", silenced=("kalibagor",))))

    assert judgement.standing(sitting.state) is Standing.BEHIND


def test_a_beacon_from_before_the_alarm_is_no_answer() -> None:
    sitting = Sitting(ALARM).at(0.05, beacon()).linked()

    assert judgement.standing(sitting.state) is Standing.SILENT


def test_without_a_link_it_is_given_up_in_time_and_said_not_to_be_sent() -> None:
    sitting = Sitting(ALARM, wait_s=3.0).at(0.1, Unlinked("broker x:1: refused")).at(2.9, Tick())
    before = outcome(sitting)
    sitting.at(3.0, Tick())
    (told,) = sitting.closing()

    assert (before, outcome(sitting)) == ((False, 1), (True, 1))
    assert "alarm TIDAK terkirim: x:1: ditolak" in told


def test_what_the_broker_does_not_take_is_said_not_to_be_sent() -> None:
    refused = Sitting(ALARM).at(0.1, Linked(), Rejected("order", 135, "the broker refuses it"))
    silent = Sitting(ALARM).at(0.1, Linked()).at(10.1, Tick())

    assert [outcome(refused), outcome(silent)] == [(True, 1)] * 2
    assert ["TIDAK terkirim" in each.closing()[-1] for each in (refused, silent)] == [True] * 2


CLUSTER = Rejected("order", 131, "the broker answers what operator publishes with code 131 (…)")


def test_an_answer_that_is_not_about_rights_is_named_and_what_the_posts_do_decides() -> None:
    """As a cluster gives it of which one broker is dead."""
    rung = Sitting(ALARM).at(0.1, Linked(), CLUSTER).at(0.2, *map(rings, ALL), beacon(listed()))
    halfway = Sitting(ALARM).at(0.1, Linked(), CLUSTER).at(0.2, rings(KALIBAGOR))
    meanwhile = outcome(halfway)
    halfway.at(10.1, Tick())

    assert (outcome(rung), meanwhile, outcome(halfway)) == ((True, 0), (False, 1), (True, 1))
    for each, verdict in ((rung, "✓ 3 dari 3 pos berbunyi"), (halfway, "✗ 1 dari 3 pos berbunyi")):
        told = each.closing()
        assert [line for line in told if "code 131" in line and line.startswith("!")]
        assert not any("TIDAK terkirim" in line or "berhak" in line for line in told)
        assert told[-1].startswith(verdict)


def test_a_right_that_lacks_is_named_as_such() -> None:
    (told,) = Sitting(ALARM).at(0.1, Linked(), Rejected("order", 135, "Not authorized")).closing()

    assert told == "✗ alarm TIDAK terkirim: tidak berhak. Akun ini tidak berhak mengirimnya"


@pytest.mark.parametrize(("cause", "told"), [
    (Cause.LOGIN, "Periksa nama pengguna dan kata sandi"), (Cause.OTHER, "Periksa server pesan (broker) dan alamatnya"),
    (Cause.PROTOCOL, "Pakai Mosquitto 2"),
])
def test_what_to_do_about_a_missing_link_is_what_fits_its_cause(cause: Cause, told: str) -> None:
    (closing,) = Sitting(ALARM).at(0.1, Unlinked("broker x:1 refuses it", cause)).at(10.1, Tick()).closing()

    assert told in closing


def test_what_the_broker_refuses_is_not_sent_again() -> None:
    sitting = Sitting(ALARM).at(0.1, Linked(), Rejected("order", 135, "no"), Unlinked("lost")).at(0.2, Linked())

    assert len(sitting.sent) == 1


def test_what_the_broker_did_not_acknowledge_though_posts_ring_tells_both() -> None:
    sitting = Sitting(ALARM).at(0.1, Linked()).at(0.2, rings(KALIBAGOR)).at(10.1, Tick())
    told = sitting.closing()
    everywhere = Sitting(ALARM).at(0.1, Linked()).at(0.2, *map(rings, ALL), beacon(listed())).at(9.0, Tick())

    assert judgement.exit_code(sitting.state) == 1
    assert judgement.done(everywhere.state) is False
    assert judgement.exit_code(everywhere.state) == 1
    assert any("TIDAK terkirim" in line for line in told)
    assert "1 dari 3 pos berbunyi" in told[-1]


def test_an_alarm_that_no_post_can_hear_is_not_well() -> None:
    nobody = Order(Act.ALARM, THEFT._replace(village="nowhere"), "operator.1")
    sitting = Sitting(nobody).linked().at(0.2, beacon(listed())).at(10.1, Tick())

    assert outcome(sitting) == (True, 1)


def test_bad_messages_and_strangers_change_nothing() -> None:
    sitting = Sitting(ALARM).linked()
    before = judgement.rows(sitting.state)
    odd = b'{"state": 1, "sounding": 7, "waiting": {"a": 1}, "posts": [], "seq": {}}'
    bad = [b"", b"{", b"[]", b"\xff", b"null", odd]
    topics = [rings(KOTAKAN).topic, hub().topic, beacon().topic, event(KOTAKAN, "x").topic, event("posko", "x").topic]
    for topic in topics:
        for payload in bad:
            sitting.at(0.2, type(rings(KOTAKAN))(topic, payload, retain=False))
    sitting.at(0.3, rings("kotakan/pos-9"), rings("elsewhere/pos-1"))

    assert [each.good for each in judgement.rows(sitting.state)] == [each.good for each in before]
    assert judgement.exit_code(sitting.state) == 1


def test_a_post_that_does_not_ring_is_named_with_its_telephone_number_where_there_is_one() -> None:
    labels = replace(LABELS, phones={KOTAKAN: "0812 3456"})
    closing = Sitting(ALARM).linked().at(1.0, rings(KALIBAGOR)).at(11.0, Tick()).closing(labels)

    assert next(line for line in closing if "kotakan/pos-1" in line).endswith("; telepon 0812 3456")
    assert next(line for line in closing if "patokan/polsek" in line).endswith("belum pernah melapor")
