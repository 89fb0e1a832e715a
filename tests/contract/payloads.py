"""What hypothesis draws for payloads: text as it may be sent, values of JSON, and bytes that come near to either."""

import json
from collections.abc import Mapping

from hypothesis import strategies as st

# Any sign of Unicode but the control characters and halves of signs.
TEXT = st.text(st.characters(exclude_categories=["Cc", "Cs"], include_characters="\t\n\r"), max_size=60)

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
