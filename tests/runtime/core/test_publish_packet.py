"""A message as it stands in a packet: topic, number, what was added to it, payload."""

import pytest

from runtime.core import publish_packet


@pytest.mark.parametrize(("head", "packet", "read"), [
    (0x30, b"\0\x03a/b\0hello", ("a/b", b"hello", False, 0)),
    (0x31, b"\0\x03a/b\0", ("a/b", b"", True, 0)),
    (0x32, b"\0\x03a/b\x01\x02\0x", ("a/b", b"x", False, 258)),
    (0x3A, b"\0\x02\xc3\xa9\0\x07\x02\x01\x01x", ("é", b"x", False, 7)),
    (0x33, b"\0\x01a\0\x09\x80\x01" + bytes(128) + b"x", ("a", b"x", True, 9)),  # a length of two bytes
])
def test_a_message_is_read_as_the_standard_has_it(
    head: int, packet: bytes, read: tuple[str, bytes, bool, int]
) -> None:
    found = publish_packet.read(head, bytearray(packet))

    assert (found.topic, bytes(found.payload), found.retain, found.number) == read
    assert found.size == len(packet)


@pytest.mark.parametrize(("head", "packet"), [
    (0x30, b""), (0x30, b"\0"), (0x30, b"\0\x03a/"), (0x30, b"\0\x03a/b"), (0x32, b"\0\x03a/b\0"),
    (0x32, b"\0\x03a/b\0\1"), (0x30, b"\0\x01a\x80"), (0x30, b"\0\x01a\x03x"), (0x30, b"\0\x01\xff\0"),
])
def test_a_message_that_is_cut_short_or_whose_topic_is_no_text_is_malformed(head: int, packet: bytes) -> None:
    with pytest.raises(ValueError, match=r"cut short|without an end|can.t decode"):
        publish_packet.read(head, bytearray(packet))
