"""The inbox: the one way in. Under a flood what comes from the network is dropped first, and never in silence."""

from collections.abc import Iterable
from threading import Thread
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from node.core.events import Contact
from runtime import clock
from runtime.core.events import Overflowed, Received, Tick
from runtime.inbox import BEACON_LIMIT, EACH_BYTES, MOST_BYTES, NETWORK_LIMIT, TURN, URGENT_LIMIT, Inbox
from testing.program import LIMIT_S
from tests.support.waiting import drain

ALARM = Received("kentongan/situbondo/kalibagor/alarm/pencurian", b"", retain=False)
BEACON = Received("kentongan/situbondo/active", b"{}", retain=False)
SILENCE = Received("kentongan/situbondo/kalibagor/command/silence", b"", retain=False)
PRESS = Contact("pencurian", closed=True)


class Hand:
    """A clock that the test sets."""

    at = 100.0

    def __call__(self) -> float:
        return self.at


def test_events_come_out_in_the_order_in_which_they_went_in_with_their_instants() -> None:
    now = Hand()
    inbox = Inbox(now=now)
    inbox.put(PRESS)
    now.at = 101.0
    inbox.offer(ALARM)
    now.at = 107.0

    assert [inbox.get(None), inbox.get(None)] == [(100.0, PRESS), (101.0, ALARM)]


def test_where_nothing_comes_a_tick_comes_when_it_is_due() -> None:
    now = Hand()

    assert Inbox(now=now).get(100.0) == (100.0, Tick())
    assert Inbox(now=now).get(99.0) == (100.0, Tick())


def test_a_tick_never_comes_before_it_is_due() -> None:
    due = clock.now() + 0.05
    at, event = Inbox().get(due)

    assert event == Tick()
    assert at >= due


def test_who_waits_for_an_instant_far_away_is_woken_by_what_comes() -> None:
    inbox = Inbox()
    found: list[object] = []
    loop = Thread(target=lambda: found.append(inbox.get(clock.now() + 10 * LIMIT_S)[1]), daemon=True)
    loop.start()
    inbox.put(PRESS)
    loop.join(LIMIT_S)

    assert found == [PRESS]


def test_a_tick_that_is_overdue_does_not_keep_an_event_of_the_box_waiting() -> None:
    inbox = Inbox(now=Hand())
    inbox.put(PRESS)

    assert inbox.get(99.0) == (100.0, PRESS)


def test_a_flood_from_the_network_is_dropped_counted_and_told_once() -> None:
    inbox = Inbox()
    for _ in range(NETWORK_LIMIT + 23):
        inbox.offer(ALARM)
    told = [inbox.overflow(), inbox.overflow()]

    assert told == [Overflowed(23), None]
    assert drain(inbox) == [ALARM] * NETWORK_LIMIT


def test_presses_get_in_though_the_network_has_filled_it_and_come_out_first() -> None:
    inbox = Inbox()
    for _ in range(NETWORK_LIMIT + 1):
        inbox.offer(ALARM)
    inbox.put(PRESS)

    assert drain(inbox) == [PRESS] + [ALARM] * NETWORK_LIMIT


def test_what_is_due_does_not_wait_behind_the_network_but_behind_the_box() -> None:
    inbox = Inbox(now=Hand())
    inbox.offer(ALARM)
    inbox.put(PRESS)

    assert [inbox.get(100.0)[1], inbox.get(100.0)[1], inbox.get(101.0)[1]] == [PRESS, Tick(), ALARM]


def test_what_ends_sound_gets_in_behind_a_flood_of_alarms_and_of_beacons() -> None:
    inbox = Inbox()
    for _ in range(2 * URGENT_LIMIT):
        inbox.offer(ALARM)
    for _ in range(2 * URGENT_LIMIT):
        inbox.offer(BEACON, BEACON_LIMIT)
    inbox.offer(SILENCE, URGENT_LIMIT)
    waiting = drain(inbox)

    assert waiting == [ALARM] * NETWORK_LIMIT + [BEACON] * (BEACON_LIMIT - NETWORK_LIMIT) + [SILENCE]


def test_no_flood_of_anything_from_the_network_grows_without_bound() -> None:
    inbox = Inbox()
    for _ in range(2 * URGENT_LIMIT):
        inbox.offer(SILENCE, URGENT_LIMIT)

    assert len(drain(inbox)) == URGENT_LIMIT


def test_room_that_is_made_is_filled_again() -> None:
    inbox = Inbox()
    for _ in range(NETWORK_LIMIT + 1):
        inbox.offer(ALARM)
    inbox.get(None)
    inbox.offer(ALARM)
    inbox.offer(ALARM)

    assert inbox.overflow() == Overflowed(2)


