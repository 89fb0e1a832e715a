"""The page as a process, with people of its own, and a phone that speaks HTTP to it. Must not decide anything."""

import http.client
import json
import re
import ssl
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from threading import Condition
from typing import Any, NamedTuple, Self

from contract import people
from contract.people import PeopleFile, Person
from contract.roles import Role
from runtime.files import SHIPPED
from testing.program import LIMIT_S, Program

_WHERE = re.compile(r"listening on https?://([0-9.]+):(\d+) ")


class Invited(NamedTuple):
    """Somebody for the people file, and the code on the card."""

    person: Person
    code: str


def invite(number: int, name: str, role: Role, villages: tuple[str, ...] = (), *, everywhere: bool = False) -> Invited:
    """Somebody with a code of their own; each *number*, of 0 to 999, has another. The hash is cheap: no secret."""
    alphabet = people.ALPHABET[:10]
    code = f"{''.join(alphabet[int(digit)] for digit in f'{number:03}')}KMNPQRSTU"
    made = people._scrypt(code, bytes(people.SALT_BYTES), 2, 1, 1).hex()  # noqa: SLF001 - as hashed, but quick
    hash_ = f"2$1$1${'00' * people.SALT_BYTES}${made}"
    return Invited(Person(name=name, role=role, villages=villages, everywhere=everywhere, issued=1000 + number,
                          code=hash_, key=people.key(code)), code)


class PageProgram(Program):
    """A page process with its own folder; it can be killed and started again, on the port that it had."""

    def __init__(
        self, folder: Path, broker: int | Mapping[str, Any], invited: Iterable[Invited],
        changed: Condition | None = None, /, **settings: object,
    ) -> None:
        """*broker* is the port of one on this machine without accounts, or the setting `broker`."""
        folder.mkdir(parents=True, exist_ok=True)
        self.state_dir = folder / "state"
        self.people_file = folder / "people.json"
        self._path = folder / "web.yaml"
        self._port = 0
        way = {"host": "127.0.0.1", "port": broker} if isinstance(broker, int) else dict(broker)
        self._settings = {
            "district": str(SHIPPED / "situbondo.yaml"), "broker": way, "people": str(self.people_file),
            "state_dir": str(self.state_dir), "listen": "127.0.0.1:0", **settings,
        }
        self.write_people(invited)
        self.arguments = ("web", "--config", str(self._path))
        super().__init__("web", self.arguments, changed=changed)

    def begin(self, env: Mapping[str, str] | None = None, *, linked: bool = True) -> Self:
        """Starts the page, and returns when it is linked, unless that is not to be. Raises NeverError."""
        self.write_settings()
        since = len(self.lines)
        self.start(env)
        self.expect("listening on", since)
        assert self.address is not None  # noqa: S101 - it says where
        self._port = self.address[1]
        self._settings["listen"] = f"127.0.0.1:{self._port}"
        if linked:
            self.expect("linked:", since)
        return self

    def write_settings(self) -> None:
        """Writes the settings file."""
        self._path.write_text(json.dumps(self._settings), "utf-8")

    def write_people(self, invited: Iterable[Invited]) -> None:
        """Replaces the people file, as the broker's commands do."""
        new = self.people_file.with_suffix(".new")
        new.write_text(people.write_file(PeopleFile("situbondo", tuple(each.person for each in invited))), "utf-8")
        new.replace(self.people_file)

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it said last that it listens, if it did."""
        found = [match for line in self.lines if (match := _WHERE.search(line)) is not None]
        return (found[-1][1], int(found[-1][2])) if found else None

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._port


class Answered(NamedTuple):
    """What the page answered."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read."""
        return json.loads(self.body)


class Phone:
    """A browser, as far as HTTP goes; with the certificate of an authority in *ca_file*, HTTPS."""

    def __init__(self, port: int, ca_file: Path | None = None) -> None:
        self.port = port
        self._context = None if ca_file is None else ssl.create_default_context(cafile=str(ca_file))
        self.cookie = ""
        self.csrf = ""

    def enter(self, invited: Invited) -> Answered:
        """Logs in with the code of a card, and reads the page's CSRF token."""
        answer = self.ask("POST", "/masuk", {"code": invited.code})
        if answer.status == 200:
            self.cookie = answer.headers["set-cookie"].partition(";")[0]
            home = self.ask("GET", answer.json["ke"])
            found = re.search(r'name="csrf" content="([0-9a-f]+)"', home.body.decode())
            self.csrf = "" if found is None else found[1]
        return answer

    def ask(
        self, method: str, path: str, body: object = None, headers: Mapping[str, str] | None = None,
    ) -> Answered:
        """One request on a connection of its own. A *body* that is bytes goes out as it is. Raises OSError."""
        sent = {"X-CSRF": self.csrf, "Cookie": self.cookie, **(headers or {})}
        sent = {name: value for name, value in sent.items() if value}
        payload = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
        with closing(self._connection()) as connection:
            connection.request(method, path, payload, sent)
            found = connection.getresponse()
            headers_ = {name.lower(): value for name, value in found.getheaders()}
            return Answered(found.status, headers_, found.read())

    def _connection(self) -> http.client.HTTPConnection:
        if self._context is None:
            return http.client.HTTPConnection("127.0.0.1", self.port, timeout=LIMIT_S)
        return http.client.HTTPSConnection("localhost", self.port, timeout=LIMIT_S, context=self._context)

    def do(self, word: str, **body: object) -> Answered:
        """POST /api/WORD."""
        return self.ask("POST", f"/api/{word}", body)

    def view(self) -> Any:
        """What the person sees now."""
        return self.ask("GET", "/api/keadaan").json

    def stream(self) -> Iterator[Any]:
        """Each view that comes, until the page ends the stream. Raises OSError."""
        with closing(self._connection()) as connection:
            connection.request("GET", "/api/kejadian", headers={"Cookie": self.cookie})
            found = connection.getresponse()
            event = ""
            while line := found.readline():
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name == "event":
                    event = value
                elif name == "data" and event == "keadaan":
                    yield json.loads(value)
