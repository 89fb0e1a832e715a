"""The intervals that programs share are those of the protocol's page."""

import re
from pathlib import Path

from contract.wire import timing

PAGE = Path(__file__).parents[3] / "docs" / "protocol.md"


def test_the_page_names_every_interval_with_its_length() -> None:
    section = PAGE.read_text("utf-8").partition("## Intervals")[2].partition("\n## ")[0]
    written = dict(re.findall(r"^\| ([a-z ]+) \| (\d[^|]*) \|", section, re.MULTILINE))
    known = {
        name.removesuffix("_S").lower().replace("_", " "): value
        for name, value in vars(timing).items() if name.endswith("_S") and name != "LONGEST_S"
    }

    assert written == {
        name: " to ".join(f"{each:g}" for each in (value if isinstance(value, tuple) else (value,)))
        for name, value in known.items()
    }
