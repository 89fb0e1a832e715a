"""The page's loop: inbox -> step -> effects. Wires the parts together; must not decide anything.

    phones ──> http thread ──asked──> inbox ──> step ──> here ──┬──> link (presses, commands)
       ^            ^                   ^                       ├──> store (this machine's disk)
       │            └──── state, answers┴── link, store, clock <┘
       └── server-sent events           └── further districts, where it has some
"""

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from itertools import count
from pathlib import Path
from types import MappingProxyType

from contract.people import Person
from contract.settings.schema import SettingsError
from contract.wire.faults import Fault
from posko.labels.labels import make_labels
from posko.labels.language import Language
from posko.operator import connection, several
from posko.operator.core import fold
from posko.web import people, server
from posko.web.app import Page
from posko.web.config import Address, WebConfig
from posko.web.core import step
from posko.web.core.asked import Answer, Asked, PeopleRead, Request
from posko.web.core.effects import EndSession, Loaded, SaveSending, SaveSession
from posko.web.core.state import State
from posko.web.elsewhere import Elsewhere
from posko.web.history import History
from posko.web.store import NAME, WebStore
from posko.web.view import Renderer
from runtime import clock, stdout_writer
from runtime.core.effects import Log, Publish
from runtime.core.events import Clock, Faulted, Linked, Recovered, Tick, Unlinked
from runtime.inbox import Inbox
from runtime.loop import Loop
from runtime.stdout_writer import StdoutWriter
from runtime.worker import FaultReporter, Worker

PEOPLE_S = 1.0  # how often the people file is looked at
ROOM = 4


class Desk(Loop[State]):
    """A running page. `run` returns after `stop`."""

    def __init__(
        self, config: WebConfig, tell: Callable[[str], None] = lambda _line: None,
        line: Callable[[Mapping[str, object]], str] = stdout_writer.line, listen: Address | None = None,
        further: Mapping[str, Callable[[], several.Desk]] = MappingProxyType({}),
    ) -> None:
        """It listens at *listen*, if that is given, instead of where *config* says; *further* makes who looks at each
        of the further districts.
        """
        super().__init__(Inbox(ROOM))
        self._further = further
        self._config = config
        self._listen = config.settings.listen if listen is None else listen
        self._say, self._line = tell, line
        self._tickets = count(1)
        self._answered: dict[int, Callable[[Answer], None]] = {}
        settings = config.settings
        clock.adopt(config.district.zone)
        self.state = step.start(
            step.make_rules(config.district, config.catalogue, settings.alarms_per_minute, settings.alarms_per_day),
            fold.make_setup(config.district, config.catalogue), clock.now(), clock.wall())

    def ask(self, person: Person, request: Request, answered: Callable[[Answer], None]) -> None:
        """Has *request* decided; *answered* is called in the loop's thread. From any thread."""
        ticket = next(self._tickets)
        self._answered[ticket] = answered
        self._inbox.put(Asked(ticket, person, request))

    def run(self) -> None:
        """Runs the page until `stop`. Raises UserError where it cannot listen, or has no people file."""
        config = self._config
        known = people.read(config.people, config.district.district) if config.people.exists() else {}
        listening = server.listen(self._listen)
        place = "{}:{}".format(*listening.getsockname()[:2])
        with ExitStack() as parts:
            self._tell = parts.enter_context(StdoutWriter(self._say, self._inbox)).write
            labels = {each: make_labels(each, config.district, config.catalogue) for each in Language}
            self._page = Page(
                self, labels, {each: Renderer(config, found) for each, found in labels.items()},
                History(config.journal), secure=config.tls is not None)
            self._store = parts.enter_context(WebStore(config.state_dir / NAME, self._inbox))
            self._link = connection.make_link(config, self._inbox, "web")
            self._inbox.put(PeopleRead(known))
            parts.enter_context(_PeopleThread(config.people, config.district.district, self._inbox))
            parts.enter_context(Elsewhere(self._further, self._inbox))
            self._http = parts.enter_context(server.HttpThread(
                self._page.app, listening, lambda: self._page.beat_at, config.tls, config.settings.trusted_proxy))
            self._link.start()
            parts.callback(self._link.close)
            parts.callback(self._store.close)
            self._begin()
            scheme = "http" if config.tls is None else "https"
            self._place = f"{scheme}://{place}"
            self.state = self._iterate(self.state, step.next_due)

    def _advance(self, state: State, event: object, at: float) -> State:
        before = state.district.faults
        state, effects = step.step(state, event, at)
        self.state = state  # before anybody is answered
        self._do(effects)
        if not self._http.begun and isinstance(event, Loaded | Clock):  # a disk that hangs is not waited for for long
            self._open()
        self._mention(event, before)
        if not isinstance(event, Tick):
            self._page.woken()
        return state

    def _open(self) -> None:
        """What an earlier run left is known, as far as the disk gives it: phones are answered from now on."""
        self._http.begin()
        self._note({"event": "web", "text": f"listening on {self._place} for {self._config.district.name}, "
                                            f"{len(self.state.people)} people"})

    def _perform(self, effect: object) -> None:
        match effect:
            case Publish():
                self._link.publish(effect)
            case SaveSending() | SaveSession() | EndSession():
                self._store.put(effect)
            case Log(event):
                self._note(event)
                self._store.put(effect)
            case Answer(ticket):
                answered = self._answered.pop(ticket, None)
                if answered is not None:
                    answered(effect)
            case _:
                raise TypeError(f"{effect!r:.100}")

    def _mention(self, event: object, before: Mapping[str, str]) -> None:
        """What happens to the program itself, into its log; *before* are the faults that there were."""
        match event:
            case Linked():
                self._note({"event": "linked", "text": "the broker is there"})
            case Unlinked(reason):
                self._note({"event": "unlinked", "reason": reason})
            case Faulted(part, reason):
                self._note({"event": "fault", "part": part, "reason": reason})
            case Recovered(part) if part in before:
                self._note({"event": "recovered", "part": part})
            case _:
                pass

    def _note(self, event: Mapping[str, object]) -> None:
        self._tell(self._line({name: each for name, each in event.items() if each is not None}))

    def _watched(self) -> Mapping[str, Callable[[], str | None]]:
        return {
            Fault.LINK_WATCH: self._link.trouble, Fault.JOURNAL_WATCH: self._store.hung,
            Fault.HTTP_WATCH: self._http.trouble,
        }


class _PeopleThread:
    """Looks at the people file, and gives the loop what is new in it."""

    def __init__(self, path: Path, district: str, inbox: Inbox) -> None:
        self._path, self._district, self._inbox = path, district, inbox
        self._seen: tuple[int, int, int] | None = None  # it is read once more: it may have changed since
        self._faults = FaultReporter(inbox)
        self._worker = Worker("people", self._turn, self._failed, 10 * PEOPLE_S)

    def __enter__(self) -> "_PeopleThread":
        self._worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        self._worker.join(1.0)

    def _mark(self) -> tuple[int, int, int] | None:
        try:
            found = self._path.stat()
        except OSError:
            return None
        return found.st_mtime_ns, found.st_ino, found.st_size

    def _turn(self) -> None:
        self._worker.pause(PEOPLE_S)
        mark = self._mark()
        if mark != self._seen or self._faults.failing:
            self._inbox.put(PeopleRead(people.read(self._path, self._district)))
            self._seen = mark
            self._faults.well(Fault.PEOPLE)

    def _failed(self, error: Exception) -> None:
        """Who is known stays known: a file that is being replaced logs nobody out."""
        self._faults.failed(Fault.PEOPLE, "; ".join(error.faults) if isinstance(error, SettingsError) else repr(error))
