"""What a node and its player say to each other, as plain values. Pure.

| to the player | |
|---|---|
| `play` | a program, its words, its intro and its note as the paths of their recordings; "" where there is no note |
| `hush` | everything silent; answered by `quiet` with its `number` |
| `knock` | one quiet stroke, unless something sounds |
| `ping` | answered by `pong` with its `number`, once the device has taken a frame |

It says `ready` with its `driver`; `round` as the device takes one, with its `number` and the instant `at` which it is
heard; `ended` after each that nothing cut short, with `drift_ppm`, how much faster the device's clock was, or null if
that could not be measured; of each recording's `path` that it is `readable`, or `unreadable` and the `reason`; of a
note's `path`, as `left out`, the `reason` for which it is not said; and last of all `trouble`, with its `reason`.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from contract.domain.rhythm import Cycle, Span
from node.core.effects import Play


def write_play(
    play: Play, words: tuple[str, ...], intro: tuple[str, ...] = (), note: str = ""
) -> dict[str, Any]:
    """The order to play *play*; *words*, *intro* and *note* are the paths of the recordings of its own."""
    written = {name: member for name, member in asdict(play).items() if name != "note_village"}
    return {"do": "play", **written, "words": words, "intro": intro, "note": note}


def read_play(order: Mapping[str, Any]) -> Play:
    """The program in *order*. Its cycle has a voice only if there are words for it."""
    written = order["cycle"]
    siren, voice = (Span(**written[name]) if written[name] is not None else None for name in ("siren", "voice"))
    strokes_s, words = tuple(written["strokes_s"]), tuple(order["words"])
    cycle = Cycle(**{**written, "siren": siren, "voice": voice if words else None, "strokes_s": strokes_s})
    return Play(
        cycle, order["start"], order["until"], order["entered_s"], words, order["quiet"], tuple(order["intro"]),
        order.get("note", ""),
    )
