"""The voice of a running node: renders what is missing, in the background. Must not delay anything, nor play.

Nothing waits for it: until a sentence is whole, its slot is silent. Recordings that are put there while the node runs
are found within a minute, and what failed is tried again as often.
"""

import math
from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as Flag

from contract.wire.faults import Fault
from node.sound.espeak import VoiceError
from node.sound.speech_files import NoEspeakError, Voices, whole
from runtime.inbox import Inbox
from runtime.worker import FaultReporter, Worker

LOOK_S = 60.0
WORD_S = 0.5


class VoiceKeeper:
    """Keeps *voices* complete, and knows their files. Use as a context manager."""

    def __init__(self, voices: Voices, inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._voices = voices
        self._faults = FaultReporter(inbox)
        self._prepare = prepare
        self._found: Mapping[str, Path] = {}
        self._word = "not known: its files do not answer"
        self._looked = Flag()
        self._worker = Worker("voice", self._turn, self._failed, math.inf)  # rendering takes its time

    def __enter__(self) -> "VoiceKeeper":
        self._worker.start(self._prepare)
        return self

    def __exit__(self, *_: object) -> None:
        self._worker.end()
        self._voices.stop()
        self._worker.join(1.0)

    def paths(self, sentence: tuple[str, ...]) -> tuple[Path, ...]:
        """The files that say *sentence*; none if any is missing. As last seen: the disk is not asked."""
        return whole(sentence, self._found)

    def word(self) -> str:
        """Whose voice it is, for the status. Waits a moment for it, and no longer: a disk may hang."""
        self._looked.wait(WORD_S)
        return self._word

    def _turn(self) -> None:
        fault = self._look()
        if self._worker.ending:
            return
        if fault is None:
            self._faults.well(Fault.VOICE)
        else:
            self._faults.failed(Fault.VOICE, fault)
        self._worker.pause(LOOK_S)

    def _failed(self, error: Exception) -> None:
        self._faults.failed(Fault.VOICE, f"the voice's files cannot be kept: {error}")
        self._worker.pause(LOOK_S)

    def _look(self) -> str | None:
        """Looks, renders and looks again; returns what went wrong."""
        try:
            self._word = self._voices.word()
            self._looked.set()
            self._found = self._voices.look()
            try:
                self._voices.render()
            finally:
                self._found = self._voices.look()
        except NoEspeakError:
            pass  # the status says it, and a village without one has done nothing wrong
        except VoiceError as error:
            return str(error)
        return self._voices.absent()
