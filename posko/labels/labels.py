"""Names, numbers and times as a person reads them, in one language. Pure.

What came from outside is shown within one line, and nothing of it can move a cursor.
"""

from collections.abc import Mapping
from dataclasses import field
from datetime import date, datetime

from contract.domain import foreign
from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import LAPOR, PATROL, Catalogue
from contract.text import printable
from contract.values import dataclass
from posko.labels import formats, reasons, texts
from posko.labels.language import Language, Text

HUB = "posko"  # in topics
LONGEST = 300  # characters of what came from outside


@dataclass(frozen=True, slots=True)
class Labels:
    """The texts of one language, and what people call the district's incidents, villages and posts.

    What has no name (any more) is called by its slug. `labels(TEXT, name=value)` is a text with its values.
    """

    language: Language
    district: str
    incidents: Mapping[str, str]
    severities: Mapping[str, str]
    villages: Mapping[str, str]
    posts: Mapping[str, str]
    private: frozenset[str] = frozenset()
    zone: str = ""
    phones: Mapping[str, str] = field(default_factory=dict)

    def __call__(self, text: Text, **values: object) -> str:
        """*text* in this language, with *values* in its places."""
        return text.say(self.language, **values)

    def word(self, table: Mapping[str, Text], key: str) -> str:
        """What *table* has for the *key*, or the key itself, which a newer program may send."""
        return self(table[key]) if key in table else clean(key)

    def incident(self, slug: str) -> str:
        """The name of an incident."""
        return self.incidents.get(slug, clean(slug)) or "?"

    def openly(self, slug: str) -> str:
        """The name of an incident on an open screen and a resident's telephone: a private one is a call for help."""
        return self(texts.HELP) if slug in self.private else self.incident(slug)

    def severity(self, incident: str) -> str:
        """How severe an incident is; "" for one that the catalogue does not have (any more)."""
        return self.word(texts.SEVERITIES, self.severities.get(incident, ""))

    def reason(self, why: object) -> str:
        """Why something failed or was refused, as a program gave it, in this language."""
        text = clean(why)
        return reasons.reason(text) if self.language is Language.ID else text

    def part(self, name: str) -> str:
        """What has a fault."""
        return reasons.part(clean(name)) if self.language is Language.ID else clean(name)

    def note(self, incident: str, note: str) -> str:
        """The *note* of an alarm as an open screen shows it: not that of a private incident."""
        return self(texts.PRIVATE) if note and incident in self.private else clean(note)

    def place(self, village: str) -> str:
        """The name of a village, or of all."""
        return self(texts.EVERYWHERE) if village == EVERYWHERE else self.villages.get(village, clean(village)) or "?"

    def alarm(self, key: Key, *, exercise: bool = False, openly: bool = False) -> str:
        """What is reported where; *openly*: for an open screen."""
        what = self.openly(key.incident) if openly else self.incident(key.incident)
        about = self(texts.WHAT_WHERE, what=what, where=self.place(key.village))
        return f"{self(texts.EXERCISE) if exercise else ''}{about}"

    def who(self, origin: str) -> str:
        """The name of a post, with its slugs if another post has it too; or of whoever else it was."""
        name = self.posts.get(origin)
        if name is None:
            return clean(origin) or self(texts.NAMELESS)
        return name if list(self.posts.values()).count(name) == 1 else f"{name} ({origin})"

    def program(self, source: str) -> str:
        """Where a report comes from: a post by its name in topics, or the hub, which is no room with people in it."""
        return self(texts.HUB_NAME) if source == HUB else clean(source)

    def sender(self, origin: str, *, claimed: bool) -> str:
        """Who raised or reported something; *claimed*: nobody but the sender says that it is who it is."""
        return self(texts.CLAIMED, who=self.who(origin)) if origin and claimed else self.who(origin)

    def post(self, post: str) -> str:
        """A post by its name in topics and its name for people."""
        return f"{clean(post)}, {self.posts.get(post) or self(texts.UNLISTED)}"

    def call(self, post: str) -> str:
        """That *post* can be called, as the end of a sentence; "" where there is no number."""
        return self(texts.CALL, phone=self.phones[post]) if post in self.phones else ""

    def number(self, value: float, digits: int) -> str:
        """A number with so many decimal *digits*."""
        return formats.number(value, digits, self.language)

    def amount(self, value: float) -> str:
        """A number as short as it is: "10", "1,5"."""
        return formats.amount(value, self.language)

    def seconds(self, value: float) -> str:
        """A time that was measured: "0,20 detik"."""
        return self(texts.SECONDS, number=self.number(value, 2))

    def thousandths(self, value: float) -> str:
        """A time that was measured finely: "0,022 detik"."""
        return self(texts.SECONDS, number=self.number(value, 3))

    def length(self, seconds: float) -> str:
        """A length of time, short: "9 dtk", "4 mnt 5 dtk", "2 jam"."""
        whole = max(0, int(seconds))
        if whole < 60:
            return self(texts.LENGTH_S, seconds=whole)
        if whole < 3600:
            return self(texts.LENGTH_MIN, minutes=whole // 60, seconds=whole % 60)
        return self(texts.LENGTH_H, hours=whole // 3600)

    def hour(self, at: datetime, *, seconds: bool = False) -> str:
        """A time of day: "22.04"."""
        return formats.hour(at, self.language, seconds=seconds)

    def day(self, at: date, *, whole: bool = False) -> str:
        """A day within its year: "2 Nov", or *whole*: "2 November"."""
        return formats.day(at, self.language, whole=whole)

    def month(self, number: int) -> str:
        """The name of a month, from 1."""
        return formats.month(number, self.language)

    def when(self, epoch_s: float | None, now_s: float) -> str:
        """An instant of today by its time, of another day by its date; both in seconds since the epoch."""
        if epoch_s is None:
            return ""
        try:
            at, now = datetime.fromtimestamp(epoch_s).astimezone(), datetime.fromtimestamp(now_s).astimezone()
        except (ValueError, OverflowError, OSError):
            return "?"
        return self.hour(at, seconds=True) if at.date() == now.date() else self.day(at)


def make_labels(language: Language, district: District, catalogue: Catalogue) -> Labels:
    """The labels of *district* and *catalogue*."""
    return Labels(
        language, district.name, zone=district.zone.name,
        incidents={PATROL: getattr(texts.PATROL, language), LAPOR: getattr(texts.LAPOR, language), **{
            slug: incident.label if language is Language.ID else incident.english
            for slug, incident in catalogue.incidents.items()}},
        severities={slug: incident.severity for slug, incident in catalogue.incidents.items()},
        villages={**{slug: village.name for slug, village in district.villages.items()}, **{
            each: f"{district.called(each)} ({foreign.title(foreign.parts(each).district)})"
            for each in district.foreign}},
        posts={f"{slug}/{node}": post.name for slug, village in district.villages.items()
               for node, post in village.posts.items()},
        phones={f"{slug}/{node}": post.phone for slug, village in district.villages.items()
                for node, post in village.posts.items() if post.phone},
        private=frozenset(slug for slug, incident in catalogue.incidents.items() if incident.private),
    )


def clean(found: object) -> str:
    """*found*, from outside, as part of one printable line."""
    return printable(found, LONGEST)
