"""Bytes of a file -> text, in whichever encoding an editor saved it. Pure; must not open files."""

_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_REMEDY = "save it as UTF-8 (Notepad: File, Save as, Encoding; Notepad++: Encoding, Convert to UTF-8)"
_LEAST = 4  # bytes: fewer zeros say nothing of an encoding


class EncodingError(ValueError):
    """The bytes hold no text; the message says why, and what to do."""


def decode(body: bytes) -> str:
    """The text in *body*: UTF-8, or UTF-16 as Windows' editors write it, with or without a mark at its beginning.

    Raises EncodingError.
    """
    codec = next((codec for mark, codec in _MARKS if body.startswith(mark)), None) or _unmarked(body)
    try:
        text = body.decode(codec)
    except UnicodeDecodeError as error:
        if codec.startswith("utf-16"):
            raise EncodingError(f"begins as UTF-16 and is damaged; {_REMEDY}") from None
        line = body.count(b"\n", 0, error.start) + 1
        raise EncodingError(f"line {line} has a character that is not UTF-8; {_REMEDY}") from None
    if "\0" in text:
        raise EncodingError("is damaged: it holds zero bytes, as a power cut leaves them; put it back from a copy")
    return text


def _unmarked(body: bytes) -> str:
    """UTF-16 without a mark shows by a zero in nearly every second byte; a damaged file has them side by side."""
    even, odd = body[0::2].count(0), body[1::2].count(0)
    half = len(body) // 2
    if half >= _LEAST and len(body) % 2 == 0:
        if even == 0 and odd > half * 0.7:
            return "utf-16-le"
        if odd == 0 and even > half * 0.7:
            return "utf-16-be"
    return "utf-8"
