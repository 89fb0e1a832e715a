"""The commands `district new` and `district check`: a district file is written by answering questions, and judged."""

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import click

from contract.domain import foreign, mutual
from contract.domain.digest import digest
from contract.domain.district import District, read_district
from contract.domain.incidents import Catalogue, Family
from contract.settings import yamltext
from contract.settings.schema import SettingsError
from contract.text import escaped, several
from kentongan import district_texts as texts
from kentongan import posko_settings
from kentongan.command_group import CommandGroup
from kentongan.core import draft as drafts
from kentongan.core.draft import Draft, Post, Village
from kentongan.district_questions import Questions, WrongAnswerError
from kentongan.operator_help import OperatorCommand
from posko.labels.language import Language
from runtime import bounded, files

FAMILIES = ("jawa-timur", *sorted({each.stem for each in files.SHIPPED.glob("rhythms/*.yaml")} - {"jawa-timur"}))
_NEW = ".new"

T = TypeVar("T")


@click.group(cls=CommandGroup)
def district() -> None:
    """Write a district file, or judge one."""


@district.command()
@click.argument("paths", type=click.Path(readable=False, path_type=Path), nargs=-1, required=True, metavar="FILE...")
def check(paths: tuple[Path, ...]) -> None:
    """Say everything that is wrong with a district FILE, and with incidents and codes beside it. Exits 0, or 2.

    A warning is no fault: a village without a post, or without neighbours, may be meant. Of several files, each must
    name the neighbours across the border that the others name.

    \b
    Examples: kentongan district check situbondo.yaml
              kentongan district check situbondo.yaml panarukan.yaml
    """
    faults: list[str] = []
    read = {path: _read(faults, path) for path in paths}
    whole = {path: found for path, found in read.items() if found is not None}
    districts = {str(path): found for path, (found, _, _) in whole.items()}
    faults += mutual.faults(districts)
    if faults:
        raise SettingsError(faults)
    for path, (found, catalogue, family) in whole.items():
        for warning in _warnings(found, catalogue):
            click.echo(f"warning: {escaped(warning)}", err=True)
        posts = sum(len(village.posts) for village in found.villages.values())
        click.echo(f"{escaped(path)}: no faults. {found.name}, {several(len(found.villages), 'village')}, "
                   f"{several(posts, 'post')}; code family {family.name}; times are {found.zone.name}; "
                   f"digest {digest(found)}.")
    beyond = sorted(mutual.unseen(districts.values()))
    if beyond:
        click.echo(f"Not compared: neighbours in {', '.join(beyond)}. Give their district files, too: each side must "
                   "name the other.")


def _read(faults: list[str], path: Path) -> tuple[District, Catalogue, Family] | None:
    """The district in *path*, its catalogue and code family; None if they have *faults*."""
    before = len(faults)
    found, catalogue, family = files.load_district(faults, path)
    files.load_respellings(faults, path.parent)
    if len(faults) > before or found is None or catalogue is None or family is None:
        return None
    return found, catalogue, family


def _warnings(found: District, catalogue: Catalogue) -> Iterator[str]:
    """What may be meant in the district *found*, and may be a slip."""
    for slug, village in found.villages.items():
        if not village.posts:
            yield f"villages.{slug}: no post; nothing rings there"
        if not village.neighbours and len(found.villages) > 1:
            yield f"villages.{slug}: no neighbours; who lives next to it does not receive its alarms"
    for one, other in foreign.alike(each for village in found.villages.values() for each in village.neighbours):
        yield f"neighbours lie in {one} and in {other}, two names that are nearly the same; is one of them a slip?"
    yield from files.slot_warnings(found, catalogue)


