"""The page: from a phone's POST to the relay beside `mosquitto_pub`; and 300 open pages while 50 people press at once.

    POST /api/alarm ──> page ──┐
    mosquitto_pub ─────────────┼──> Mosquitto ──> node ──> relay: the simulated pin's instant
    raw socket ────────────────┘

All three in turn, so that all meet the same machine. A POST is counted from before its connection is made, and
mosquitto_pub from before its process is.
"""

import json
import socket
import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from http.client import HTTPException
from itertools import cycle
from selectors import EVENT_READ, DefaultSelector
from threading import Event, Thread
from time import sleep

from benchmarks import parts
from benchmarks.latency import INCIDENTS, VILLAGES
from benchmarks.parts import BASE, Node
from benchmarks.publisher import Connection, Endpoint, Listener
from benchmarks.report import Aim, Mark, Row
from benchmarks.run import REST_S, WAIT_S, MeasureError, Run, now, wait_until
from broker.mosquitto import program
from contract.roles import Role
from contract.wire.event import Kind, Report, read_event
from posko.web.core.effects import SaveSession
from posko.web.core.state import Session
from posko.web.sessions import csrf, digest
from posko.web.store import NAME, WebStore
from runtime.inbox import Inbox
from testing.page import Invited, PageProgram, Phone, invite
from testing.posko import Posko

ABOUT = "a phone's press to relay beside mosquitto_pub; 300 open pages and 50 presses at once"
PHONES, PRESSES = 300, 50
HOME = VILLAGES[:-1]
OPERATOR = invite(999, "operator", Role.OPERATOR, everywhere=True)
ROUNDS = 85  # of three alarms, of 54 keys: a sixth of one key within seconds waits at the post, by its limit
ABOVE_MS = 50.0  # how much longer than mosquitto_pub's way a press through the page may take


class OpenPages:
    """Many streams of views, read by one thread. Use as a context manager."""

    def __init__(self, phones: list[Phone]) -> None:
        self._selector = DefaultSelector()
        self._ending = Event()
        self.views = 0
        for phone in phones:
            found = socket.create_connection(("127.0.0.1", phone.port), WAIT_S)
            found.sendall(f"GET /api/kejadian HTTP/1.1\r\nHost: x\r\nCookie: {phone.cookie}\r\n\r\n".encode())
            self._selector.register(found, EVENT_READ)
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> "OpenPages":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.set()
        self._thread.join(WAIT_S)
        for key in tuple(self._selector.get_map().values()):
            self._selector.unregister(key.fileobj)
            key.fileobj.close()  # type: ignore[union-attr]

    def _run(self) -> None:
        while not self._ending.is_set():
            for key, _ in self._selector.select(0.2):
                found = key.fileobj.recv(65536)  # type: ignore[union-attr]
                self.views += found.count(b"event: keadaan")
                if not found:
                    self._selector.unregister(key.fileobj)


def measure(run: Run) -> Iterator[Row]:
    """The rows of the page. Raises MeasureError, BrokerError, NeverError."""
    residents = [
        invite(number, f"warga-{number}", Role.WARGA, (HOME[number % len(HOME)],)) for number in range(PHONES)]
    with ExitStack() as stack:
        endpoint = stack.enter_context(parts.broker(run.folder / "broker"))
        hub = stack.enter_context(parts.hub(run.folder / "hub", endpoint))
        settings = {"alarms_per_minute": 60, "alarms_per_day": 1000}
        page = PageProgram(run.folder / "page", endpoint.port, [OPERATOR, *residents], **settings)
        stack.callback(page.stop)
        page.begin()
        phones = _logged_in(run, page, residents)
        with OpenPages(phones) as pages:
            yield from _crowd(run, hub, phones, pages)
            beside = _hub_times(run, endpoint, f"hub beside {PHONES} open pages")
        page.stop()
        alone = _hub_times(run, endpoint, "hub alone")
        group = "an alarm to the hub's word that it is on its disk"
        yield Row("page.hub.alone", group, "hub alone", "ms", alone)
        yield Row("page.hub.beside", group, f"beside {PHONES} open pages", "ms", beside, "page.hub.alone",
                  (Aim(Mark.MEDIAN, 1.5, "page.hub.alone"),))
        page.begin()
        # Last: of a post that reports so many alarms the hub takes nothing more for a while, nor of its village.
        with Node(run.folder / "node", parts.settings(run.folder / "node", endpoint)) as node, \
                Connection(endpoint) as publisher:
            yield from _latency(run, page, node, publisher, endpoint)


