"""What differs between two readings of one settings file, in its writer's words. Pure."""

import json
from collections.abc import Iterator, Mapping
from typing import Any


def difference(then: Mapping[str, Any], now: Mapping[str, Any], place: str) -> Iterator[str]:
    """Each setting of *now* that was another one in *then*, a line each with its path from *place* on."""
    for key in dict.fromkeys((*then, *now)):
        path = f"{place}.{key}"
        if key not in now:
            yield f"{path}: was {_shown(then[key])}, is gone now"
        elif key not in then:
            yield f"{path}: is new, {_shown(now[key])}"
        elif isinstance(then[key], Mapping) and isinstance(now[key], Mapping):
            yield from difference(then[key], now[key], path)
        elif then[key] != now[key] or type(then[key]) is not type(now[key]):
            yield f"{path}: was {_shown(then[key])}, is {_shown(now[key])} now"


def _shown(value: object) -> str:
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:59]}…"
