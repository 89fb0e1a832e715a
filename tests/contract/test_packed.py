"""Long texts on the disk."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.packed import LEAST, MOST, pack, unpack

NAMES = json.dumps([f"desa-{number // 7}/pos-{number % 7}" for number in range(10_000)])


def test_a_text_of_ordinary_length_is_kept_as_it_is() -> None:
    assert pack('{"olean/pos-1": 0.4}') == '{"olean/pos-1": 0.4}'
    assert pack("a" * LEAST) == "a" * LEAST


def test_a_long_one_is_kept_in_a_fraction_of_its_length() -> None:
    kept = pack(NAMES)

    assert kept.startswith("bz2:")
    assert kept.isascii()
    assert len(kept) < len(NAMES) / 10
    assert unpack(kept) == NAMES


@given(st.text(max_size=40), st.integers(1, 300))
def test_whatever_was_packed_is_unpacked(text: str, times: int) -> None:
    assert unpack(pack(text * times)) == text * times
    assert unpack(pack("bz2:" + text)) == "bz2:" + text


@pytest.mark.parametrize("kept", [
    "bz2:", "bz2:?", "bz2:AAAA", pack(NAMES)[:-8], pack(NAMES)[:400], "bz2:" + pack(NAMES)[60:],
])
def test_what_is_damaged_is_an_error_that_says_so(kept: str) -> None:
    with pytest.raises(ValueError, match=r"packed|base64|padding|characters"):
        unpack(kept)


def test_what_would_fill_the_memory_is_refused() -> None:
    kept = pack("a" * (MOST + 1))

    assert len(kept) < LEAST
    with pytest.raises(ValueError, match="too long"):
        unpack(kept)
