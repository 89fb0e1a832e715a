"""Login codes: each is found by its first three characters, so there is room for so many."""

import pytest

from broker import codes
from broker.core.accounts import Code, first
from contract import people
from contract.settings.schema import SettingsError

A = people.ALPHABET
HASH = f"2$1$1${'0' * 32}${'0' * 64}"


def test_where_there_is_no_room_for_more_codes_that_is_a_line_and_nobody_waits_for_one_without_end() -> None:
    state = first("situbondo.yaml")
    state.codes.update({f"warga-{number}": Code(1, A[number // 961] + A[number // 31 % 31] + A[number % 31], HASH)
                        for number in range(25_000)})

    with pytest.raises(SettingsError) as error:
        codes.issue(state, ["satu-lagi"], 2, print)
    assert list(error.value.faults) == ["25001 people would have cards; one installation has room for 25000"]
    renewed, plain = codes.issue(state, ["warga-7"], 2, print)
    assert len(renewed.codes) == 25_000
    assert people.key(plain["warga-7"]) not in {each.key for name, each in state.codes.items() if name != "warga-7"}
