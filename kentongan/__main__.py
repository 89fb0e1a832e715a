"""The command line: finds the subcommand and loads its room, and no other."""

from importlib import import_module

import click

from contract.nearest import nearest

# name: (module, attribute, what --help says of it)
COMMANDS = {
    "node": ("node.__main__", "node", "Run a node until it is told to stop."),
    "rest": ("node.__main__", "rest", "Drive a node's outputs to rest, after it has ended."),
    "check": ("node.__main__", "check", "Say everything that is wrong with a node's settings."),
    "play": ("node.play_command", "play", "Play an incident's rhythm, and show how it falls."),
    "voice": ("node.voice_command", "voice", "Render and list what a node's loudspeaker says."),
    "posko": ("posko.__main__", "posko", "Run the hub: it repeats what is in force, and sees who rings."),
    "alarm": ("posko.desk.__main__", "alarm", "Raise an alarm, and see which posts sound it."),
    "clear": ("posko.desk.__main__", "clear", "All-clear for a village, and see that it is quiet."),
    "silence": ("posko.desk.__main__", "silence", "Silence a village's posts, without the safe code."),
    "test": ("posko.desk.__main__", "test", "Have a village's posts test themselves, with one quiet stroke."),
    "watch": ("posko.desk.__main__", "watch", "Watch the district: its posts and its alarms."),
    "report": ("posko.archive.__main__", "report", "What happened: alarms by month, and the watch's rounds."),
    "broker": ("broker.__main__", "broker", "Make a safe broker: accounts, certificates, access lists."),
    "demo": ("demo.__main__", "demo", "Six villages and a police post, on this machine."),
}


class _Rooms(click.Group):
    """A group that imports a subcommand's module only when it is called: a node needs no demo in its memory."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            if ctx.resilient_parsing or cmd_name.startswith("-"):
                return None
            close = nearest(cmd_name, COMMANDS)
            ctx.fail(f"no such command {cmd_name!r}; "
                     + (f"did you mean {close}?" if close else f"known: {', '.join(COMMANDS)}"))
        module, name, _ = COMMANDS[cmd_name]
        command = getattr(import_module(module), name)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kentongan-digital", message="kentongan %(version)s")
def main() -> None:
    """Kentongan digital: the village's alarm drum, for a whole district."""


if __name__ == "__main__":
    main()
