"""Who uses the page, and what each may publish: by the one table of roles, and by nothing else. Pure."""

from contract import roles
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.roles import Access, Account, Role
from contract.values import dataclass
from contract.wire import topics
from contract.wire.topics import SILENCE, TEST, AlarmTopic, CommandTopic, ResponseTopic, Topic


@dataclass(frozen=True, slots=True)
class Person:
    """One of those who may log in. `villages`: those of a warga, an operator or petugas; none: the whole district's.

    `issued` is when the code was made, in seconds since the epoch: with a new one the old sessions end. `code` is the
    scrypt of it, as the people file has it.
    """

    name: str
    role: Role
    villages: tuple[str, ...] = ()
    everywhere: bool = False
    display: str = ""
    issued: int = 0
    code: str = ""

    @property
    def sender(self) -> str:
        """Who it is, in what is published."""
        return f"{self.role.name.lower()}/{self.name}"

    @property
    def account(self) -> Account:
        """What the table of roles calls it."""
        return Account(self.name, self.role, self.villages, self.everywhere)


def may(district: str, person: Person, topic: Topic) -> bool:
    """Whether *person* may publish on *topic*."""
    name = topics.write(district, topic)
    return roles.may(roles.rules(district, person.account), Access.WRITE, name)


def rights(district: str, villages: tuple[str, ...], person: Person) -> tuple[str, ...]:
    """What *person* may do somewhere, in the page's words."""
    places = (*villages, EVERYWHERE)
    wanted: dict[str, list[Topic]] = {
        "alarm": [AlarmTopic(each, "lainnya") for each in places],
        "aman": [AlarmTopic(each, ALL_CLEAR) for each in places],
        "senyap": [CommandTopic(each, SILENCE) for each in places],
        "uji": [CommandTopic(each, TEST) for each in places],
        "respon": [ResponseTopic(each) for each in places],
    }
    return tuple(word for word, found in wanted.items() if any(may(district, person, each) for each in found))
