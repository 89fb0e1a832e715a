"""Login codes for the page: made at random, kept as hashes. Must not write a file."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import replace

from broker.core.accounts import Code, State
from contract import people
from contract.settings.schema import SettingsError

MOST = 25_000  # codes of one installation: three characters find each, and 31 ** 3 are all that there are
_EVERY = 25  # codes; each takes some 50 ms on a PC, three times as long on a Raspberry Pi


def issue(
    state: State, names: Iterable[str], now_s: int, tell: Callable[[str], object]
) -> tuple[State, dict[str, str]]:
    """*state* in which each of *names* has a new code, and the plain codes, which are nowhere else.

    Of the codes of before no login counts any more: `issued` grows, even if the clock was set back. Raises
    SettingsError where there would be more than MOST.
    """
    wanted = [*names]
    count = len({*state.codes, *wanted})
    if count > MOST:
        raise SettingsError([f"{count} people would have cards; one installation has room for {MOST}"])
    keys = {each.key for name, each in state.codes.items() if name not in wanted}
    made, codes = dict(state.codes), {}
    for count, name in enumerate(wanted, 1):
        code = new(keys)
        keys.add(people.key(code))
        before = made.get(name)
        issued = now_s if before is None else max(now_s, before.issued + 1)
        made[name] = Code(issued, people.key(code), people.hashed(code, secrets.token_bytes(people.SALT_BYTES)))
        codes[name] = code
        if count % _EVERY == 0 and count < len(wanted):
            tell(f"{count} of {len(wanted)} codes")
    return replace(state, codes=made), codes


def new(keys: set[str]) -> str:
    """A new plain code, found by none of *keys*."""
    while True:
        code = "".join(secrets.choice(people.ALPHABET) for _ in range(people.LENGTH))
        if people.key(code) not in keys:
            return code
