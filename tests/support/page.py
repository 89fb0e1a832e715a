"""A whole installation behind the page: broker, hub, a post's node and the page, each a process of its own."""

import hashlib
import json
import shutil
from collections.abc import Mapping, Sequence
from contextlib import closing
from email.message import Message
from http.client import HTTPConnection
from http.cookies import SimpleCookie
from itertools import count
from pathlib import Path
from typing import Self

from broker.mosquitto import free_port
from contract import people
from contract.people import PeopleFile, Person
from contract.roles import Role
from testing.posko import Posko
from testing.private_broker import PrivateBroker
from testing.program import LIMIT_S, Program
from tests.support.nodes import CONFIG
from tests.support.proxy import Proxy
from tests.support.quick import quick_drum
from tests.support.village import Post, impatient

Answer = tuple[int, str, Message]

VILLAGE, POST = "kalibagor", "Pos Kamling Kalibagor"
# One post, so that "1 dari 1" is all of them; a neighbour without any.
DISTRICT = {
    "district": "situbondo", "name": "Kecamatan Situbondo", "code": "35.12.07", "rhythms": "jawa-timur",
    "phones": {"polisi": "110", "posko": "0338-671234"},
    "villages": {
        "kalibagor": {
            "name": "Kalibagor", "kind": "desa", "code": "35.12.07.2001", "at": [-7.7666, 113.9802],
            "neighbours": ["kotakan"], "posts": {"pos-1": {"name": POST, "phone": "0812-3456-789"}},
            "outline": [[-7.76, 113.97], [-7.76, 113.99], [-7.775, 113.99], [-7.775, 113.97]],
        },
        "kotakan": {
            "name": "Kotakan", "kind": "desa", "code": "35.12.07.2004", "at": [-7.7433, 114.0015],
            "neighbours": ["kalibagor"], "posts": {},
        },
    },
}
# A machine that stalls is no mistake of the person's, and hundreds who log in within a minute guess no code.
PATIENT = (
    "posko.web.core.requests.MISTAKE_S = 600.0", "posko.web.sessions.PER_ADDRESS = posko.web.sessions.IN_ALL = 999",
)
KNOWN = {Role.WARGA: 150, Role.PETUGAS: 50, Role.OPERATOR: 50, Role.READER: 50}  # more than the tests of one run need


class Web(Program):
    """The page's process. It can be killed and started again, at the same address."""

    def __init__(self, folder: Path, broker: int, district: Path, journal: Path, also: Sequence[Path] = ()) -> None:
        folder.mkdir(parents=True)
        self.port = free_port()
        self.people_path = folder / "people.json"
        self._env = impatient(folder, *PATIENT)
        path = folder / "web.yaml"
        path.write_text(json.dumps({
            "district": str(district), "broker": {"host": "127.0.0.1", "port": broker}, "people": "people.json",
            "state_dir": str(folder / "state"), "listen": f"127.0.0.1:{self.port}", "trusted_proxy": ["127.0.0.1"],
            "alarms_per_minute": 60, "alarms_per_day": 1000, "journal": str(journal),
            "also": list(map(str, also)),
        }), "utf-8")
        super().__init__("web", ["web", "--config", str(path)])

    def begin(self) -> Self:
        """Starts it, and returns when it listens."""
        since = len(self.lines)
        self.start(self._env)
        self.expect("listening on", since)
        return self


class World:
    """Everything; use as a context manager. *also* are the settings of further districts that the page shows."""

    def __init__(self, folder: Path, also: Sequence[Path] = ()) -> None:
        config = folder / "config"
        shutil.copytree(CONFIG, config)
        (config / "situbondo.yaml").write_text(json.dumps(DISTRICT), "utf-8")
        quick_drum(config)
        district = config / "situbondo.yaml"
        self.broker = PrivateBroker(folder / "broker")
        self.hub = Posko(folder / "posko", self.broker.port, district)
        self.post = Post(folder / "post", self.broker.port, district=str(district), hub=True)
        self.web = Web(folder / "web", self.broker.port, district, self.hub.state_dir, also)
        self.proxy = Proxy(self.web.port)  # between the browsers and the page
        self._people: dict[str, Person] = {}
        numbers = count(1)
        self._free = {role: [self._make(role, next(numbers)) for _ in range(many)] for role, many in KNOWN.items()}
        self._write()

    def __enter__(self) -> Self:
        self.broker.start()
        self.hub.begin()
        self.post.begin()
        self.web.begin()
        self.proxy.__enter__()
        return self

    @property
    def url(self) -> str:
        """Where browsers find the page."""
        return f"http://127.0.0.1:{self.proxy.port}"

    def network(self, *, is_up: bool) -> None:
        """Whether browsers reach the page; connections that there are end."""
        self.proxy.refuse = not is_up
        self.proxy.cut()

    def __exit__(self, *_: object) -> None:
        self.proxy.__exit__()
        for each in (self.web, self.post, self.hub):
            each.stop()
        self.broker.stop()

    def person(self, role: Role) -> tuple[str, str]:
        """Somebody whom the page knows, and who is nobody else's: name and code."""
        return self._free[role].pop()

    def revoke(self, name: str) -> None:
        """The person leaves the people file."""
        del self._people[name]
        self._write()

    def cookie(self, role: Role) -> str:
        """The session of a new person, who logged in without a browser."""
        return self.enter(self.person(role)[1])

    def enter(self, code: str) -> str:
        """The session of whoever has the *code*."""
        status, body, headers = self.ask(
            "POST", "/masuk", json.dumps({"code": code}), {"Content-Type": "application/json"})
        assert status == 200, body
        return SimpleCookie(headers["Set-Cookie"])["sesi"].value

    def ask(self, method: str, path: str, body: str = "", headers: Mapping[str, str] | None = None) -> Answer:
        """A request without a browser: status, body, headers."""
        with closing(HTTPConnection("127.0.0.1", self.web.port, timeout=LIMIT_S)) as connection:
            connection.request(method, path, body.encode() or None, dict(headers or {}))
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8-sig", "replace"), answer.headers

    def _make(self, role: Role, number: int) -> tuple[str, str]:
        """A person of that *number*: name and code, of which there is a cheap hash."""
        name = f"{role.value}-{number}"
        code = f"{people.ALPHABET[number // 31]}{people.ALPHABET[number % 31]}AABCDEFGHJ"
        salt = bytes(16)
        cheap = hashlib.scrypt(code.encode(), salt=salt, n=2, r=8, p=1, dklen=32).hex()
        self._people[name] = Person(
            name, role, (VILLAGE,) if role is Role.WARGA else (), display=f"{role.value.capitalize()} {number}",
            issued=number, code=f"2$8$1${salt.hex()}${cheap}", key=people.key(code))
        return name, people.shown(code)

    def _write(self) -> None:
        text = people.write_file(PeopleFile("situbondo", tuple(self._people.values())))
        new = self.web.people_path.with_suffix(".new")
        new.write_text(text, "utf-8")
        new.replace(self.web.people_path)
