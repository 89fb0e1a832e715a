"""One recorder for all tests of a run, and each round recorded once."""

from collections.abc import Callable, Iterator

import pytest

from contract.domain.rhythm import Cycle
from tests.signal.recorder import Frames, Recorder

Record = Callable[[Cycle, float], Frames]


@pytest.fixture(scope="session")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recorder]:
    """A device that writes as fast as it is read."""
    with Recorder(tmp_path_factory.mktemp("hurried")) as made:
        yield made


@pytest.fixture(scope="session")
def record(recorder: Recorder) -> Record:
    """A round of a cycle at a volume, as recorded; cycles that are equal are recorded once."""
    recorded: dict[tuple[Cycle, float], Frames] = {}

    def recording(cycle: Cycle, volume: float = 1.0) -> Frames:
        if (cycle, volume) not in recorded:
            recorded[cycle, volume] = recorder.round(cycle, volume)
        return recorded[cycle, volume]

    return recording