@district.command(cls=OperatorCommand)
@click.argument("path", type=click.Path(readable=False, path_type=Path), required=False, metavar="[FILE]")
@click.option("--name", default="", metavar="TEXT", help="The kecamatan, such as 'Kecamatan Situbondo'.")
@click.option("--code", default="", metavar="CODE", help="Its Kemendagri code, such as 35.12.07.")
@click.option("--slug", default="", metavar="SLUG", help="Its name in topics; otherwise from --name.")
@click.option("--rhythms", default="", metavar="FAMILY", help=f"The code family: {', '.join(FAMILIES)}.")
@click.option("--village", "villages", multiple=True, metavar="NAME=CODE", help="A village: Olean=35.12.07.2006.")
@click.option("--post", "posts", multiple=True, metavar="V=NAME[@AT]",
              help="A post of village V: 'olean=Pos Kamling Olean@-7.6712,114.0088'.")
@click.option("--office", "offices", multiple=True, metavar="V=NAME[@AT]",
              help="An office in village V, which hears all villages: 'patokan=Polsek Situbondo'.")
@click.option("--neighbours", multiple=True, metavar="V=V,V",
              help="Who borders on V; the others get it, too. K/V is V of another kecamatan K.")
@click.option("--yes", "sure", is_flag=True, help="Ask nothing; what is missing is a fault.")
@click.option("--overwrite", is_flag=True, help="Replace a FILE that is there.")
@posko_settings.LANG
def new(  # noqa: PLR0913 - one for each option
    path: Path | None, *, name: str, code: str, slug: str, rhythms: str, villages: tuple[str, ...],
    posts: tuple[str, ...], offices: tuple[str, ...], neighbours: tuple[str, ...], sure: bool, overwrite: bool,
    speech: Language,
) -> None:
    """Write a district file: asks for names, posts and neighbours, and writes each neighbourhood on both sides.

    FILE is SLUG.yaml here unless it is named. Nothing is written before all is known and right.

    \b
    Example: kentongan district new
    """
    questions = Questions(speech)
    draft = Draft(slug or drafts.slug(name), name, code, rhythms)
    if sure:
        draft = _complete(draft, questions, villages)
    draft = _given(draft, questions, (villages, posts, offices, neighbours))
    families = (*FAMILIES, *_families_beside(path))
    if rhythms and rhythms not in families:
        raise SettingsError([f"--rhythms: {questions.say(texts.BAD_CHOICE, known=', '.join(families))}"])
    if not sure:
        draft = questions.district(replace(draft, slug=slug), families)
    text = drafts.write(draft)
    _check(text, draft.slug)
    target = path or Path(f"{draft.slug}.yaml")
    if os.access(target, os.F_OK) and not overwrite:
        _ask_to_overwrite(target, questions, sure=sure)
    _write(target, text, questions)
    count = sum(len(village.posts) for village in draft.villages.values())
    click.echo(questions.say(texts.WRITTEN, path=escaped(target), villages=len(draft.villages), posts=count))
    if draft.across:
        click.echo(questions.say(texts.ACROSS))
    for there, here in draft.across:
        district_, village = foreign.parts(there)
        click.echo(f"  {district_}.yaml, villages.{village}.neighbours: {here}")


def _families_beside(path: Path | None) -> tuple[str, ...]:
    """The code families that stand beside the file, which is to be at *path*, or here."""
    folder = Path() if path is None else path.parent
    return tuple(sorted({each.stem for each in folder.glob("rhythms/*.yaml")} - {*FAMILIES}))


def _check(text: str, name: str) -> None:
    """Raises SettingsError with what is wrong with the file *text*, of which nobody was asked."""
    try:
        read_district(yamltext.load(text), f"{name}.yaml")
    except yamltext.YamlError as error:
        raise SettingsError([f"{name}.yaml: {error}"]) from None


def _complete(draft: Draft, questions: Questions, villages: tuple[str, ...]) -> Draft:
    """*draft*, of which nothing can be asked. Raises SettingsError with what is missing."""
    needed = {"--name": draft.name, "--code": draft.code, "--village": villages}
    missing = [questions.say(texts.NEEDS, option=option) for option, value in needed.items() if not value]
    if missing:
        raise SettingsError(missing)
    return replace(draft, rhythms=draft.rhythms or FAMILIES[0])


