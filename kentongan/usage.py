"""What an operator's command answers to a line that it cannot read, in Indonesian where its output would be.

click words such answers in English; here are those that its parser gives. A command without `--lang` is a technician's.
"""

import gettext
import os
import re
from collections.abc import Sequence

import click

from contract.settings.suggestions import nearest
from posko.labels.language import Language, choose

LANGUAGE_VARIABLE = "KENTONGAN_LANG"
WORDS = "kentongan.words"  # the line, in click's memory of a call
_NAMES = {"INCIDENT": "KEJADIAN", "VILLAGE": "DESA", "TEXT": "TEKS"}
_EXAMPLE = re.compile(r"Examples?:\s+(.+)")


class IndonesianUsageError(click.UsageError):
    """A fault of the line, with how the command is written."""

    def show(self, file: object = None) -> None:
        """Writes it, and an example, as click writes its own."""
        click.echo(self.format_message(), file=file, err=file is None)  # type: ignore[arg-type]

    def format_message(self) -> str:
        """The fault and an example of the command."""
        example = _EXAMPLE.search(self.ctx.command.help or "") if self.ctx else None
        return self.message if example is None else f"{self.message}. Contoh: {example[1]}"


def in_words(error: click.UsageError, context: click.Context) -> click.UsageError:
    """*error* as its reader reads it, at the command of *context*."""
    where = error.ctx or _of_command(context)
    if language_at(where) is not Language.ID:
        return error
    found = _told(error, where)
    return error if found is None else IndonesianUsageError(found, where)


def language_at(context: click.Context) -> Language:
    """The language of the command at *context*; one without `--lang` is a technician's."""
    if not any("--lang" in each.opts for each in context.command.params):
        return Language.EN
    return language_of(context.meta.get(WORDS, ()))


def _of_command(context: click.Context) -> click.Context:
    """The context of the command that the line names: an option without its value is refused without one."""
    group, name = context.command, next(iter(context.meta.get(WORDS, ())), "")
    if not isinstance(group, click.Group) or name not in group.list_commands(context):
        return context
    found = group.get_command(context, name)
    return context if found is None else click.Context(found, parent=context, info_name=name)


def language_of(words: Sequence[str]) -> Language:
    """The language that *words*, or the environment, asks for."""
    given = next((words[at + 1] for at, word in enumerate(words[:-1]) if word == "--lang"), None)
    given = next((word.partition("=")[2] for word in words if word.startswith("--lang=")), given)
    given = given or os.environ.get(LANGUAGE_VARIABLE)
    return choose(given if given in {*Language} else None, os.environ)


def _told(error: click.UsageError, where: click.Context) -> str | None:
    match error:
        case click.MissingParameter(param=click.Parameter() as param):
            name = param.make_metavar(where)
            return f"kurang {_NAMES.get(name, name)}"
        case click.NoSuchOption(option_name=name):
            known = [option for each in where.command.get_params(where) if isinstance(each, click.Option)
                     for option in each.opts if option.startswith("--")]
            close = nearest(name, known)
            hint = f"mungkin {close}" if close else f"yang dikenal: {', '.join(known)}"
            return f"pilihan {name} tidak dikenal; {hint}"
        case click.BadOptionUsage(option_name=name):
            return f"pilihan {name} tidak bisa dipakai begitu"
        case click.BadParameter(param=click.Parameter() as param):
            return f"nilai {param.opts[-1]} tidak bisa dipakai; {_wanted(param)}"
    extra = re.fullmatch(gettext.gettext("Got unexpected extra argument") + r"s? \((.+)\)", error.message)
    return None if extra is None else f"kelebihan kata: {extra[1]}"


def _wanted(param: click.Parameter) -> str:
    match param.type:
        case click.Choice(choices=choices):
            return f"tulis {' atau '.join(map(str, choices))}"
        case click.FloatRange(min=least, max=most):
            parts = [f"{word} {limit:g}" for word, limit in (("dari", least), ("sampai", most)) if limit is not None]
            return " ".join(["tulis angka detik", *parts]).replace(".", ",")
    return f"tulis dalam bentuk {param.metavar}" if param.metavar else "lihat --help"
