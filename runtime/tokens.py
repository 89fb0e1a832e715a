"""Names that nobody can foretell: what the pure cores draw theirs from. Must not be logged, nor leave the process."""

import hashlib
import secrets
from collections.abc import Callable

TOKEN_BITS = 80


def tokens() -> Callable[[int], str]:
    """The tokens of one run: for each number its own, of TOKEN_BITS bits in hexadecimal.

    They are drawn by BLAKE2b (RFC 7693) under a key that this run alone has, from the kernel's random numbers. Whoever
    has seen any of them can tell none of the others.
    """
    key = secrets.token_bytes(32)

    def token(number: int) -> str:
        return hashlib.blake2b(number.to_bytes(8, "big"), digest_size=TOKEN_BITS // 8, key=key).hexdigest()

    return token
