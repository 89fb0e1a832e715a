"""A real hub, and what the tests see of it."""

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from posko.journal import NAME
from testing.program import Program
from tests.support.nodes import CONFIG


class Posko(Program):
    """A hub process with its own folder; it can be killed and started again."""

    def __init__(self, folder: Path, port: int, district: Path = CONFIG / "situbondo.yaml") -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.state_dir = folder / "state"
        path = folder / "posko.yaml"
        path.write_text(json.dumps({
            "district": str(district), "broker": {"host": "127.0.0.1", "port": port}, "state_dir": str(self.state_dir),
        }), "utf-8")
        super().__init__("posko", ["posko", "--config", str(path)])

    def begin(self, env: Mapping[str, str] | None = None, *, linked: bool = True) -> "Posko":
        """Starts the hub and returns when it is linked, unless that is not to be."""
        since = len(self.lines)
        self.start(env)
        self.expect("linked:" if linked else "listening", since, 15.0)
        return self

    def expect(self, part: str, since: int = 0, timeout_s: float = 5.0) -> None:
        """Waits until the hub says a line with *part*; fails loudly if it does not."""
        assert self.wait_line(part, timeout_s, since), f"the hub never said {part!r}, but: {self.lines[since:]}"

    def rows(self, question: str, *values: object) -> list[tuple[Any, ...]]:
        """What its journal answers."""
        database = sqlite3.connect(f"file:{self.state_dir / NAME}?mode=ro", uri=True, timeout=10.0)
        try:
            return database.execute(question, values).fetchall()
        finally:
            database.close()
