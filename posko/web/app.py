"""The page's routes over HTTP: reads requests, asks the desk, answers. Decides nothing.

With `guard.py` and `static_files.py` the only home of starlette.

Every action is a POST with the session's cookie and its CSRF token; what the person may do is decided by the core.
"""

import asyncio
import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request as HttpRequest
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from contract.people import Person
from contract.roles import Role
from contract.wire.codec import Refusal
from posko.labels.labels import Labels
from posko.labels.language import Language, Text
from posko.web import answers, bodies, people, sessions, static_files
from posko.web.core.asked import Answer, Enter, Leave, Outcome, Request
from posko.web.core.state import State
from posko.web.guard import Guarded
from posko.web.history import History, HistoryError
from posko.web.streams import LEAST_S, PULSE_S, Stream, Streams
from posko.web.templates import Pages
from posko.web.view import Renderer, encode
from runtime import clock

MOST_BYTES = 16_384  # of a request's body
BODY_S = 10.0  # for a body to arrive
AFTER_S = 0.05  # what rings, and who records it, have the processor first
SHARE = 4  # so many times as long as the views took to make the next ones are waited for
ANSWER_S = 15.0  # for the loop to answer
_STATUS = {
    Outcome.KEPT: 202, Outcome.DONE: 200, Outcome.FORBIDDEN: 403, Outcome.STRANGER: 401, Outcome.BAD: 400,
    Outcome.UNKNOWN: 400, Outcome.TOO_LATE: 409, Outcome.OTHERS: 409, Outcome.TOO_OFTEN: 429, Outcome.FULL: 503,
    Outcome.DISK: 503, Outcome.UNLINKED: 503, Outcome.NOT_READY: 503, Outcome.USED: 401,
}
HOME = {Role.WARGA: "/", Role.PETUGAS: "/petugas", Role.OPERATOR: "/posko", Role.READER: "/layar"}
# Who may open which page: an operator every one.
PAGES = {"/petugas": ("petugas", (Role.PETUGAS, Role.OPERATOR)), "/posko": ("posko", (Role.OPERATOR,)),
         "/layar": ("layar", (Role.READER, Role.OPERATOR, Role.PETUGAS))}


class Desk(Protocol):
    """The loop, as the routes see it."""

    @property
    def state(self) -> State:
        """What is known now."""

    def ask(self, person: Person, request: Request, answered: Callable[[Answer], None]) -> None:
        """Has *request* decided; *answered* is called in the loop's thread."""


class Refused(Exception):  # noqa: N818 - an answer, no error
    """A request that is answered with a sentence."""

    def __init__(self, outcome: Outcome, text: Text | None = None, wait_s: float = 0.0, **values: object) -> None:
        self.outcome, self.text, self.wait_s, self.values = outcome, text or answers.SALAH[outcome], wait_s, values
        super().__init__(outcome)