def _given(draft: Draft, questions: Questions, words: tuple[tuple[str, ...], ...]) -> Draft:
    """*draft* with what stands on the line. Raises SettingsError with every fault of it."""
    villages, posts, offices, neighbours = words
    faults: list[str] = []
    if villages and not draft.code:
        raise SettingsError([questions.say(texts.NEEDS_CODE)])
    if draft.code and drafts.district_code(draft.code) is None:
        raise SettingsError([f"--code: {questions.say(texts.BAD_CODE)}"])
    for given in villages:
        draft = _with_village(draft, questions, given, faults)
    for option, group in (("--post", posts), ("--office", offices)):
        for given in group:
            draft = _with_post(draft, questions, option, given, faults)
    for given in neighbours:
        word, rest = _pair("--neighbours", given, "V=V,V", questions, faults)
        if rest:
            place = f"--neighbours {given!r}"
            home = _attempt(faults, place, partial(questions.village_in, draft, word))
            others = _attempt(faults, place, partial(questions.neighbours_in, draft, rest))
            draft = draft if home is None else draft.with_neighbours(home, others or ())
    if faults:
        raise SettingsError(faults)
    return draft


def _with_village(draft: Draft, questions: Questions, given: str, faults: list[str]) -> Draft:
    name, code = _pair("--village", given, "NAME=CODE", questions, faults)
    slug, whole = drafts.slug(name), drafts.village_code(code, draft.code)
    if not name:
        return draft
    if not slug or whole is None:
        faults.append(f"--village {given!r}: {questions.say(texts.BAD_VILLAGE_CODE, code=draft.code)}")
    elif slug in draft.villages:
        faults.append(f"--village {given!r}: {questions.say(texts.TAKEN, name=name)}")
    else:
        return draft.with_village(slug, Village(name.strip(), whole, drafts.kind(whole)))
    return draft


def _with_post(draft: Draft, questions: Questions, option: str, given: str, faults: list[str]) -> Draft:
    word, rest = _pair(option, given, "V=NAME", questions, faults)
    name, sign, at = rest.partition("@")
    where = drafts.place(at)
    if sign and (where is None or not drafts.in_indonesia(where)):
        faults.append(f"{option} {given!r}: {questions.say(texts.BAD_PLACE)}")
    slug = _attempt(faults, f"{option} {given!r}", partial(questions.village_in, draft, word)) if rest else None
    if slug is None:
        return draft
    village = draft.villages[slug]
    post = Post(name.strip(), office=option == "--office", at=where)
    return draft.with_village(slug, replace(village, posts=(*village.posts, post)))


def _pair(option: str, given: str, form: str, questions: Questions, faults: list[str]) -> tuple[str, str]:
    one, sign, other = given.partition("=")
    if not sign or not one.strip() or not other.strip():
        faults.append(questions.say(texts.FORM, option=option, given=given, form=form))
        return "", ""
    return one, other


def _attempt(faults: list[str], where: str, act: Callable[[], T]) -> T | None:
    """What *act* returns; None if it refuses, and then *faults* has why."""
    try:
        return act()
    except WrongAnswerError as error:
        faults.append(f"{where}: {error}")
        return None


def _ask_to_overwrite(path: Path, questions: Questions, *, sure: bool) -> None:
    """Raises SettingsError unless somebody wants *path* to be replaced."""
    exists = questions.say(texts.EXISTS, path=path)
    if sure:
        raise SettingsError([exists])
    answer = questions.ask(questions.say(texts.OVERWRITE, path=path), str, "t" if questions.indonesian else "n")
    if answer.lower() not in ("y", "ya", "yes"):
        raise SettingsError([questions.say(texts.NOTHING_WRITTEN)])


def _write(path: Path, text: str, questions: Questions) -> None:
    """Writes the file whole, or not at all; what is there and is no file, such as a device, stays."""
    try:
        if os.path.lexists(path):
            bounded.check_kind(path)
        new_ = path.with_name(path.name + _NEW)
        new_.write_text(text, "utf-8")
        new_.replace(path)
    except OSError as error:
        raise SettingsError([questions.say(texts.CANNOT_WRITE, path=path, reason=error.strerror)]) from None