def test_many_threads_lose_nothing() -> None:
    inbox = Inbox()

    def put() -> None:
        for _ in range(500):
            inbox.put(PRESS)

    threads = [Thread(target=put) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(drain(inbox)) == 2000


def test_with_more_room_as_many_times_more_of_the_networks_may_wait() -> None:
    inbox = Inbox(room=3)
    for _ in range(3 * NETWORK_LIMIT + 1):
        inbox.offer(ALARM)

    assert drain(inbox) == [ALARM] * 3 * NETWORK_LIMIT
    assert inbox.overflow() == Overflowed(1)


# One source, and the others.


def received(village: str, kind: str = "alarm/pencurian", payload: bytes = b"") -> Received:
    return Received(f"kentongan/situbondo/{village}/{kind}", payload, retain=False)


def takes(waiting: Iterable[object]) -> int:
    return sum(EACH_BYTES + len(each.payload) for each in waiting if isinstance(each, Received))


def test_a_flood_of_one_village_keeps_no_other_from_getting_in() -> None:
    inbox = Inbox()
    for _ in range(2 * URGENT_LIMIT):
        inbox.offer(received("kalibagor", "alarm/aman"), URGENT_LIMIT, "kalibagor")
    for village in ("olean", "kotakan", "kalibagor"):
        inbox.offer(received(village), NETWORK_LIMIT, village)
    inbox.offer(BEACON, BEACON_LIMIT, "active")

    waiting = drain(inbox)

    assert len(waiting) == URGENT_LIMIT + 3
    assert [each for each in waiting if each != received("kalibagor", "alarm/aman")] == [
        received("olean"), received("kotakan"), BEACON]


def test_so_little_of_each_gets_in_that_no_invented_villages_fill_the_memory() -> None:
    inbox = Inbox(room=100)
    long = b"x" * 4096
    for count in range(20_000):
        inbox.offer(received(f"v{count}", payload=long), NETWORK_LIMIT, f"v{count}", len(long))
    waiting = drain(inbox)

    assert takes(waiting) < 1.6 * MOST_BYTES


def test_what_waits_is_bounded_by_what_it_takes_and_what_ends_sound_gets_in_behind_it() -> None:
    inbox = Inbox(room=100)
    long = b"x" * 4096
    for _ in range(10_000):
        inbox.offer(received("kalibagor", payload=long), NETWORK_LIMIT, "kalibagor", len(long))
    inbox.offer(SILENCE, URGENT_LIMIT, "kalibagor", 0)
    waiting = drain(inbox)

    assert waiting[-1] == SILENCE
    assert takes(waiting[:-1]) <= MOST_BYTES
    assert inbox.overflow() == Overflowed(10_000 - len(waiting) + 1)


def test_what_was_taken_out_takes_no_room_any_more() -> None:
    inbox = Inbox()
    for _ in range(3):
        for _ in range(NETWORK_LIMIT):
            inbox.offer(received("kalibagor"), NETWORK_LIMIT, "kalibagor", 100)
        inbox.offer(received("olean"), NETWORK_LIMIT, "olean", 100)
        assert len(drain(inbox)) == NETWORK_LIMIT + 1

    assert inbox.overflow() is None
    assert inbox._sources == {}
    assert (inbox._count, inbox._bytes, inbox._extra_bytes) == (0, 0, 0)


def of(village: str, number: int) -> Received:
    return Received(f"kentongan/situbondo/{village}/alarm/pencurian", str(number).encode(), retain=False)


def test_what_comes_behind_the_flood_of_another_is_handed_out_before_the_rest_of_it() -> None:
    inbox = Inbox(room=100)
    for number in range(20_000):
        inbox.offer(of("patokan", number), source="patokan")
    inbox.offer(of("dawuhan", 0), source="dawuhan")
    before = [inbox.get(None)[1] for _ in range(TURN + 1)].index(of("dawuhan", 0))

    assert before < TURN


def test_while_a_flood_is_handed_out_each_other_waits_for_a_turn_of_it_at_most() -> None:
    inbox = Inbox(room=100)
    for number in range(5_000):
        inbox.offer(of("patokan", number), source="patokan")
    for at in range(40):
        for _ in range(37 * at % 90):
            inbox.get(None)
        inbox.offer(of("dawuhan", at), source="dawuhan")
        waited = 0
        while inbox.get(None)[1] != of("dawuhan", at):
            waited += 1

        assert waited <= TURN


def test_an_alarm_is_handed_out_before_the_statuses_that_a_hub_finds_when_it_starts() -> None:
    inbox = Inbox(room=100)
    statuses = [Received(f"kentongan/situbondo/desa-{number // 7}/node/pos-{number % 7}/status", b"", retain=True)
                for number in range(7_000)]
    for number, status in enumerate(statuses):
        inbox.offer(status, source=f"desa-{number // 7}", report=True)
    inbox.offer(of("patokan", 1), source="patokan")
    inbox.offer(of("desa-3", 2), source="desa-3")

    assert drain(inbox) == [of("patokan", 1), of("desa-3", 2), *statuses]


@given(st.lists(
    st.tuples(st.sampled_from(("patokan", "dawuhan", "semua")), st.booleans(), st.integers(0, 3)), max_size=500))
def test_what_one_source_raises_and_reports_is_never_put_out_of_its_order_and_all_of_it_is_handed_out_once(
    acts: list[tuple[str, bool, int]]
) -> None:
    inbox, handed = Inbox(), list[Any]()
    sent: dict[tuple[str, bool], list[Received]] = {}
    for number, (village, report, taken) in enumerate(acts):
        for each in range(50 if village == "patokan" else 1):
            message = of(village, 100 * number + each)
            sent.setdefault((village, report), []).append(message)
            inbox.offer(message, room(), source=village, report=report)
        handed += [inbox.get(None)[1] for _ in range(taken) if inbox.waits()]
    handed += drain(inbox)

    for (village, _), messages in sent.items():
        those = set(messages)
        assert [each for each in handed if each in those] == messages, village
    assert len(handed) == sum(map(len, sent.values()))


def room() -> int:
    """So many that nothing is dropped."""
    return 100 * URGENT_LIMIT


def test_few_messages_are_handed_out_as_they_came_whoever_sent_them() -> None:
    inbox = Inbox()
    came = [of(village, number) for number in range(TURN // 2 - 1) for village in ("patokan", "dawuhan")]
    for each in came:
        inbox.offer(each, source=each.topic.split("/")[2])

    assert drain(inbox) == came
