"""What who uses the page may publish: by the one table of roles, and by nothing else. Pure."""

from contract import roles
from contract.domain.district import EVERYWHERE
from contract.domain.incidents import ALL_CLEAR
from contract.people import Person
from contract.roles import Access
from contract.wire import topics
from contract.wire.topics import SILENCE, TEST, AlarmTopic, CommandTopic, LaporTopic, ResponseTopic, Topic


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
        "respon": [ResponseTopic(each) for each in places], "lapor": [LaporTopic(each) for each in villages],
    }
    return tuple(word for word, found in wanted.items() if any(may(district, person, each) for each in found))
