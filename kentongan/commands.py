"""The command line: finds the subcommand and loads its module, and no other."""

from importlib import import_module

import click

from kentongan import output
from kentongan.command_group import CommandGroup

# name: (module, attribute, what --help says of it)
COMMANDS = {
    "node": ("kentongan.node", "node", "Run a node until it is told to stop."),
    "rest": ("kentongan.node", "rest", "Drive a node's outputs to rest, after it has ended."),
    "check": ("kentongan.node", "check", "Say everything that is wrong with a node's settings."),
    "doctor": ("kentongan.doctor", "doctor", "Find what keeps this box from ringing, and say what to do."),
    "play": ("kentongan.play", "play", "Play an incident's rhythm, and show how it falls."),
    "voice": ("kentongan.voice", "voice", "Render and list what a node's loudspeaker says."),
    "poster": ("kentongan.poster", "poster", "The page to print and hang beside a box."),
    "coverage": ("kentongan.coverage", "coverage", "A map of where a district's posts are heard."),
    "posko": ("kentongan.posko", "posko", "Run the hub: it repeats what is in force, and sees who rings."),
    "web": ("kentongan.web", "web", "Run the page: alarms, answers and posts in a browser."),
    "notify": ("kentongan.notify", "notify", "Send messages about alarms to Telegram, e-mail, ntfy, …"),
    "alarm": ("kentongan.operator", "alarm", "Raise an alarm, and see which posts sound it."),
    "clear": ("kentongan.operator", "clear", "All-clear for a village, and see that it is quiet."),
    "silence": ("kentongan.operator", "silence", "Silence a village's posts, without the safe code."),
    "test": ("kentongan.operator", "test", "Have a village's posts test themselves, with one quiet stroke."),
    "respond": ("kentongan.respond", "respond", "Report how far you are with an alarm: menuju, di-lokasi, …"),
    "lapor": ("kentongan.lapor", "lapor", "Report what is no alarm: a quarrel, a suspicious crowd."),
    "watch": ("kentongan.operator", "watch", "Watch the district: its posts and its alarms."),
    "report": ("kentongan.report", "report", "What happened: alarms by month, and the watch's rounds."),
    "district": ("kentongan.district", "district", "Write a district file by answering questions, or judge one."),
    "broker": ("kentongan.broker", "broker", "Make a safe broker: accounts, certificates, access lists."),
    "completion": ("kentongan.completion", "completion", "Print the script by which a shell completes words."),
    "demo": ("kentongan.demo", "demo", "Six villages and a police post, on this machine."),
}


class _Rooms(CommandGroup):
    """A group that imports a subcommand's module only when it is called: a node needs no demo in its memory."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def load(self, ctx: click.Context, name: str) -> click.Command | None:
        module, attribute, _ = COMMANDS[name]
        command = getattr(import_module(module), attribute)
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])


@click.group(cls=_Rooms, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(None, "-V", "--version", package_name="kentongan-digital", message="kentongan %(version)s")
def main() -> None:
    """Kentongan digital: the village's alarm drum, for a whole district."""
    output.accept_all_characters()
