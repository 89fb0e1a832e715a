"""A file is read as it was meant, whichever editor saved it; what holds no text is refused with what to do."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.settings.encoding import EncodingError, decode
from tests.contract.shipped import quick

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"))
ASCII = st.text(st.characters(min_codepoint=9, max_codepoint=126), min_size=8)


@quick
@given(text=TEXT, encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
def test_any_text_with_a_mark_or_in_utf_8_is_read_as_it_was_written(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@quick
@given(text=ASCII, encoding=st.sampled_from(["utf-16-le", "utf-16-be"]))
def test_utf_16_without_a_mark_is_read_too(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding)) == text


@quick
@given(body=st.binary())
def test_any_bytes_are_text_without_zeros_or_refused(body: bytes) -> None:
    try:
        text = decode(body)
    except EncodingError as error:
        assert str(error)  # noqa: PT017 - refused with a reason
        return
    assert "\0" not in text


@pytest.mark.parametrize("before", [b"", b"node: pos-1\n", b"a"])
@pytest.mark.parametrize("zeros", [1, 2, 511, 512, 4096])
def test_zeros_are_said_to_be_damage(before: bytes, zeros: int) -> None:
    with pytest.raises(EncodingError, match="is damaged: it holds zero bytes"):
        decode(before + bytes(zeros))
