"""What hypothesis draws for payloads: text as it may be sent, values of JSON, and bytes that come near to either."""

import json
from collections.abc import Mapping

from hypothesis import strategies as st

# Any sign of Unicode but the control characters and halves of signs.
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\t\n\r"), max_size=60)

TEXTS = st.dictionaries(TEXT, TEXT, max_size=3)
# What a payload carries, to the millisecond: instants of this century, and lengths of time of up to a day.
INSTANTS = st.integers(946_684_800_000, 4_102_444_800_000).map(lambda ms: ms / 1000)
SECONDS = st.integers(0, 86_400_000).map(lambda ms: ms / 1000)

VALUES: st.SearchStrategy[object] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=4), each, max_size=3),
    max_leaves=6,
)


def near_misses(members: st.SearchStrategy[Mapping[str, object]]) -> st.SearchStrategy[bytes]:
    """Any bytes, any text, the signs of JSON at random, and whatever *members* may be, as JSON."""
    return (
        st.binary()
        | st.text(max_size=60).map(str.encode)
        | st.text('{}[]":,0123456789eE.-NaI\\u dtrf', max_size=40).map(str.encode)
        | members.map(lambda drawn: json.dumps(drawn).encode())
        | members.map(lambda drawn: json.dumps(drawn, ensure_ascii=False).encode())
    )


@st.composite
def spoils(draw: st.DrawFn, members: Mapping[str, object]) -> Mapping[str, object]:
    """*members* with one value, somewhere in them, of a type that no message has there."""
    name = draw(st.sampled_from(sorted(members)))
    value = members[name]
    if isinstance(value, list) and value and draw(st.booleans()):
        place = draw(st.integers(0, len(value) - 1))
        inner = draw(spoils(value[place])) if isinstance(value[place], dict) else {"x": 1}
        return {**members, name: [*value[:place], inner, *value[place + 1:]]}
    return {**members, name: {"x": 1}}
