"""Passwords: made at random, kept for the broker as `$7$` hashes, which mosquitto_passwd 2 makes as well.

`$7$ITERATIONS$SALT$HASH`: PBKDF2 with HMAC-SHA512, salt of 12 bytes, both in base64 (mosquitto 2.0,
src/mosquitto_passwd.c). Mosquitto reckons the hash anew at each login and, for all who are linked, at each reload; its
own 101 rounds suffice here, for nobody guesses 120 random bits.
"""

import base64
import hashlib
import hmac
import secrets

from broker.core.secret import Secret

ROUNDS = 101
_SALT_BYTES = 12
_BYTES = 15
_TAIL_BYTES = 10


def new() -> Secret:
    """A new password: 24 small letters and digits, which nobody confuses and no shell touches."""
    return of(base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower())


def tail() -> str:
    """What makes the name of a box impossible to guess: 16 small letters and digits, 80 random bits."""
    return base64.b32encode(secrets.token_bytes(_TAIL_BYTES)).decode().lower()


def of(password: str) -> Secret:
    """*password* with a new hash."""
    return Secret(_hash(password, ROUNDS, secrets.token_bytes(_SALT_BYTES)), password)


def fits(secret: Secret) -> bool:
    """Whether password and hash belong together; a hash alone fits."""
    if secret.password is None:
        return True
    try:
        _, kind, rounds, salt, _ = secret.hash.split("$")
        found = _hash(secret.password, int(rounds), base64.b64decode(salt))
    except (ValueError, OverflowError):
        return False
    return kind == "7" and hmac.compare_digest(found, secret.hash)


def _hash(password: str, rounds: int, salt: bytes) -> str:
    found = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    return f"$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}"
