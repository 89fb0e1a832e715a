"""How far one account can make the hub grow: its memory at the highest, and its journal, after one flood upon another.

    one connection ──as fast as the broker takes it, QoS 0──> Mosquitto ──> hub

Each flood is another kind of message that a post's account may send; between two floods an alarm of another village is
accepted, so that all that was not dropped has been read. The journal is that of this run, and bounded by itself.
"""

import secrets
from collections.abc import Callable, Iterator
from time import sleep

from benchmarks import parts, processes
from benchmarks.parts import BASE
from benchmarks.publisher import Connection, Endpoint
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import Run, wait_until
from broker.trial import packets
from testing.posko import Posko

ABOUT = "the hub's memory and journal after floods of one post's account"
GROUP = "the hub after floods of one post's account"
MOST_MB, MOST_JOURNAL_MB = 60.0, 64.0
QUEUES = "max_queued_messages 100000\nmax_queued_bytes 33554432\n"  # as broker/core/conf.py has it
CHUNK = 1000
VILLAGE, POST = f"{BASE}/kalibagor", f"{BASE}/kalibagor/node/pos-1"
AGAIN_S = 0.5
FENCE_S = 120.0  # what waits is read within it on a slow machine, too
INCIDENTS = ("pencurian", "kebakaran", "perampokan", "pembunuhan", "pemerkosaan", "kecelakaan", "ternak", "lainnya",
             "banjir")


def _named(body: str = "") -> bytes:
    return f'{{"identifier": "{secrets.token_hex(30)}"{body}}}'.encode()


# What each sends: its topic and payload, by the number of the message.
FLOODS: dict[str, Callable[[int], tuple[str, bytes]]] = {
    "alarms of no incident": lambda _: (f"{VILLAGE}/alarm/xyzzy", b"rubbish"),
    "alarms without a name": lambda _: (f"{VILLAGE}/alarm/kebakaran", b""),
    "alarms with a name each": lambda _: (f"{VILLAGE}/alarm/kebakaran", _named()),
    "alarms with notes of 4 kB": lambda _: (f"{VILLAGE}/alarm/kebakaran", b"x" * 4000),
    "alarm and all-clear by turns": lambda number: (f"{VILLAGE}/alarm/{('kebakaran', 'aman')[number % 2]}", _named()),
    "alarms that are tests": lambda _: (f"{VILLAGE}/alarm/kebakaran", _named(', "status": "Test"')),
    "late alarms": lambda _: (f"{VILLAGE}/alarm/kebakaran", _named(', "age_s": 500')),
    "rounds": lambda _: (f"{VILLAGE}/ronda", _named()),
    "events of 3 kB": lambda _: (f"{POST}/event", b'{"event": "fault", "reason": "' + b"x" * 3000 + b'"}'),
}


def measure(run: Run) -> Iterator[Row]:
    """The rows of growth. Raises MeasureError, NeverError, BrokerError."""
    with parts.broker(run.folder / "broker", QUEUES) as endpoint, parts.hub(run.folder / "hub", endpoint) as hub:
        yield _row("idle", "idle", processes.peak_mb(hub.pid))
        for number, (name, message) in enumerate(FLOODS.items()):
            count = run.count(30_000, 2_000)
            run.show(f"{count} {name}")
            _flood(endpoint, message, count)
            _settle(endpoint, hub, INCIDENTS[number])
            yield _row(f"memory.{number}", name, processes.peak_mb(hub.pid))
        size = sum(each.stat().st_size for each in hub.state_dir.iterdir())
    yield Row("growth.journal", GROUP, "journal, with what SQLite keeps beside it", "MB", (size / 1e6,),
              aims=(Aim(Mark.MAX, MOST_JOURNAL_MB),))


def _row(key: str, name: str, value: float) -> Row:
    return Row(f"growth.{key}", GROUP, f"memory at the highest, {name}", "MB", (value,),
               aims=(Aim(Mark.MAX, MOST_MB),))


def _flood(endpoint: Endpoint, message: Callable[[int], tuple[str, bytes]], count: int) -> None:
    with Connection(endpoint) as rogue:
        for begin in range(0, count, CHUNK):
            chunk = (message(begin + number) for number in range(min(CHUNK, count - begin)))
            rogue.write(b"".join(packets.publish(*each) for each in chunk))


def _settle(endpoint: Endpoint, hub: Posko, incident: str) -> None:
    """Returns when the hub has written an alarm of another village, which comes behind all that it took in.

    Of what it reports, much is left out in a flood. While the broker's queue for it is full, the broker drops the
    newest: so the alarm is published again until it is there, as a post does.
    """
    question = "SELECT 1 FROM alarms WHERE village = 'olean' AND incident = ?"

    def accepted() -> bool:
        with Connection(endpoint) as other:
            other.publish(f"{BASE}/olean/alarm/{incident}")
        sleep(AGAIN_S)
        return bool(hub.rows(question, incident))

    wait_until(accepted, "the hub did not accept another village's alarm", FENCE_S)
