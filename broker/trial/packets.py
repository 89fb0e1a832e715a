"""As much of MQTT 5 as a probe needs: values <-> bytes. Pure; must not open a socket.

Section numbers are those of the OASIS standard, MQTT version 5.0.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

CONNACK, PUBLISH, PUBACK, SUBACK, PINGRESP, DISCONNECT = 2, 3, 4, 9, 13, 14
SUCCESS, NO_SUBSCRIBERS, NOT_AUTHORIZED = 0x00, 0x10, 0x87
FAILURE = 0x80  # and all above it
KEEPALIVE_S = 60
_NO_RETAINED = 0x20  # retain handling 2 (3.8.3.1)


@dataclass(frozen=True, slots=True)
class Packet:
    """A packet from the broker. `code`: its reason; `topic` and `payload`: of a message; `number`: what it is about."""

    kind: int
    code: int = SUCCESS
    number: int = 0
    topic: str = ""
    payload: bytes = b""


def connect(client_id: str, username: str | None, password: str | None, will: tuple[str, bytes] | None = None) -> bytes:
    """A CONNECT with a clean start (3.1)."""
    flags = 0x02 | (0x80 if username is not None else 0) | (0x40 if password is not None else 0)
    flags |= 0x04 if will is not None else 0
    body = _text("MQTT") + bytes((5, flags)) + KEEPALIVE_S.to_bytes(2, "big") + b"\0" + _text(client_id)
    if will is not None:
        body += b"\0" + _text(will[0]) + len(will[1]).to_bytes(2, "big") + will[1]
    return _packet(0x10, body + b"".join(_text(each) for each in (username, password) if each is not None))


def subscribe(number: int, topic_filter: str) -> bytes:
    """A SUBSCRIBE at QoS 0, without what is retained (3.8)."""
    return _packet(0x82, number.to_bytes(2, "big") + b"\0" + _text(topic_filter) + bytes((_NO_RETAINED,)))


def publish(
    topic: str, payload: bytes, number: int = 0, *, retain: bool = False, properties: Sequence[str] = ()
) -> bytes:
    """A PUBLISH (3.3); at QoS 1 if it has a *number*, else 0. *properties*: names of user properties."""
    head = 0x30 | (0x02 if number else 0) | (0x01 if retain else 0)
    added = b"".join(b"\x26" + _text(each) + _text("") for each in properties)
    about = _text(topic) + (number.to_bytes(2, "big") if number else b"") + _written(len(added)) + added
    return _packet(head, about + payload)


def ping() -> bytes:
    """A PINGREQ (3.12), which the broker answers."""
    return b"\xc0\x00"


def disconnect() -> bytes:
    """A DISCONNECT (3.14), after which the broker does not speak the will."""
    return b"\xe0\x00"


def take(buffer: bytearray) -> Iterator[Packet]:
    """The whole packets at the beginning of *buffer*, which they are taken out of."""
    while (found := _length(buffer, 1)) is not None:
        length, start = found
        if len(buffer) < start + length:
            return
        head, body = buffer[0], bytes(buffer[start:start + length])
        del buffer[:start + length]
        yield _read(head, body)


def _read(head: int, body: bytes) -> Packet:
    kind = head >> 4
    match kind:
        case 2:
            return Packet(kind, body[1])
        case 3:
            end = 2 + int.from_bytes(body[:2], "big")
            topic, number = body[2:end].decode("utf-8", "replace"), 0
            if head & 0x06:
                number, end = int.from_bytes(body[end:end + 2], "big"), end + 2
            length, start = _length(body, end) or (0, end)
            return Packet(kind, number=number, topic=topic, payload=body[start + length:])
        case 4:
            return Packet(kind, body[2] if len(body) > 2 else SUCCESS, int.from_bytes(body[:2], "big"))
        case 9:
            return Packet(kind, body[-1], int.from_bytes(body[:2], "big"))
        case 14:
            return Packet(kind, body[0] if body else SUCCESS)
        case _:
            return Packet(kind)


def _length(data: bytes | bytearray, at: int) -> tuple[int, int] | None:
    """A variable byte integer at *at* and where it ends (1.5.5); None if it is not all there."""
    value = 0
    for count in range(4):
        if at + count >= len(data):
            return None
        value |= (data[at + count] & 0x7F) << 7 * count
        if not data[at + count] & 0x80:
            return value, at + count + 1
    raise ValueError("no variable byte integer")


def _packet(head: int, body: bytes) -> bytes:
    return bytes((head,)) + _written(len(body)) + body


def _written(length: int) -> bytes:
    """*length* as a variable byte integer (1.5.5)."""
    size = bytearray()
    while True:
        length, digit = length >> 7, length & 0x7F
        size.append(digit | (0x80 if length else 0))
        if not length:
            return bytes(size)


def _text(text: str) -> bytes:
    data = text.encode()
    return len(data).to_bytes(2, "big") + data
