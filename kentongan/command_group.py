"""What every group of commands does alike: without words it shows its help, it answers a typo with the nearest, and it
reports what its user can put right.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from contract.settings.suggestions import nearest, suggestion
from contract.user_error import UserError
from kentongan import output, usage


class CommandGroup(click.Group):
    """A group that answers `help`, nothing and typos in the one way. Nothing at all is a question: exit 0."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without words it shows its help; `help COMMAND` is COMMAND's help."""
        if args[:1] == ["help"]:
            args = [*args[1:], "--help"]
        if not args and not ctx.resilient_parsing:
            args = ["--help"]
        ctx.meta.setdefault(usage.WORDS, tuple(args))
        with _one_style(ctx):
            return super().parse_args(ctx, args)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command; ends the program where there is none, with what was probably meant."""
        names = self.list_commands(ctx)
        if cmd_name in names:
            return self.load(ctx, cmd_name)
        if not ctx.resilient_parsing and not cmd_name.startswith("-"):
            close = nearest(cmd_name, names)
            ctx.fail(f"no such command {cmd_name!r}; "
                     + (f"did you mean {close}?" if close else f"known: {', '.join(names)}"))
        return None

    def invoke(self, ctx: click.Context) -> object:
        """Runs a command; ends the program with the faults that its user can put right."""
        try:
            with _one_style(ctx):
                return super().invoke(ctx)
        except UserError as error:
            output.report(error.faults)
            sys.exit(error.exit_code)

    def load(self, ctx: click.Context, name: str) -> click.Command | None:
        """The command *name*, which there is."""
        return super().get_command(ctx, name)


@contextmanager
def _one_style(ctx: click.Context) -> Iterator[None]:
    """Answers an unknown option as an unknown command is answered, and an operator in the operator's language."""
    try:
        yield
    except click.UsageError as error:
        where = error.ctx or ctx
        told = usage.in_words(error, ctx)
        if told is not error or not isinstance(error, click.NoSuchOption):
            raise told from None
        known = [name for each in where.command.get_params(where) if isinstance(each, click.Option)
                 for name in each.opts if name.startswith("--")]
        raise click.UsageError(f"no such option {error.option_name!r}; {suggestion(error.option_name, known)}",
                               where) from None
