"""The voice of a running node: renders what is missing, in the background. Must not delay anything, nor play.

Nothing waits for it: until a sentence is whole, its slot is silent. Recordings that are put there while the node runs
are found within a minute, and what failed is tried again as often.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from contract.wire.faults import Fault
from node.sound.espeak import VoiceError
from node.sound.speech_files import NoEspeakError, Voices, whole
from runtime.core.events import Faulted, Recovered
from runtime.inbox import Inbox

LOOK_S = 60.0
WORD_S = 0.5


class VoiceKeeper:
    """Keeps *voices* complete, and knows their files. Use as a context manager."""

    def __init__(self, voices: Voices, inbox: Inbox, prepare: Callable[[], object] = lambda: None) -> None:
        self._voices = voices
        self._inbox = inbox
        self._prepare = prepare
        self._found: Mapping[str, Path] = {}
        self._fault: str | None = None
        self._word = "not known: its files do not answer"
        self._looked = Flag()
        self._closing = Flag()
        self._thread = Thread(target=self._run, name="voice", daemon=True)

    def __enter__(self) -> "VoiceKeeper":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closing.set()
        self._voices.stop()
        self._thread.join(timeout=1.0)

    def paths(self, sentence: tuple[str, ...]) -> tuple[Path, ...]:
        """The files that say *sentence*; none if any is missing. As last seen: the disk is not asked."""
        return whole(sentence, self._found)

    def word(self) -> str:
        """Whose voice it is, for the status. Waits a moment for it, and no longer: a disk may hang."""
        self._looked.wait(WORD_S)
        return self._word

    def _run(self) -> None:
        self._prepare()
        while not self._closing.is_set():
            fault = self._turn()
            if fault != self._fault and not self._closing.is_set():
                self._fault = fault
                self._inbox.put(Recovered(Fault.VOICE) if fault is None else Faulted(Fault.VOICE, fault))
            self._closing.wait(LOOK_S)

    def _turn(self) -> str | None:
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
        except Exception as error:  # noqa: BLE001 - the thread's edge: it must go on, and say so
            return f"the voice's files cannot be kept: {error}"
        return self._voices.absent()
