"""The only home of Apprise: whether an address can be used, how it is shown, and sending to it.

An address has secrets nearly everywhere: a token in the host, a topic in the path. Apprise hides passwords and tokens
(`privacy`); a path it shows (seen with 2.3.0: ntfy's topic, which is all that keeps others from reading). So of a path
the beginning alone is shown here, and what Apprise reports of a failure is freed of all that is secret.
"""

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import apprise
from apprise.manager_plugins import NotificationManager

from contract.settings.suggestions import nearest
from contract.text import printable

CONNECT_S, READ_S = 10.0, 20.0  # unless the address says otherwise (cto, rto)
SHOWN = 3  # characters of each part of a path
SHORTEST = 4  # characters of what counts as a secret: shorter ones are part of ordinary words
LONGEST = 200
MOST_LINES = 5
# With its default of 60 s Apprise sends in a pool that all addresses share, of four threads more than there are
# processors: what hangs stays in it, and when it is full, nothing is sent anywhere (seen with 2.3.0).
_IN_THIS_THREAD = apprise.AppriseAsset(service_timeout=0)


class GatewayError(Exception):
    """The address cannot be used; the message says why, without its secrets."""


class _Lines(logging.Handler):
    """What Apprise reports, by the thread in which it does."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._own = threading.local()

    def emit(self, record: logging.LogRecord) -> None:
        lines = getattr(self._own, "lines", None)
        if lines is not None and len(lines) < MOST_LINES:
            lines.append(record.getMessage())

    @contextmanager
    def gathered(self) -> Iterator[list[str]]:
        """What this thread causes to be reported."""
        lines: list[str] = []
        self._own.lines = lines
        try:
            yield lines
        finally:
            self._own.lines = None


_LINES = _Lines()
_LOG = logging.getLogger("apprise")
_LOG.addHandler(_LINES)
_LOG.propagate = False


class Gateway:
    """A way out of the house: one address. `name` shows it without secrets, `service` is what is there.

    `recipients` is how many get each message. Raises GatewayError.
    """

    def __init__(self, url: str) -> None:
        self._secrets = _secrets(url)
        with _LINES.gathered() as lines:
            try:
                made = apprise.Apprise.instantiate(_with_timeouts(url), asset=_IN_THIS_THREAD)
            except Exception as error:  # noqa: BLE001 - a plug-in's: whatever it raises, the address is of no use
                made = None
                lines.append(repr(error))
        if made is None:
            raise GatewayError(self._why(url, lines))
        service = cast("Any", made)
        if service.optional:
            raise GatewayError("leave optional= out: Apprise would report a failure as a success")
        self.name = _shown(service.url(privacy=True))
        self.service = printable(service.service_name, 40)
        self.recipients = len(service)
        self._sender = apprise.Apprise(service, asset=_IN_THIS_THREAD)

    def send(self, title: str, body: str) -> str | None:
        """Sends plain text; why it was not taken, or None. It may take as long as its timeouts are, and more.

        Apprise writes it as the service needs it: of a note, no markup counts. It sends in this thread.
        """
        with _LINES.gathered() as lines:
            try:
                result = self._sender.notify(
                    body=body, title=title, notify_type=apprise.NotifyType.WARNING,
                    body_format=apprise.NotifyFormat.TEXT,
                )
            except Exception as error:  # noqa: BLE001 - as above
                return self._hidden(repr(error))
        if result:
            return None
        found = [each.message for each in result.logs()] or lines
        return self._hidden("; ".join(dict.fromkeys(found))) or "it was not taken"

    def _why(self, url: str, lines: list[str]) -> str:
        scheme = url.partition("://")[0].casefold()
        known = sorted(NotificationManager().schemas())  # type: ignore[no-untyped-call]
        if scheme not in known:
            close = nearest(scheme, known)
            meant = f"; did you mean {close}://?" if close else "; see https://appriseit.com/services/"
            return f"{scheme}:// is not known{meant}"
        found = self._hidden("; ".join(lines))
        return f"{scheme}:// cannot be used as it is written{f': {found}' if found else ''}"

    def _hidden(self, reason: str) -> str:
        for secret in self._secrets:
            reason = reason.replace(secret, "…")
        return printable(reason, LONGEST)


def _with_timeouts(url: str) -> str:
    """*url* with our limits, where it has none of its own."""
    query = urlsplit(url).query
    more = [f"{name}={value:g}" for name, value in (("cto", CONNECT_S), ("rto", READ_S)) if f"{name}=" not in query]
    return url + ("&" if query else "?") + "&".join(more) if more else url


def _secrets(url: str) -> list[str]:
    """The parts of *url* that must not be shown, the longest first. Its host is one where it is no host's name."""
    parts = re.split(r"[/?&=:@,]+", url.partition("://")[2])
    host = re.split(r"[/?]", url.partition("://")[2])[0].rpartition("@")[2].partition(":")[0]
    public = {host} if "." in host or host == "localhost" else set()
    found = {each for part in parts for each in (part, unquote(part)) if len(each) >= SHORTEST and each not in public}
    return sorted({url, *found}, key=len, reverse=True)


def _shown(private: str) -> str:
    """Apprise's own *private* form of an address, shorter: without its options, and of its path the beginning."""
    scheme, _, rest = private.partition("?")[0].partition("://")
    host, *path = rest.rstrip("/").split("/")
    if not re.search(r"[.:@]|^localhost$", host):
        host = _cut(host)
    return printable(f"{scheme}://{'/'.join([host, *map(_cut, path)])}", 80)


def _cut(part: str) -> str:
    return part if len(part) <= SHOWN else f"{part[:SHOWN]}…"
