"""The demo as lines: one for each event, a block for each step; then, in a terminal, keys. Must not decide anything."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from threading import Lock

from contract import people
from contract.wire.event import Report
from demo import texts
from demo.controls import QUIT, Controls, Keys
from demo.page import GUESTS
from demo.seen import Event
from demo.tour import Outcome, Stage, Step, run, wording
from demo.world import LeavingError, World
from posko.labels.labels import Labels, clean
from posko.operator import lines
from posko.operator.core.snapshot import News
from testing.box import now

POLL_S = 0.2


class PlainDemo:
    """Prints to *echo* what happens in *world*, which is to be started, with the seconds since now.

    After the tour it stays for so many seconds, or until one of *keys*, if there are any, or a signal ends it.
    """

    def __init__(self, world: World, labels: Labels, echo: Callable[[str], object], keys: Keys | None) -> None:
        self._world, self._labels, self._echo, self._keys = world, labels, echo, keys
        self._start = now()
        self._printing = Lock()
        self._shown = 0
        world.report = self._report

    def run(self, steps: Sequence[Step], stay_s: float | None) -> list[Outcome]:
        """Shows the tour of *steps*, then stays. Raises LeavingError if the tour was broken off."""
        outcomes = run(self._world, steps, self._show)
        self._print(*summary(outcomes, self._labels))
        if stay_s is None:
            stay_s = 0.0 if outcomes and not self._keys else float("inf")
        if stay_s > 0:
            with suppress(LeavingError):
                self._stay(now() + stay_s)
        return outcomes

    def _stay(self, until: float) -> None:
        controls = Controls(self._world, self._labels)
        if self._keys is not None:
            self._keys.forget()
        self._print(self._labels(texts.TRY if self._keys else texts.TRY_ELSEWHERE))
        self._print(f"$ {self._world.home} {controls.line()}")
        self._print(page_line(self._world, self._labels))
        if self._keys is None:
            self._world.sleep(until - now())
            return
        self._print("  ".join(f"{key} {self._labels(meaning)}" for key, meaning in texts.KEYS.items()))
        self._print(self._labels(texts.CHOSEN, post=self._labels.post(controls.chosen)))
        while now() < until and not self._world.leaving:
            for key in self._keys.read(POLL_S):
                if key in QUIT:
                    self._world.leaving = True
                else:
                    controls.message = ""
                    controls.obey(key)
                    self._print(*filter(None, [controls.message]))
        controls.rest()

    def _report(self, event: Event) -> None:
        if "text" not in event.members:  # which begins a log, and is no event
            self._print(event_line(event, self._start, self._labels))

    def _show(self, stage: Stage) -> None:
        if stage.acting:
            self._print("", f"[{stage.number}/{stage.total}] {self._labels(stage.step.title)}")
            self._print(*step_lines(self._world, stage.step, self._labels))
        elif len(stage.outcomes) > self._shown:
            self._shown = len(stage.outcomes)
            self._print(*(f"   {line}" for line in outcome_lines(stage.outcomes[-1], self._labels)))

    def _print(self, *found: str) -> None:
        with self._printing:
            for line in found:
                self._echo(line)


def event_line(event: Event, start: float, labels: Labels) -> str:
    """An event with the seconds since *start*, and with where it happened."""
    return f"{labels.number(event.at - start, 3):>8}  {labels.program(event.source):<16} {event_text(event, labels)}"


def event_text(event: Event, labels: Labels) -> str:
    """An event as `kentongan watch` words it; what is none as it came."""
    if not event.kind:
        return clean(event.members["line"])
    report = Report(event.kind, str(event.members.get("boot", "")), event.members)
    return lines.news_text(News(0, event.at, event.source, report), labels)


def page_line(world: World, labels: Labels) -> str:
    """Where the page is, and the codes with which guests log in, once each."""
    address = world.page.address or ("?", 0)
    codes = " · ".join(f"{each.role.value} {people.shown(world.page.codes[each.name])}" for each in GUESTS)
    return labels(texts.PAGE, address="http://{}:{}".format(*address), codes=codes)


def step_lines(world: World, step: Step, labels: Labels) -> Iterator[str]:
    """What is done in *step*, as it would be typed."""
    for act in step.acts:
        line = wording(world, act, labels)
        yield line if line.startswith("#") else f"$ {line}"


def outcome_lines(outcome: Outcome, labels: Labels) -> list[str]:
    """That all was as it should be in a step, or each difference."""
    if outcome.differences:
        return [f"✗ {text}" for text in outcome.differences]
    after_s = outcome.last_siren_s
    siren = "" if after_s is None else labels(texts.SIREN_AFTER, time=labels.thousandths(after_s))
    return [f"{labels(texts.AS_EXPECTED)}{siren}"]


def summary(outcomes: Sequence[Outcome], labels: Labels) -> list[str]:
    """That all was as it should be in all steps, or each difference with its step's number; nothing of no tour."""
    found = [f"✗ [{number}] {text}" for number, outcome in enumerate(outcomes, 1) for text in outcome.differences]
    if found:
        return [labels(texts.DIFFERENCES, count=len(found)), *found]
    return [labels(texts.ALL_WELL, total=len(outcomes))] if outcomes else []
