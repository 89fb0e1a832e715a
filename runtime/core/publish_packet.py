"""A message as it stands in an MQTT packet. Pure.

What its sender has added to it (user properties, a content type, …) is passed over: nothing here has a use for it.
"""

from typing import NamedTuple

_RETAIN, _QOS = 0x01, 0x06  # of the first byte (MQTT 5, 3.3.1)
_LONGEST_LENGTH = 4  # bytes of a length (1.5.5)


class Arrived(NamedTuple):
    """A message, and how many bytes (`size`) it had with what was added to it.

    `number` is by what it is to be acknowledged: 0 at QoS 0.
    """

    topic: str
    payload: bytearray
    retain: bool
    number: int
    size: int


def read(head: int, packet: bytearray) -> Arrived:
    """What is in a PUBLISH *packet* behind its fixed header, which begins with the byte *head* (MQTT 5, 3.3).

    At QoS 0 or 1. Raises ValueError where it is cut short, or its topic is no text.
    """
    begin = 2 + int.from_bytes(packet[:2], "big")
    numbered = begin + (2 if head & _QOS else 0)
    behind = numbered + _length(packet[numbered:numbered + _LONGEST_LENGTH])
    if behind > len(packet):
        raise ValueError("a PUBLISH that is cut short")
    number = int.from_bytes(packet[begin:numbered], "big")
    return Arrived(packet[2:begin].decode(), packet[behind:], bool(head & _RETAIN), number, len(packet))


def _length(written: bytearray) -> int:
    """How long what was added is, with its length, which *written* begins with."""
    length = 0
    for place, byte in enumerate(written):
        length += (byte & 0x7F) << 7 * place
        if byte < 0x80:
            return place + 1 + length
    raise ValueError("a PUBLISH without an end of its properties")
