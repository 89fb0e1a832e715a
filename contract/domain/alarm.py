"""What an alarm is about, and whether it is meant. No behaviour."""

from enum import StrEnum
from typing import NamedTuple

HUB_NAMES = "posko."  # begins each name that the hub gives to what was raised without one


class Key(NamedTuple):
    """What an alarm is about. A node sounds at most one alarm of each key, and the hub lists at most one."""

    village: str
    incident: str

    def name(self, identifier: str) -> "Name":
        """The name *identifier* of what is of this key."""
        return Name(self.village, self.incident, identifier)


class Name(NamedTuple):
    """What an alarm, an all-clear or a patrol is called, and where: an identifier says nothing outside its village.

    The broker lets an account write to topics of its own village alone. So who publishes for one village can neither
    use up nor confirm a name of another one. What is raised for `semua` has its names in that "village".
    """

    village: str
    incident: str
    identifier: str

    @property
    def key(self) -> Key:
        """What it is about."""
        return Key(self.village, self.incident)


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

    def name(self, identifier: str) -> Name:
        """The name *identifier* of this incident in this village."""
        return Name(self.village, self.incident, identifier)
