"""The demo without a terminal: a line per event, a block per step. Must not decide what is right."""

from collections.abc import Callable, Mapping
from threading import Lock

from demo.sight import Said
from demo.tour import Outcome, Stage
from demo.words import phrase
from testing.box import now


class Plain:
    """Prints what happens to *echo*, each line with the seconds since the start."""

    def __init__(self, echo: Callable[[str], None], total: int, labels: Mapping[str, str]) -> None:
        self._echo = echo
        self._labels = labels
        self._total = total
        self._start = now()
        self._printing = Lock()
        self._told = 0

    def tell(self, said: Said) -> None:
        """Prints a line of a node or the hub."""
        self._print(f"{said.at - self._start:8.3f}  {said.post:<17} {phrase(said, self._labels)}")

    def show(self, stage: Stage) -> None:
        """Prints a step's title and its lines before it acts, and its outcome after."""
        if stage.acting:
            self._print("")
            self._print(f"[{stage.number}/{self._total}] {stage.step.title} / {stage.step.english}")
            for line in stage.lines:
                self._print(line if line.startswith("#") else f"$ {line}")
        elif len(stage.outcomes) > self._told:
            self._told = len(stage.outcomes)
            for line in outcome_lines(stage.outcomes[-1]):
                self._print(line)

    def _print(self, line: str) -> None:
        with self._printing:
            self._echo(line)


def outcome_lines(outcome: Outcome) -> list[str]:
    """What came of a step: what the hub lists, and that all is as it should be, or each difference."""
    hub = f"   posko: {outcome.hub}"
    if outcome.differences:
        return [hub, *(f"   ✗ {text}" for text in outcome.differences)]
    return [hub, f"   ✓ 7 pos dan posko sesuai / as expected{f'; {outcome.measured}' if outcome.measured else ''}"]
