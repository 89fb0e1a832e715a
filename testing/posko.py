"""A real hub process, and what its journal holds."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from posko.journal_place import NAME
from runtime.files import SHIPPED
from runtime.sqlite_readonly import read_only
from testing.program import NeverError, Program
from testing.waiting import looks


class Posko(Program):
    """A hub process with its own folder; it can be killed and started again."""

    def __init__(
        self, folder: Path, broker: int | Mapping[str, Any] | Sequence[Mapping[str, Any]],
        district: Path = SHIPPED / "situbondo.yaml", journal: str | None = None, hubs: int = 1,
    ) -> None:
        """*broker* is the port of one on this machine without accounts, or the setting `broker`, of several a list."""
        folder.mkdir(parents=True, exist_ok=True)
        self.state_dir = folder / "state"
        path = folder / "posko.yaml"
        way = {"host": "127.0.0.1", "port": broker} if isinstance(broker, int) else broker
        path.write_text(json.dumps({
            "district": str(district), "broker": way, "state_dir": str(self.state_dir),
            **({} if journal is None else {"journal": journal}), **({} if hubs == 1 else {"hubs": hubs}),
        }), "utf-8")
        super().__init__("posko", ["posko", "--config", str(path)])

    def begin(self, env: Mapping[str, str] | None = None, *, linked: bool = True) -> Self:
        """Starts the hub and returns when it is linked, unless that is not to be. Raises NeverError."""
        since = len(self.lines)
        self.start(env)
        self.expect("linked:" if linked else "listening", since)
        return self

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What its journal answers. Raises OSError, UnreadableError."""
        with read_only(self.state_dir / NAME) as database:
            return database.execute(question, values).fetchall()

    def expect_rows(self, wanted: list[tuple[Any, ...]], question: str, *values: object) -> None:
        """Waits until its journal answers *wanted*: a siren may sound before that. Raises NeverError."""
        found: object = None
        for _ in looks():
            found = self._rows_or_error(question, *values)
            if found == wanted:
                return
        raise NeverError(f"the journal of {self.name} answers {found!r}, and not {wanted}: {question}")

    def _rows_or_error(self, question: str, *values: object) -> list[tuple[Any, ...]] | OSError:
        try:
            return self.rows(question, *values)
        except OSError as error:  # it is not there yet
            return error
