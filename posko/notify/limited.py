"""One try to send, which is over after a while, whatever the other end does.

Timeouts of sockets count anew with each byte: a mail server that sends one every few seconds holds a thread for ever
(seen). Such a thread cannot be ended; it is left to itself, and MOST of them at most.
"""

from collections.abc import Callable, Hashable
from functools import partial
from threading import Event, Thread

LIMIT_S = 120.0  # more than all timeouts of most
MOST = 3


class _Try:
    """A sending of what is called `of`, in a thread of its own. `reason` is why it was not taken, once it is `over`."""

    def __init__(self, of: Hashable, send: Callable[[], str | None]) -> None:
        self.of = of
        self.over = Event()
        self.reason: str | None = "it was not taken"
        self._send = send
        Thread(target=self._run, name="a try to send", daemon=True).start()

    def _run(self) -> None:
        try:
            self.reason = self._send()
        except Exception as error:  # noqa: BLE001 - the top of the thread: whoever waits reports it
            self.reason = repr(error)
        finally:
            self.over.set()


class Limited:
    """Sends by *send*, and waits for *limit_s* at most. For one thread."""

    def __init__(self, send: Callable[[str, str], str | None], limit_s: float = LIMIT_S) -> None:
        self._send = send
        self._limit_s = limit_s
        self._hanging: list[_Try] = []

    def __call__(self, of: Hashable, title: str, body: str) -> str | None:
        """Why the message called *of* was not taken, or None. One that hung and was taken after all is not sent again.
        """
        over = [each for each in self._hanging if each.over.is_set()]
        self._hanging = [each for each in self._hanging if each not in over]
        if any(each.of == of and each.reason is None for each in over):
            return None
        if len(self._hanging) < MOST:
            found = _Try(of, partial(self._send, title, body))
            if found.over.wait(self._limit_s):
                return found.reason
            self._hanging.append(found)
        return f"it hangs: no answer within {self._limit_s:g} s"