class Page:
    """The application. `woken` is called by the loop, in its thread, when there may be something new."""

    def __init__(self, desk: Desk, labels: dict[Language, Labels], renderers: dict[Language, Renderer],
                 history: History, *, secure: bool) -> None:
        self._desk, self._labels, self._renderers, self._history = desk, labels, renderers, history
        self._secure = secure
        self._pages, self._streams, self._tries = Pages(), Streams(), sessions.Tries()
        self._one_login = asyncio.Lock()  # one scrypt at a time: they take memory, and a processor
        self._static = static_files.read()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._changed: asyncio.Event | None = None
        self.beat_at = clock.now()
        self.app: ASGIApp = Guarded(self._make())

    def woken(self) -> None:
        """Something may be new: the open pages are shown it."""
        loop, changed = self._loop, self._changed
        if loop is not None and changed is not None:
            with suppress(RuntimeError):  # it is ending
                loop.call_soon_threadsafe(changed.set)

    def _make(self) -> Starlette:
        routes = [
            Route("/", self._home), Route("/masuk", self._door), Route("/masuk", self._enter, methods=["POST"]),
            Route("/keluar", self._leave, methods=["POST"]), Route("/bahasa", self._language),
            Route("/api/keadaan", self._state), Route("/api/kejadian", self._events),
            Route("/api/riwayat", self._past), Route("/posko/laporan.csv", self._csv),
            Route("/static/{name:path}", self._file), Route("/sw.js", self._worker),
            Route("/manifest.webmanifest", self._manifest), Route("/favicon.ico", self._icon),
            *(Route(path, self._page) for path in PAGES),
            *(Route(f"/api/{word}", self._act, methods=["POST"]) for word in bodies.KINDS),
        ]
        return Starlette(routes=routes, lifespan=self._lifespan, exception_handlers={
            Refused: self._refused, HTTPException: self._wrong, Exception: self._failed})

    @asynccontextmanager
    async def _lifespan(self, _app: object) -> AsyncIterator[None]:
        self._loop, self._changed = asyncio.get_running_loop(), asyncio.Event()
        pump = asyncio.create_task(self._pump(self._changed))
        yield
        self._streams.close()
        pump.cancel()

    async def _pump(self, changed: asyncio.Event) -> None:
        """Shows the open pages what is new; at most 5 times a second."""
        while True:
            self.beat_at = clock.now()
            with suppress(TimeoutError):
                await asyncio.wait_for(changed.wait(), PULSE_S / 5)
            await asyncio.sleep(AFTER_S)
            changed.clear()
            now = clock.now()
            await self._streams.show(self._desk.state.at(now), now)
            # Hundreds of pages are shown it more rarely: hub and posts have the processor first.
            await asyncio.sleep(max(LEAST_S, SHARE * (clock.now() - now)))

    # Pages.

    async def _home(self, request: HttpRequest) -> Response:
        found = self._who(request)
        if found is None:
            return RedirectResponse("/masuk", 303)
        if found[1].role is not Role.WARGA:
            return RedirectResponse(HOME[found[1].role], 303)
        return self._html(request, "warga", found)

    async def _page(self, request: HttpRequest) -> Response:
        name, roles = PAGES[request.url.path]
        found = self._who(request)
        if found is None:
            return RedirectResponse("/masuk", 303)
        return self._html(request, name, found) if found[1].role in roles else RedirectResponse("/", 303)

    async def _door(self, request: HttpRequest) -> Response:
        return self._html(request, "masuk", self._who(request))

    def _html(self, request: HttpRequest, name: str, found: tuple[str, Person] | None) -> Response:
        speech = self._speech(request)
        view = None if found is None else self._renderers[speech].first(self._desk.state.at(clock.now()), found[1])
        text = self._pages.render(name, speech, csrf=sessions.csrf(found[0]) if found else "", view=view,
                                  district=self._labels[speech].district)
        return Response(text, media_type="text/html", headers={"Cache-Control": "no-store"})

    async def _language(self, request: HttpRequest) -> Response:
        wanted = request.query_params.get("ke", "")
        speech = wanted if wanted in {each.value for each in Language} else Language.ID.value
        path = request.query_params.get("dari", "")
        path = path if path in ("/masuk", *PAGES) else "/"  # never another site's
        answer = RedirectResponse(path, 303)
        answer.set_cookie(sessions.LANGUAGE_COOKIE, speech, max_age=sessions.COOKIE_S, samesite="strict",
                          secure=self._is_secure(request))
        return answer

    async def _file(self, request: HttpRequest) -> Response:
        return self._static.answer(request.path_params["name"], request.headers.get("if-none-match", ""),
                                   lasting="v" in request.query_params)

    async def _worker(self, request: HttpRequest) -> Response:
        """At the root: a service worker rules the paths below its own."""
        return self._static.answer("sw.js", request.headers.get("if-none-match", ""), lasting=False)

    async def _manifest(self, request: HttpRequest) -> Response:
        return self._static.answer("manifest.webmanifest", request.headers.get("if-none-match", ""), lasting=False)

    async def _icon(self, request: HttpRequest) -> Response:
        return self._static.answer("favicon.ico", request.headers.get("if-none-match", ""), lasting=False)

    # Sessions.

    async def _enter(self, request: HttpRequest) -> Response:
        if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
            raise Refused(Outcome.FORBIDDEN, answers.FORGED)
        address = request.client.host if request.client is not None else ""
        wait_s = self._tries.take(address, clock.now())
        if wait_s:
            raise Refused(Outcome.TOO_OFTEN, wait_s=wait_s)
        code = bodies.read_code(await _body(request))
        if isinstance(code, Refusal):
            raise Refused(Outcome.STRANGER, answers.WRONG_CODE)
        async with self._one_login:
            person = await run_in_threadpool(people.whose, code, tuple(self._desk.state.people.values()))
        if person is None:
            raise Refused(Outcome.STRANGER, answers.WRONG_CODE)
        token = sessions.new_token()
        answer = await self._ask(person, Enter(sessions.digest(token)))
        if answer.outcome is not Outcome.DONE:
            raise Refused(answer.outcome, wait_s=answer.wait_s)
        response = _json({"name": person.display or person.name, "role": person.role.value,
                          "ke": HOME[person.role]})
        response.set_cookie(sessions.COOKIE, token, max_age=sessions.COOKIE_S, httponly=True, samesite="strict",
                            secure=self._is_secure(request))
        return response

    async def _leave(self, request: HttpRequest) -> Response:
        token, person = self._acting(request)
        await self._ask(person, Leave(sessions.digest(token)))
        response = _json({"ke": "/masuk"})
        response.delete_cookie(sessions.COOKIE, httponly=True, samesite="strict", secure=self._is_secure(request))
        return response

    def _who(self, request: HttpRequest) -> tuple[str, Person] | None:
        """The token and the person of the session, if there is one."""
        token, state = request.cookies.get(sessions.COOKIE, ""), self._desk.state
        person = state.person_of(sessions.digest(token)) if token else None
        if token and person is None and not state.remembered:  # nobody knows (yet) who is logged in
            raise Refused(Outcome.DISK if state.disk else Outcome.NOT_READY, wait_s=2.0)
        return None if person is None else (token, person)

    def _logged_in(self, request: HttpRequest) -> tuple[str, Person]:
        found = self._who(request)
        if found is None:
            raise Refused(Outcome.STRANGER)
        return found

    def _acting(self, request: HttpRequest) -> tuple[str, Person]:
        """Who acts, once it is certain that a page of ours asks."""
        token, person = self._logged_in(request)
        if not sessions.is_csrf(token, request.headers.get("x-csrf", "")):
            raise Refused(Outcome.FORBIDDEN, answers.FORGED)
        return token, person

    def _is_secure(self, request: HttpRequest) -> bool:
        return self._secure or request.url.scheme == "https"

    def _speech(self, request: HttpRequest) -> Language:
        return Language.EN if request.cookies.get(sessions.LANGUAGE_COOKIE) == Language.EN else Language.ID

    # What a page asks for.

    async def _state(self, request: HttpRequest) -> Response:
        _, person = self._logged_in(request)
        view = self._renderers[self._speech(request)].first(self._desk.state.at(clock.now()), person)
        return Response(encode(view), media_type="application/json", headers={"Cache-Control": "no-store"})

    async def _events(self, request: HttpRequest) -> Response:
        token, person = self._logged_in(request)
        renderer = self._renderers[self._speech(request)]
        stream = Stream(sessions.digest(token), person, renderer)
        if not self._streams.add(stream):
            raise Refused(Outcome.FULL, wait_s=30.0)
        stream.offer(encode(renderer.first(self._desk.state.at(clock.now()), person)))

        async def flow() -> AsyncIterator[bytes]:
            try:
                async for each in stream.events():
                    yield each
            finally:
                self._streams.remove(stream)

        return StreamingResponse(flow(), media_type="text/event-stream",
                                 headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})

    async def _act(self, request: HttpRequest) -> Response:
        _, person = self._acting(request)
        word = request.url.path.rpartition("/")[2]
        wanted = bodies.read(word, await _body(request), lambda: f"web.{secrets.token_hex(10)}")
        if isinstance(wanted, Refusal):
            raise Refused(Outcome.BAD, what=wanted.reason)
        answer = await self._ask(person, wanted)
        if answer.outcome is not Outcome.KEPT:
            raise Refused(answer.outcome, wait_s=answer.wait_s)
        return _json({"identifier": answer.identifier}, 202)

    async def _ask(self, person: Person, wanted: Request) -> Answer:
        """What the loop answers."""
        loop = asyncio.get_running_loop()
        found: asyncio.Future[Answer] = loop.create_future()

        def settle(answer: Answer) -> None:
            if not found.done():
                found.set_result(answer)

        def answered(answer: Answer) -> None:
            with suppress(RuntimeError):  # the page is ending
                loop.call_soon_threadsafe(settle, answer)

        self._desk.ask(person, wanted, answered)
        try:
            return await asyncio.wait_for(found, ANSWER_S)
        except TimeoutError:
            raise Refused(Outcome.DISK) from None

    async def _past(self, request: HttpRequest) -> Response:
        return _json(await self._read_past(request, self._history.months))

    async def _csv(self, request: HttpRequest) -> Response:
        month = request.query_params.get("bulan", "")
        found = await self._read_past(request, self._history.csv)
        return Response(found, media_type="text/csv", headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="laporan-{month or "semua"}.csv"'})

    async def _read_past(self, request: HttpRequest, read: Callable[[str, Labels], Any]) -> Any:
        _, person = self._logged_in(request)
        month, speech = request.query_params.get("bulan", ""), self._speech(request)
        if person.role is not Role.OPERATOR:
            raise Refused(Outcome.FORBIDDEN)
        if month and not History.is_month(month):
            raise Refused(Outcome.BAD, what=f"bulan {month[:20]!r}")
        try:
            return await run_in_threadpool(read, month, self._labels[speech])
        except HistoryError as error:
            raise Refused(Outcome.DISK, error.text) from None

    # Faults.

    async def _refused(self, request: HttpRequest, error: Exception) -> Response:
        assert isinstance(error, Refused)  # noqa: S101 - what it is registered for
        sentence = error.text.say(self._speech(request), **error.values)
        response = _json({"salah": sentence, "kode": error.outcome.value}, _STATUS[error.outcome])
        if error.wait_s:
            response.headers["Retry-After"] = str(int(error.wait_s) + 1)
        return response

    async def _wrong(self, request: HttpRequest, error: Exception) -> Response:
        status = error.status_code if isinstance(error, HTTPException) else 404
        return _json({"salah": answers.NOT_THERE.say(self._speech(request)), "kode": "tidak-ada"}, status)

    async def _failed(self, request: HttpRequest, _error: Exception) -> Response:
        return _json({"salah": answers.FAILED.say(self._speech(request)), "kode": "gagal"}, 500)


def _json(found: object, status: int = 200) -> Response:
    text = json.dumps(found, ensure_ascii=False).encode(errors="replace")
    return Response(text, status, media_type="application/json", headers={"Cache-Control": "no-store"})


async def _body(request: HttpRequest) -> bytes:
    """The body, if it is not too long, nor too slow."""
    found = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.stream():
                found += part
                if len(found) > MOST_BYTES:
                    raise Refused(Outcome.BAD, what=f"> {MOST_BYTES} bytes")
    except TimeoutError:
        raise Refused(Outcome.BAD, what=f"> {BODY_S:g} s") from None
    return bytes(found)
