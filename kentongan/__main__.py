"""The program `kentongan`: a service that is started as its unit starts it, or a command line."""

import sys
from collections.abc import Sequence

from kentongan import service_start


def main(words: Sequence[str] | None = None) -> None:
    """Does what *words*, by default those of the process, say, and ends the program."""
    given = sys.argv[1:] if words is None else list(words)
    start = service_start.read(given)
    if start is not None:
        sys.exit(service_start.run(start))
    from kentongan import commands  # noqa: PLC0415 - a service does without it

    commands.main(given)


if __name__ == "__main__":
    main()
