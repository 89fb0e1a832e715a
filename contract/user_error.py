"""What the user of a program can put right: raised anywhere, reported in one place, where the command line begins."""

from typing import ClassVar

from contract.text import escaped


class UserError(Exception):
    """One or more faults, each a line: where, what, and what to do. A program ends with `exit_code` after them.

    The name of a file in a fault may contain any character; what cannot be printed is escaped.
    """

    exit_code: ClassVar[int] = 2

    def __init__(self, *faults: str) -> None:
        self.faults = tuple(map(escaped, faults))
        super().__init__("\n".join(self.faults))
