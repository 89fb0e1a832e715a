"""What goes to the open pages: the latest view to each, never a queue of them. Must not know what a view means.

    the loop ──wake──> pump: at most 5 times a second ──> each stream's slot: one view ──> the phone, as fast as it can
"""

import asyncio
from collections.abc import AsyncIterator

from contract.people import Person
from posko.web.core.state import State
from posko.web.view import Drawn, Renderer, lasting

LEAST_S = 0.2  # from one view to the next
PULSE_S = 5.0  # so often one comes at least
MOST, MOST_EACH = 2000, 8  # streams; of one session


class Stream:
    """An open page of *person*, logged in by *session*."""

    def __init__(self, session: str, person: Person, renderer: Renderer) -> None:
        self.session, self.person, self.renderer = session, person, renderer
        self.shown: object = None  # what it was sent last, without what goes on by itself
        self.sent_at = 0.0
        self._view: bytes | None = None
        self._ready = asyncio.Event()
        self.closed = False

    def offer(self, view: bytes) -> None:
        """The view, as JSON, that is sent next; one that was not sent yet is forgotten."""
        self._view = view
        self._ready.set()

    def close(self) -> None:
        """Ends it."""
        self.closed = True
        self._ready.set()

    async def events(self) -> AsyncIterator[bytes]:
        """Server-sent events (WHATWG HTML, section 9.2), until it is closed."""
        yield b"retry: 2000\n\n"
        while True:
            await self._ready.wait()
            self._ready.clear()
            if self.closed:
                yield b"event: selesai\ndata: {}\n\n"
                return
            view, self._view = self._view, None
            if view is not None:
                yield b"event: keadaan\ndata: " + view + b"\n\n"


class Streams:
    """All open pages."""

    def __init__(self) -> None:
        self._all: dict[int, Stream] = {}

    def __len__(self) -> int:
        return len(self._all)

    def add(self, stream: Stream) -> bool:
        """Takes one more; the oldest of its session ends where it has too many. False if there is no room."""
        if len(self._all) >= MOST:
            return False
        own = [each for each in self._all.values() if each.session == stream.session]
        for each in own[: max(0, len(own) + 1 - MOST_EACH)]:
            each.close()
        self._all[id(stream)] = stream
        return True

    def remove(self, stream: Stream) -> None:
        """It has ended."""
        self._all.pop(id(stream), None)

    def close(self) -> None:
        """Ends all."""
        for each in self._all.values():
            each.close()

    async def show(self, state: State, now: float) -> None:
        """Offers each its view, if it has changed or the last one was long ago; ends those that are logged out."""
        drawn: dict[int, Drawn] = {}
        for number, stream in enumerate(tuple(self._all.values())):
            person = state.person_of(stream.session)
            if person is None:
                stream.close()
                continue
            renderer = stream.renderer
            picture = drawn.get(id(renderer)) or drawn.setdefault(id(renderer), renderer.draw(state))
            own = renderer.own(picture, person)
            shown = (picture.shared(person).lasting, lasting(own))
            if shown != stream.shown or now >= stream.sent_at + PULSE_S:
                stream.shown, stream.sent_at = shown, now
                stream.offer(renderer.body(picture, person, own))
            if number % 20 == 19:
                await asyncio.sleep(0)  # requests go between
