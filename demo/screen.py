"""The demo in a terminal: the picture of `kentongan watch` with the ribbon of pins, and the tour, or the keys, below.

    main thread: snapshot, pins ──> picture; keys ──> controls        tour thread: steps, shown as stages

Must not decide anything.
"""

from collections.abc import Iterator, Sequence
from threading import Thread

from rich.console import Console, Group
from rich.layout import Layout
from rich.live import Live
from rich.panel import Panel
from rich.text import Text

from demo import pins_view, texts
from demo.controls import QUIT, Controls, Keys
from demo.plain import outcome_lines, page_line, step_lines, summary
from demo.tour import Outcome, Stage, Step, run
from demo.world import LeavingError, World
from posko.labels.labels import Labels
from posko.operator import live
from testing.box import now

WIDE, HIGH = 100, 30  # the least that the picture needs
SPACIOUS = 136  # columns in which one also sees the posts take turns
FRAME_S = 0.1
READ_S = 2.0  # how long a step's line can be read before it is run
PANEL_LINES = 9
KEYS_IN_ROW = 6


class LiveDemo:
    """Draws *world* on *console*, the tour first; then it stays, until a key or a signal ends it."""

    def __init__(self, world: World, labels: Labels, console: Console, keys: Keys) -> None:
        self._world, self._labels, self._console, self._keys = world, labels, console, keys
        self._controls = Controls(world, labels)
        self._stage: Stage | None = None
        self._outcomes: list[Outcome] | None = None
        self._failure: BaseException | None = None
        self._toured_at = now()

    def run(self, steps: Sequence[Step], stay_s: float | None) -> list[Outcome]:
        """Shows the tour of *steps*, then stays for *stay_s*. Raises LeavingError if the tour was broken off."""
        tour = Thread(target=self._tour, args=(steps,), name="tour", daemon=True)
        self._keys.forget()
        tour.start()
        try:
            with Live(
                self._picture(), console=self._console, screen=True, auto_refresh=False, vertical_overflow="crop"
            ) as view:
                while self._goes_on(self._keys.read(FRAME_S), stay_s):
                    view.update(self._picture(), refresh=True)
        finally:
            self._world.leaving = True
            tour.join()
            self._controls.rest()
        if self._failure is not None:
            raise self._failure
        if self._outcomes is None:
            raise LeavingError
        return self._outcomes

    def _tour(self, steps: Sequence[Step]) -> None:
        try:
            outcomes = run(self._world, steps, self._show, read_s=READ_S, linger=True)
            self._toured_at, self._outcomes = now(), outcomes
        except LeavingError:
            pass
        except Exception as error:  # noqa: BLE001 - top-level handler of the thread: the main thread raises it
            self._failure = error

    def _show(self, stage: Stage) -> None:
        self._stage = stage

    def _goes_on(self, typed: str, stay_s: float | None) -> bool:
        """Obeys what was *typed*; False when it is time to leave."""
        if self._world.leaving or self._failure is not None or any(key in QUIT for key in typed):
            return False
        if self._outcomes is None:
            return True
        for key in typed:
            self._controls.obey(key)
        return stay_s is None or now() < self._toured_at + stay_s

    def _picture(self) -> Layout:
        width, height = self._console.size
        at = now()
        seen = {name: self._world.seen(name, at - pins_view.LOOK_BACK_S) for name in self._world.posts}
        chosen = "" if self._outcomes is None else self._controls.chosen
        turns = width >= SPACIOUS
        taken = pins_view.WIDTH + (pins_view.TURNS_WIDTH if turns else 0)
        pins = live.Column(f"  {self._labels(texts.PINS)}", taken, pins_view.cells(seen, at, chosen, turns=turns))
        watch = live.picture(self._world.snapshot(), self._labels, f"127.0.0.1:{self._world.broker.port}",
                             (width, height - PANEL_LINES), pins)
        whole = Layout()
        whole.split_column(Layout(watch), Layout(self._below(), size=PANEL_LINES))
        return whole

    def _below(self) -> Panel:
        if self._outcomes is not None:
            return panel(self._labels(texts.TRY), list(self._invitation(self._outcomes)), "green")
        if self._stage is None:
            return panel("", [Text(self._labels(texts.STARTING), "dim")], "cyan")
        title = f"{self._labels(texts.STEP, number=self._stage.number, total=self._stage.total)}  "
        return panel(Text.assemble(title, progress(self._stage)), list(self._step(self._stage)), "cyan")

    def _step(self, stage: Stage) -> Iterator[Text]:
        yield Text(self._labels(stage.step.title), "bold")
        yield Text(self._labels(stage.step.look), "yellow")
        yield from (Text(line, "bold cyan") for line in step_lines(self._world, stage.step, self._labels))
        for outcome in stage.outcomes[stage.number - 1:]:
            yield from (Text(line, "bold red" if outcome.differences else "bold green")
                        for line in outcome_lines(outcome, self._labels)[:1])

    def _invitation(self, outcomes: Sequence[Outcome]) -> Iterator[Text]:
        if outcomes:
            wrong = any(outcome.differences for outcome in outcomes)
            yield Text(" ".join(summary(outcomes, self._labels)[:2]), "bold red" if wrong else "green")
        for line in (f"export {self._world.home}  # kentongan watch, alarm, clear, …", self._controls.line()):
            yield Text("$ ", "dim").append(line, "bold cyan")
        yield Text(page_line(self._world, self._labels), "bold magenta")
        keys = list(texts.KEYS.items())
        for row in (keys[:KEYS_IN_ROW], keys[KEYS_IN_ROW:]):
            yield Text("  ").join(
                Text.assemble((f" {key} ", "bold black on cyan"), f" {self._labels(meaning)}")
                for key, meaning in row
            )
        yield Text(self._controls.message or self._labels(texts.CHOSEN, post=self._labels.post(self._controls.chosen)))


def panel(title: str | Text, found: list[Text], style: str) -> Panel:
    """A frame around lines, each cut off where the terminal ends."""
    for line in found:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Panel(Group(*found), title=title or None, title_align="left", border_style=style, height=PANEL_LINES)


def progress(stage: Stage) -> Text:
    """A character for each step: done well, done badly, running, to come."""
    text = Text()
    for number in range(1, stage.total + 1):
        if number <= len(stage.outcomes):
            wrong = stage.outcomes[number - 1].differences
            text.append("✗" if wrong else "✓", "bold red" if wrong else "green")
        else:
            text.append("●" if number == stage.number else "·", "cyan" if number == stage.number else "dim")
    return text
