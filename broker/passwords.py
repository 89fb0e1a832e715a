"""Passwords: made at random, kept for the broker as `$7$` hashes, which mosquitto_passwd 2 makes as well.

`$7$ITERATIONS$SALT$HASH`: PBKDF2 with HMAC-SHA512, salt of 12 bytes, both in base64 (mosquitto 2.0,
src/mosquitto_passwd.c). Mosquitto reckons the hash anew at each login and, for all who are linked, at each reload; its
own 101 rounds suffice here, for nobody guesses 120 random bits.

For RabbitMQ: salt of 4 bytes, and SHA-256 of salt and password, both in base64 (its documentation, Credentials and
Passwords, "Computing Password Hashes").
"""

import base64
import hashlib
import hmac
import secrets

from broker.core.accounts import RABBITMQ
from broker.core.secret import Secret

ROUNDS = 101
_SALT_BYTES, _SALTED_BYTES = 12, 4
_BYTES = 15
_TAIL_BYTES = 10


def new(engine: str) -> Secret:
    """A new password: 24 small letters and digits, which nobody confuses and no shell touches."""
    return of(base64.b32encode(secrets.token_bytes(_BYTES)).decode().lower(), engine)


def tail() -> str:
    """What makes the name of a box impossible to guess: 16 small letters and digits, 80 random bits."""
    return base64.b32encode(secrets.token_bytes(_TAIL_BYTES)).decode().lower()


def cookie() -> str:
    """The word by which the machines of a cluster trust each other: 160 random bits."""
    return secrets.token_hex(20)


def of(password: str, engine: str) -> Secret:
    """*password* with a new hash for *engine*."""
    if engine == RABBITMQ:
        return Secret(salted(password, secrets.token_bytes(_SALTED_BYTES)), password)
    return Secret(_hash(password, ROUNDS, secrets.token_bytes(_SALT_BYTES)), password)


def fits(secret: Secret) -> bool:
    """Whether password and hash belong together; a hash alone fits."""
    if secret.password is None:
        return True
    try:
        if not secret.hash.startswith("$"):
            found = salted(secret.password, base64.b64decode(secret.hash)[:_SALTED_BYTES])
            return hmac.compare_digest(found, secret.hash)
        _, kind, rounds, salt, _ = secret.hash.split("$")
        found = _hash(secret.password, int(rounds), base64.b64decode(salt))
    except (ValueError, OverflowError):
        return False
    return kind == "7" and hmac.compare_digest(found, secret.hash)


def salted(password: str, salt: bytes) -> str:
    """RabbitMQ's hash of *password* with *salt*, which has 4 bytes."""
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def _hash(password: str, rounds: int, salt: bytes) -> str:
    found = hashlib.pbkdf2_hmac("sha512", password.encode(), salt, rounds)
    return f"$7${rounds}${base64.b64encode(salt).decode()}${base64.b64encode(found).decode()}"
