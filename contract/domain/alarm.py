"""What an alarm is about, and whether it is meant. No behaviour."""

from enum import StrEnum
from typing import NamedTuple

HUB_NAMES = "posko."  # begins each name that the hub gives to what was raised without one


class Key(NamedTuple):
    """What an alarm is about. A node sounds at most one alarm of each key, and the hub lists at most one."""

    village: str
    incident: str


class Status(StrEnum):
    """CAP's status, as far as an alarm of a village has one (CAP 1.2, section 3.2.1)."""

    ACTUAL = "Actual"
    EXERCISE = "Exercise"
    TEST = "Test"


class Keyed:
    """What names an incident in a village."""

    __slots__ = ()
    incident: str
    village: str

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.village, self.incident)
