"""Sessions and logins: tokens that nobody can foretell, and how often a code may be tried. Keeps no session itself."""

import hashlib
import hmac
import secrets
from collections import OrderedDict, deque

from posko.web.core import limits

COOKIE, LANGUAGE_COOKIE = "sesi", "bahasa"
COOKIE_S = 400 * 86_400  # as long as browsers keep one (RFC 6265bis, section 5.5)
PER_ADDRESS, IN_ALL = 5, 30  # tries of a code, each minute
ADDRESSES = 1000


def new_token() -> str:
    """A session's token, for its cookie."""
    return secrets.token_urlsafe(32)


def digest(token: str) -> str:
    """What the store has of it."""
    return hashlib.sha256(token.encode()).hexdigest()


def csrf(token: str) -> str:
    """What a page of the session sends along: whoever has no cookie to read cannot know it."""
    return hashlib.sha256(f"csrf:{token}".encode()).hexdigest()


def is_csrf(token: str, given: str) -> bool:
    """Whether *given* is that of the session with *token*."""
    return hmac.compare_digest(csrf(token).encode(), given.encode())


class Tries:
    """The tries of the last minute, by the address they came from."""

    def __init__(self) -> None:
        self._all: deque[float] = deque(maxlen=IN_ALL)
        self._of: OrderedDict[str, deque[float]] = OrderedDict()

    def take(self, address: str, now: float) -> float:
        """Counts a try from *address* at *now*, in s; how long it has to wait instead, or 0.0."""
        own = self._of.setdefault(address, deque(maxlen=PER_ADDRESS))
        self._of.move_to_end(address)
        if len(self._of) > ADDRESSES:
            self._of.popitem(last=False)
        waits = (limits.wait_s(own, now, PER_ADDRESS, limits.MINUTE_S),
                 limits.wait_s(self._all, now, IN_ALL, limits.MINUTE_S))
        if not any(waits):
            own.append(now)
            self._all.append(now)
        return max(waits)
