"""Long texts, made short for the disk: of an alarm in a district of 10,000 posts, 430 kB of JSON are 30 kB. Pure.

A text is packed where it is longer than LEAST: so the rows of ordinary alarms are read by any program, as ever. Packed,
it begins with a mark that no JSON begins with; then come bytes as bzip2 makes them, in base64 (RFC 4648). Names of
posts and the instants beside them take half as much so as by zlib, whose memory is too short for them (measured).
"""

import base64
import bz2

LEAST = 4096  # characters
MOST = 64_000_000  # bytes: a damaged or strange row must not fill the memory
_MARK = "bz2:"
_BLOCK = 100_000  # bytes of each level: a short text needs no more memory than a block of its own length


def pack(text: str) -> str:
    """*text* as it is kept. What begins with the mark is packed, however short."""
    if len(text) <= LEAST and not text.startswith(_MARK):
        return text
    content = text.encode()
    return _MARK + base64.b64encode(bz2.compress(content, min(9, 1 + len(content) // _BLOCK))).decode("ascii")


def unpack(kept: str) -> str:
    """The text that is *kept*. Raises ValueError where it is damaged, or longer than MOST."""
    if not kept.startswith(_MARK):
        return kept
    reader = bz2.BZ2Decompressor()
    try:
        found = reader.decompress(base64.b64decode(kept[len(_MARK):], validate=True), MOST)
    except OSError as error:
        raise ValueError(f"a packed text is damaged: {error}") from None
    if not reader.eof:
        raise ValueError("a packed text is damaged: it has no end, or is too long")
    return found.decode()
