"""The panel below the table: the tour's step, or what can be tried after it. Pure; must not ask the world."""

from dataclasses import dataclass

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.text import Text

from demo.tour import Outcome, Stage

INNER_LINES = 6
KEYS = (
    (("1-7", "pos"), ("p", "pencurian, theft"), ("k", "kebakaran, fire"), ("a", "aman, all-clear"), ("r", "ronda")),
    (("h", "hening, silence"), ("l", "kunci, lock"), ("b", "broker"), ("o", "posko"), ("x", "pos mati/hidup, off/on"),
     ("q", "keluar, quit")),
)
LAMPS = "lampu: p pencurian, k kebakaran, a aman, h hening · tekan q untuk keluar, to quit"


@dataclass(frozen=True, slots=True)
class Invitation:
    """What can be tried: a line for another terminal, with the `home` that it needs; what the last key did, and how the
    tour went.
    """

    home: str
    line: str
    chosen: str
    message: str
    verdict: str
    differences: tuple[str, ...]


def tour_panel(stage: Stage | None, steps: int) -> RenderableType:
    """The step that *stage* is at, of so many *steps*."""
    if stage is None:
        return _panel("Tur · Tour", [Text("Posko dan tujuh pos sedang disiapkan …", "dim")], "cyan")
    done = stage.outcomes[stage.number - 1 :]
    lines = [
        Text(stage.step.title, "bold"),
        Text(stage.step.english, "dim"),
        Text(stage.step.look, "yellow"),
        *(Text(line, "cyan") if line.startswith("#") else Text.assemble(("$ ", "dim"), (line, "bold cyan"))
          for line in stage.lines),
        _outcome(done[0]) if done else Text("…" if stage.acting else "", "dim"),
    ]
    title = Text.assemble(f"Langkah {stage.number} dari {steps}  ", _progress(stage, steps))
    return _panel(title, lines, "cyan", LAMPS)


def try_panel(invitation: Invitation) -> RenderableType:
    """What can be tried."""
    verdict = Text(invitation.verdict, "bold red" if invitation.differences else "green")
    for text in invitation.differences[:1]:
        verdict.append(f": {text}", "red")
    lines = [
        *([verdict] if invitation.verdict else []),
        Text.assemble(("$ ", "dim"), (f"export {invitation.home}", "bold cyan")),
        Text.assemble(("$ ", "dim"), (invitation.line, "bold cyan")),
        *map(_legend, KEYS),
        Text.assemble(("Pos: ", "dim"), (invitation.chosen, "bold"), f"   {invitation.message}"),
    ]
    return _panel("Silakan coba: di terminal lain, atau tombol · Try it: in another terminal, or keys", lines, "green")


def _legend(keys: tuple[tuple[str, str], ...]) -> Text:
    text = Text()
    for key, meaning in keys:
        text.append(f" {key} ", "bold black on cyan")
        text.append(f" {meaning}  ")
    return text


def _panel(title: str | Text, lines: list[Text], style: str, below: str = "") -> Panel:
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Panel(
        Group(*lines), title=title, title_align="left", border_style=style, height=INNER_LINES + 2,
        subtitle=Text(below, "dim") if below else None, subtitle_align="right",
    )


def _progress(stage: Stage, steps: int) -> Text:
    text = Text()
    for number in range(1, steps + 1):
        if number <= len(stage.outcomes):
            wrong = stage.outcomes[number - 1].differences
            text.append("✗" if wrong else "✓", "bold red" if wrong else "green")
        else:
            text.append("●" if number == stage.number else "·", "cyan" if number == stage.number else "dim")
    return text


def _outcome(outcome: Outcome) -> Text:
    if outcome.differences:
        more = f"  (+{len(outcome.differences) - 1})" if len(outcome.differences) > 1 else ""
        return Text(f"✗ {outcome.differences[0]}{more}", "bold red")
    return Text(f"✓ 7 pos dan posko sesuai{f'; {outcome.measured}' if outcome.measured else ''}", "bold green")