def _latency(run: Run, page: PageProgram, node: Node, publisher: Connection, endpoint: Endpoint) -> Iterator[Row]:
    operator = Phone(page.port)
    if operator.enter(OPERATOR).status != 200:
        raise MeasureError("the page does not let the operator in")
    keys, took = cycle([(village, incident) for incident in INCIDENTS for village in HOME]), {
        name: list[float]() for name in ("socket", "pub", "page")}
    pub = (program("mosquitto_pub"), "-p", str(endpoint.port), "-V", "mqttv5", "-q", "1", "-n", "-t")

    def by_page(village: str, incident: str, number: int) -> None:
        answer = operator.do("alarm", village=village, incident=incident, identifier=f"bench.{number}")
        if answer.status != 202:
            raise MeasureError(f"the page answers {answer.status}: {answer.body[:200]!r}")

    ways: dict[str, Callable[[str, str, int], object]] = {
        "socket": lambda village, incident, _: publisher.publish(f"{BASE}/{village}/alarm/{incident}"),
        "pub": lambda village, incident, _: subprocess.run([*pub, f"{BASE}/{village}/alarm/{incident}"], check=True),
        "page": by_page,
    }
    for number in run.times("press to relay", run.count(ROUNDS, 10), 180.0):
        for name, ring in ways.items():
            village, incident = next(keys)
            since = len(node.changes)
            sleep(REST_S)
            at = now()
            ring(village, incident, number)
            took[name].append(1000 * (node.switched_on("siren", since) - at))
            publisher.publish(f"{BASE}/semua/command/silence")
            node.at_rest(since)
    group, floor = "one who rings to the relay", sorted(took["pub"])[len(took["pub"]) // 2]
    yield Row("page.press.socket", group, "raw socket", "ms", tuple(took["socket"]))
    yield Row("page.press.pub", group, "mosquitto_pub", "ms", tuple(took["pub"]), "page.press.socket")
    yield Row("page.press.page", group, "POST to the page", "ms", tuple(took["page"]), "page.press.pub")
    yield Row("page.press.more", group, "POST beyond the median of mosquitto_pub", "ms",
              tuple(each - floor for each in took["page"]), aims=(Aim(Mark.MEDIAN, ABOVE_MS),))


def _logged_in(run: Run, page: PageProgram, residents: list[Invited]) -> list[Phone]:
    """A phone for each resident. The page takes 30 tries of a code a minute, so their sessions are of before."""
    run.show(f"{len(residents)} residents log in")
    page.stop()
    phones = []
    with WebStore(page.state_dir / NAME, Inbox()) as store:
        for number, each in enumerate(residents):
            phone = Phone(page.port)
            token = f"benchmark-{number}"
            phone.cookie, phone.csrf = f"sesi={token}", csrf(token)
            store.put(SaveSession(number, digest(token), Session(each.person.name, each.person.issued)))
            phones.append(phone)
    page.begin()
    return phones


def _crowd(run: Run, hub: Posko, phones: list[Phone], pages: OpenPages) -> Iterator[Row]:
    """Fifty press at one instant, each something else, while three hundred look."""
    wait_until(lambda: pages.views >= len(phones), "not every open page was shown a view")
    took: list[float] = []
    expected: set[str] = set()
    with ThreadPoolExecutor(PRESSES) as pool:
        for turn in run.times(f"{PRESSES} presses at once", run.count(5, 1), 240.0):
            wanted = [(phone, HOME[number % len(HOME)], INCIDENTS[number // len(HOME)], f"crowd.{turn}.{number}")
                      for number, phone in enumerate(phones[:PRESSES])]
            took += [each for each in pool.map(lambda each: _press(run, *each), wanted) if each is not None]
            pressed = {name for *_, name in wanted}
            _wait(run, hub, pressed, phones)
            expected |= pressed
            sleep(13.0 if run.count(1, 0) else 1.0)  # of one incident in a village the hub takes one in 10 s
    names = [name for row in hub.rows("SELECT identifier, also FROM alarms") for name in {row[0], *json.loads(row[1])}]
    lost, twice = expected - set(names), [name for name in expected if names.count(name) > 1]
    group = f"{PRESSES} presses at once, {len(phones)} open pages"
    yield Row("page.crowd.answer", group, "POST to its answer: it is on the disk", "ms", tuple(took),
              reason="none was answered")
    yield Row("page.crowd.lost", group, f"presses that the hub has not, of {len(expected)}", "presses",
              (float(len(lost)),), aims=(Aim(Mark.MAX, 0.0),))
    yield Row("page.crowd.twice", group, "presses that the hub has twice", "presses", (float(len(twice)),),
              aims=(Aim(Mark.MAX, 0.0),))


def _wait(run: Run, hub: Posko, pressed: set[str], phones: list[Phone]) -> None:
    """Waits until the hub has all that was *pressed*, WAIT_S at most, and shows how far what it lacks has come."""
    with suppress(MeasureError):
        wait_until(lambda: _names(hub) >= pressed, "the hub does not have every press")
    missing = sorted(pressed - _names(hub))
    if missing:
        said = [line for line in hub.lines if any(name in line for name in missing)]
        run.show(f"the hub lacks {missing[:5]} after {WAIT_S:g} s; {_shown(phones[:PRESSES], missing)}; {said[-2:]}")


def _shown(phones: list[Phone], missing: list[str]) -> str:
    """As what the page shows to *phones* the presses that are *missing* at the hub."""
    try:
        states = [press["state"] for phone in phones for press in phone.view()["presses"]
                  if press["identifier"] in missing]
    except (OSError, HTTPException, LookupError, ValueError) as error:
        return f"the page does not show them: {error!r}"
    return f"the page shows them as {states[:5]}"


def _press(run: Run, phone: Phone, village: str, incident: str, name: str) -> float | None:
    """How long the page took to answer that it has the press, in ms; None if it did not, which is shown."""
    at = now()
    try:
        answer = phone.do("alarm", village=village, incident=incident, identifier=name)
    except (OSError, HTTPException) as error:
        run.show(f"press {name}: the page does not answer: {error!r}")
        return None
    took_ms = 1000 * (now() - at)
    if answer.status != 202:
        run.show(f"press {name}: the page answers {answer.status}: {answer.body[:200]!r}")
        return None
    return took_ms


def _names(hub: Posko) -> set[str]:
    return {name for (name,) in hub.rows("SELECT identifier FROM names")}


def _hub_times(run: Run, endpoint: Endpoint, what: str) -> tuple[float, ...]:
    """How long after a publish the hub has the alarm on its disk, and reports so."""
    took = []
    keys = cycle([(village, incident) for incident in INCIDENTS for village in HOME])
    with Connection(endpoint) as publisher, Listener(endpoint, f"{BASE}/posko/event") as events:
        publisher.publish(f"{BASE}/semua/alarm/aman")  # what is in force would merge with what is raised
        sleep(1.0)
        for number in run.times(what, run.count(50, 5), 60.0):
            village, incident = next(keys)
            name = f"{what.replace(' ', '-')}.{number}"
            sleep(REST_S)
            at = publisher.publish(f"{BASE}/{village}/alarm/{incident}", json.dumps({"identifier": name}).encode())
            took.append(1000 * (_accepted(events, name) - at))
            publisher.publish(f"{BASE}/semua/alarm/aman")
    return tuple(took)


def _accepted(events: Listener, name: str) -> float:
    while True:
        at, packet = events.next(f"the hub's word of {name}")
        report = read_event(packet.payload)
        if isinstance(report, Report) and report.kind == Kind.ACCEPTED and report.text("identifier") == name:
            return at
