"""The page beside the district: its process, who may log in, and a phone that presses. Must not know the tour.

    codes ──> people.json ──> kentongan web ──MQTT──> posts, hub
      └─────> Phone ──HTTP────────┘
"""

import http.client
import json
import re
import secrets
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from threading import Condition
from typing import Any

from contract import people
from contract.people import PeopleFile, Person
from contract.roles import Role
from testing.box import write_settings
from testing.program import Program, event_of

# Whose codes are shown, for whoever tries the demo; and the tour's own, for a code counts once.
GUESTS = (
    Person("warga", Role.WARGA, ("kalibagor",), display="Warga Kalibagor"),
    Person("petugas", Role.PETUGAS, display="Petugas"),
    Person("operator", Role.OPERATOR, everywhere=True, display="Operator"),
)
RESIDENT = Person("warga-dawuhan", Role.WARGA, ("dawuhan",), display="Warga Dawuhan")
RESPONDER = Person("polsek", Role.PETUGAS, display="Petugas Polsek")
_HTTP_S = 60.0  # only ends a hang
_ADDRESS = re.compile(r"listening on http://(\S+):(\d+) ")


class PageError(Exception):
    """The page does not answer, or not as it should; the message says what it answered."""


class Page:
    """The page's process in *folder*; use as a context manager. `codes` are those of the guests, by their names.

    *broker* is how it reaches the broker, *hub_state* where the hub keeps its journal.
    """

    def __init__(
        self, folder: Path, broker: Mapping[str, Any], district: Path, hub_state: Path, changed: Condition
    ) -> None:
        self.codes: dict[str, str] = {}
        self._phones: dict[str, Phone] = {}
        known = [self._with_code(each) for each in (*GUESTS, RESIDENT, RESPONDER)]
        folder.mkdir()
        file = PeopleFile("situbondo", tuple(known))
        (folder / "people.json").write_text(people.write_file(file), "utf-8")
        path = folder / "web.yaml"
        write_settings(path, {
            "district": str(district), "broker": dict(broker), "state_dir": str(folder / "state"),
            "journal": str(hub_state), "listen": "127.0.0.1:0",
        })
        self.program = Program("web", ("web", "--config", str(path), "--log-format", "json"), changed=changed)

    def __enter__(self) -> "Page":
        self.program.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()

    @property
    def linked(self) -> bool:
        """Whether it is up, and has the broker."""
        return self.address is not None and any(event["event"] == "linked" for event in self.program.events())

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it listens, once it does."""
        found = next((match for line in self.program.lines if (event := event_of(line)) is not None
                      and (match := _ADDRESS.search(str(event.get("text", ""))))), None)
        return None if found is None else (found[1], int(found[2]))

    def phone(self, person: Person) -> "Phone":
        """The phone of *person*, who logs in with it once. Raises PageError."""
        if self.address is None:
            raise PageError("it does not listen")
        if person.name not in self._phones:
            phone = Phone(self.address)
            phone.log_in(self.codes[person.name])
            self._phones[person.name] = phone
        return self._phones[person.name]

    def _with_code(self, person: Person) -> Person:
        code = "".join(secrets.choice(people.ALPHABET) for _ in range(people.LENGTH))
        while any(people.key(code) == people.key(each) for each in self.codes.values()):
            code = "".join(secrets.choice(people.ALPHABET) for _ in range(people.LENGTH))
        self.codes[person.name] = code
        return replace(person, issued=int(time.time()), key=people.key(code),
                       code=people.hashed(code, secrets.token_bytes(people.SALT_BYTES)))


class Phone:
    """A browser on a phone, as far as it sends and receives; its page runs no JavaScript."""

    def __init__(self, address: tuple[str, int]) -> None:
        self._address = address
        self._cookie, self._csrf = "", ""

    def log_in(self, code: str) -> None:
        """Logs in with the *code* of a card. Raises PageError."""
        found = json.loads(self._send("POST", "/masuk", {"code": code}))
        csrf = re.search(r'name="csrf" content="([^"]+)"', self._send("GET", found["ke"]))
        if csrf is None:
            raise PageError("its page has no token")
        self._csrf = csrf[1]

    def raise_alarm(self, village: str, incident: str, note: str) -> None:
        """Presses. Raises PageError unless the press is kept."""
        self._send("POST", "/api/alarm", {
            "village": village, "incident": incident, "note": note, "identifier": f"phone.{secrets.token_hex(8)}"})

    def respond(self, village: str, incident: str, step: str) -> None:
        """Answers the alarm that the page shows. Raises PageError."""
        view = json.loads(self._send("GET", "/api/keadaan"))
        listed = [each for each in view["alarms"] if (each["village"], each["incident"]) == (village, incident)]
        if not listed:
            raise PageError(f"it shows no {incident} of {village}")
        self._send("POST", "/api/respon", {
            "village": village, "incident": incident, "identifier": listed[0]["identifier"], "step": step})

    def _send(self, method: str, path: str, body: Mapping[str, object] | None = None) -> str:
        """What the page answers; its cookie is kept."""
        try:
            with closing(http.client.HTTPConnection(*self._address, timeout=_HTTP_S)) as connection:
                connection.request(method, path, None if body is None else json.dumps(body).encode(), {
                    "Content-Type": "application/json", "Cookie": self._cookie, "X-CSRF": self._csrf})
                answer = connection.getresponse()
                found = answer.read().decode("utf-8", "replace")
        except (OSError, http.client.HTTPException) as error:
            raise PageError(f"{method} {path}: {error}") from None
        if answer.status >= http.HTTPStatus.BAD_REQUEST:
            raise PageError(f"{method} {path}: {answer.status} {found[:300]}")
        self._cookie = answer.getheader("Set-Cookie", self._cookie).partition(";")[0]
        return found
