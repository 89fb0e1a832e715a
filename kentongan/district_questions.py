"""The questions of `kentongan district new`, one after the other; a wrong answer is answered, and asked again."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial
from typing import TypeVar

import click

from contract.domain import foreign
from contract.domain.district import EVERYWHERE, HUB
from contract.settings.schema import SettingsError
from contract.text import unreadable
from kentongan import district_texts as texts
from kentongan.core import draft as drafts
from kentongan.core.draft import Draft, Post, Village
from posko.labels.language import Language, Text

T = TypeVar("T")
RESERVED = (EVERYWHERE, HUB)
KINDS = ("desa", "kelurahan")
NO_POST = "-"


class WrongAnswerError(Exception):
    """An answer that cannot be used; the message says why."""


class Questions:
    """Asks in the language *speech*. Raises SettingsError where the answers end."""

    def __init__(self, speech: Language) -> None:
        self._speech = speech

    @property
    def indonesian(self) -> bool:
        """Whether they are asked in Indonesian."""
        return self._speech is Language.ID

    def say(self, text: Text, **values: object) -> str:
        """*text* in the language of the questions."""
        return text.say(self._speech, **values)

    def ask(self, question: str, read: Callable[[str], T], default: str = "") -> T:
        """The answer, as *read* takes it, which raises WrongAnswerError; an empty one is the *default*."""
        while True:
            shown = f"{question} [{default}]" if default else question
            try:
                answer = click.prompt(shown, default=default, show_default=False, prompt_suffix=": ", type=str)
            except click.Abort:
                click.echo()
                raise SettingsError([self.say(texts.NO_ANSWER)]) from None
            try:
                return read(" ".join(str(answer).split()))
            except WrongAnswerError as error:
                click.echo(f"  {error}")

    def wrong(self, text: Text, **values: object) -> WrongAnswerError:
        """That an answer cannot be used."""
        return WrongAnswerError(self.say(text, **values))

    def district(self, given: Draft, families: Iterable[str]) -> Draft:
        """*given* with all that it lacks."""
        found = given
        if not found.name:
            found = replace(found, name=self.ask(self.say(texts.NAME), self._name))
        if not found.code:
            found = replace(found, code=self.ask(self.say(texts.CODE), self._code))
        if not found.slug:
            found = replace(found, slug=self.ask(self.say(texts.SLUG), self._slug, drafts.slug(found.name)))
        if not found.rhythms:
            known = list(families)
            question = self.say(texts.RHYTHMS, known=", ".join(known))
            found = replace(found, rhythms=self.ask(question, partial(self._among, known), known[0]))
        if "posko" not in found.phones:
            phone = self.ask(self.say(texts.PHONE), self._phone)
            found = replace(found, phones={**found.phones, "posko": phone}) if phone else found
        return found if found.villages else self._neighbours(self._offices(self._villages(found)))

    def _villages(self, found: Draft) -> Draft:
        while True:
            question = self.say(texts.VILLAGE, count=len(found.villages) + 1)
            name = self.ask(question, partial(self._village, found))
            if not name:
                return found
            question = self.say(texts.VILLAGE_CODE, name=name, code=found.code)
            code = self.ask(question, partial(self._village_code, found))
            if not code:
                continue  # the name was none of a village
            kind = self.ask(self.say(texts.KIND, name=name), partial(self._among, KINDS), drafts.kind(code))
            found = found.with_village(drafts.slug(name), Village(name, code, kind, tuple(self._posts(name))))

    def _posts(self, village: str) -> Iterable[Post]:
        first = self.ask(self.say(texts.FIRST_POST, name=village), self._name, f"Pos Kamling {village}")
        count, name = 1, "" if first == NO_POST else first
        while name:
            yield Post(name, at=self.ask(self.say(texts.AT, name=name), self._place))
            count += 1
            name = self.ask(self.say(texts.POST, count=count, name=village), self._name_if_any)

    def _offices(self, found: Draft) -> Draft:
        while found.villages and (name := self.ask(self.say(texts.OFFICE), self._name_if_any)):
            where = self.ask(self.say(texts.OFFICE_AT, name=name), partial(self.village_in, found))
            at = self.ask(self.say(texts.AT, name=name), self._place)
            village = found.villages[where]
            office = Post(name, office=True, at=at)
            found = found.with_village(where, replace(village, posts=(*village.posts, office)))
        return found

    def _neighbours(self, found: Draft) -> Draft:
        for slug, village in found.villages.items():
            names = ", ".join(found.villages[each].name if each in found.villages else each
                              for each in found.neighbours_of(slug))
            known = self.say(texts.KNOWN, names=names) if names else ""
            question = self.say(texts.NEIGHBOURS, name=village.name, known=known)
            others = self.ask(question, partial(self.neighbours_in, found))
            found = found.with_neighbours(slug, others)
        return found

    # How an answer is read.

    def neighbours_in(self, found: Draft, answer: str) -> tuple[str, ...]:
        """The villages that *answer* names, here or in other districts, with commas between them."""
        return tuple(self._beyond(found, word) if foreign.is_foreign(word) else self.village_in(found, word)
                     for word in answer.split(",") if word.strip())

    def _beyond(self, found: Draft, word: str) -> str:
        """The village that *word*, with a slash, names, which lies in another district."""
        name = drafts.beyond(word)
        if name is None or foreign.parts(name).village in RESERVED:
            raise self.wrong(texts.BAD_BEYOND, word=word.strip())
        district, village = foreign.parts(name)
        if district == found.slug:
            return self.village_in(found, village)
        if district in found.villages:
            raise self.wrong(texts.EXCHANGED, word=word.strip(), home=found.villages[district].name)
        return name

    def village_in(self, found: Draft, word: str) -> str:
        """The village that *word* names."""
        slug = found.find(word)
        if slug is not None:
            return slug
        near = found.meant(word)
        if near is not None:
            raise self.wrong(texts.NEAR_VILLAGE, word=word.strip(), near=near)
        raise self.wrong(texts.NO_VILLAGE, word=word.strip(), known=", ".join(found.villages))

    def _village(self, found: Draft, answer: str) -> str:
        slug = drafts.slug(answer)
        if slug in found.villages:
            raise self.wrong(texts.TAKEN, name=found.villages[slug].name)
        return self._name_if_any(answer)

    def _name_if_any(self, answer: str) -> str:
        return self._name(answer) if answer else ""

    def _name(self, answer: str) -> str:
        slug = drafts.slug(answer)
        if slug in RESERVED:
            raise self.wrong(texts.RESERVED, slug=slug)
        if (not slug and answer != NO_POST) or unreadable(answer) is not None:
            raise self.wrong(texts.BAD_NAME)
        return answer

    def _slug(self, answer: str) -> str:
        if not answer or drafts.slug(answer) != answer:
            raise self.wrong(texts.BAD_SLUG)
        return answer

    def _code(self, answer: str) -> str:
        code = drafts.district_code(answer)
        if code is None:
            raise self.wrong(texts.BAD_CODE)
        return code

    def _village_code(self, found: Draft, answer: str) -> str:
        code = drafts.village_code(answer, found.code) if answer else ""
        if code is None:
            raise self.wrong(texts.BAD_VILLAGE_CODE, code=found.code)
        taken = next((each.name for each in found.villages.values() if each.code == code and code), None)
        if taken is not None:
            raise self.wrong(texts.TAKEN, name=f"{code} ({taken})")
        return code

    def _among(self, known: Iterable[str], answer: str) -> str:
        if answer not in known:
            raise self.wrong(texts.BAD_CHOICE, known=", ".join(known))
        return answer

    def _phone(self, answer: str) -> str:
        if answer and not drafts.is_phone(answer):
            raise self.wrong(texts.BAD_PHONE)
        return answer

    def _place(self, answer: str) -> tuple[float, float] | None:
        found = drafts.place(answer)
        if answer and (found is None or not drafts.in_indonesia(found)):
            raise self.wrong(texts.BAD_PLACE)
        return found
