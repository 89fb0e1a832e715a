"""The page beside the district: its process, who may log in, and a phone that presses. Must not know the tour.

    codes ──> people.json ──> kentongan web ──MQTT──> posts, hub
      └─────> Phone ──HTTP────────┘
"""

import http.client
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from threading import Condition
from typing import Any

from broker import codes
from contract import people
from contract.people import Person
from contract.roles import Role
from testing.page import Answered, Invited, PageProgram, Phone

# Whose codes are shown, for whoever tries the demo; and the tour's own, for a code counts once.
GUESTS = (
    Person("warga", Role.WARGA, ("kalibagor",), display="Warga Kalibagor"),
    Person("petugas", Role.PETUGAS, display="Petugas"),
    Person("operator", Role.OPERATOR, everywhere=True, display="Operator"),
)
RESIDENT = Person("warga-dawuhan", Role.WARGA, ("dawuhan",), display="Warga Dawuhan")
RESPONDER = Person("polsek", Role.PETUGAS, display="Petugas Polsek")


class PageError(Exception):
    """The page does not answer, or not as it should; the message says what it answered."""


class Page:
    """The page's process in *folder*; use as a context manager. `codes` are those on the cards, by their names.

    *broker* is how it reaches the broker, *hub_state* where the hub keeps its journal.
    """

    def __init__(
        self, folder: Path, broker: Mapping[str, Any], district: Path, hub_state: Path, changed: Condition
    ) -> None:
        self._invited: dict[str, Invited] = {}
        for each in (*GUESTS, RESIDENT, RESPONDER):
            self._invited[each.name] = self._invite(each)
        self.codes = {name: each.code for name, each in self._invited.items()}
        self._phones: dict[str, Phone] = {}
        self.program = PageProgram(
            folder, broker, self._invited.values(), changed, district=str(district), journal=str(hub_state))

    def __enter__(self) -> "Page":
        self.program.write_settings()
        self.program.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.program.stop()

    @property
    def linked(self) -> bool:
        """Whether it is up, and has the broker."""
        return self.program.address is not None and bool(self.program.said("linked:"))

    @property
    def address(self) -> tuple[str, int] | None:
        """Where it listens, once it does."""
        return self.program.address

    def raise_alarm(self, person: Person, village: str, incident: str, note: str) -> None:
        """Presses on the phone of *person*. Raises PageError unless the press is kept."""
        press = f"phone.{secrets.token_hex(8)}"
        self._ask(person, lambda phone: phone.do(
            "alarm", village=village, incident=incident, note=note, identifier=press))

    def respond(self, person: Person, village: str, incident: str, step: str) -> None:
        """Answers the alarm that the page shows to *person*. Raises PageError."""
        shown = self._ask(person, lambda phone: phone.ask("GET", "/api/keadaan")).json["alarms"]
        listed = [each for each in shown if (each["village"], each["incident"]) == (village, incident)]
        if not listed:
            raise PageError(f"it shows no {incident} of {village}")
        self._ask(person, lambda phone: phone.do(
            "respon", village=village, incident=incident, identifier=listed[0]["identifier"], step=step))

    def _ask(self, person: Person, ask: Callable[[Phone], Answered]) -> Answered:
        try:
            return _accepted(ask(self._phone(person)))
        except (OSError, http.client.HTTPException) as error:
            raise PageError(str(error)) from None

    def _phone(self, person: Person) -> Phone:
        """The phone of *person*, who logs in with it once."""
        if self.address is None:
            raise PageError("it does not listen")
        if person.name not in self._phones:
            phone = Phone(self.address[1])
            _accepted(phone.enter(self._invited[person.name]))
            self._phones[person.name] = phone
        return self._phones[person.name]

    def _invite(self, person: Person) -> Invited:
        code = codes.new({each.person.key for each in self._invited.values()})
        hash_ = people.hashed(code, secrets.token_bytes(people.SALT_BYTES))
        return Invited(replace(person, issued=int(time.time()), key=people.key(code), code=hash_), code)


def _accepted(answer: Answered) -> Answered:
    if answer.status >= http.HTTPStatus.BAD_REQUEST:
        raise PageError(f"it answers {answer.status} {answer.body[:300].decode('utf-8', 'replace')}")
    return answer
