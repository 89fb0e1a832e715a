"""Draws docs/wiring.svg from the pins in config/node.yaml: python scripts/wiring_diagram.py"""

import sys
from collections.abc import Iterator
from pathlib import Path
from xml.sax.saxutils import escape

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from node import config  # noqa: E402 - found by the path above
from node.settings import NodeSettings  # noqa: E402

PICTURE = ROOT / "docs/wiring.svg"
# The header's pins by BCM number, as in the Raspberry Pi documentation, "GPIO and the 40-pin header".
PLACES = {2: 3, 3: 5, 4: 7, 17: 11, 27: 13, 22: 15, 10: 19, 9: 21, 11: 23, 5: 29, 6: 31, 13: 33, 19: 35, 26: 37,
          14: 8, 15: 10, 18: 12, 23: 16, 24: 18, 25: 22, 8: 24, 7: 26, 12: 32, 16: 36, 20: 38, 21: 40}
OTHERS = {1: "3V3", 2: "5V", 4: "5V", 17: "3V3", 27: "ID", 28: "ID",
          **dict.fromkeys((6, 9, 14, 20, 25, 30, 34, 39), "GND")}
COLOURS = {"output": "#b3261e", "button": "#1a5fb4", "lamp": "#9a6700", "lock": "#6a1b9a"}
WIDTH, ROW, TOP = 1120, 30, 96
HINT = ("Inside: the pin on the header; beside it: its BCM number, as in the settings. Pin 1 is at the end with the "
        "SD card.")
ODD, EVEN = 532, 588  # the middles of the two columns
BOX = 376


def parts(settings: NodeSettings) -> Iterator[tuple[int, str, str]]:
    """Every part: its BCM pin, its kind, and what stands in its box."""
    for name, each in (("siren: relay", settings.siren), ("striker: MOSFET", settings.striker),
                       ("strobe: relay", settings.strobe)):
        if each is not None:
            pull = "10 kΩ to ground" if each.active_high else "10 kΩ to 3V3"
            yield each.pin, "output", f"{name}, on at {'high' if each.active_high else 'low'} level; {pull}"
    for name, button in settings.buttons.items():
        yield button.pin, "button", f"button {name}: a contact to ground"
        if button.lamp is not None:
            yield button.lamp, "lamp", f"lamp of {name}: 330 Ω, LED, ground"
    if settings.lock is not None:
        yield settings.lock.pin, "lock", "lock: a key switch to ground"


def picture(settings: NodeSettings) -> str:
    """The diagram as SVG."""
    used = {PLACES[pin]: (pin, kind, words) for pin, kind, words in parts(settings)}
    bottom = TOP + 20 * ROW
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {bottom + 250}" font-family="sans-serif">',
        f'<rect width="{WIDTH}" height="{bottom + 250}" fill="#fff"/>',
        _text(WIDTH / 2, 34, "Wiring of the example, config/node.yaml", 20, "middle", "bold"),
        _text(WIDTH / 2, 58, HINT, 13, "middle"),
        f'<rect x="{ODD - 30}" y="{TOP - 12}" width="116" height="{20 * ROW + 8}" rx="8" fill="#1b5e20"/>',
        *(line for place in range(1, 41) for line in _pin(place, used.get(place))),
        *_panels(bottom + 34),
        "</svg>\n",
    ])


def _pin(place: int, used: tuple[int, str, str] | None) -> Iterator[str]:
    odd = place % 2 == 1
    x, y = (ODD if odd else EVEN), TOP + (place - 1) // 2 * ROW + 6
    side = -1 if odd else 1
    number = next((pin for pin, where in PLACES.items() if where == place), None)
    name = OTHERS.get(place, f"GPIO {number}")
    colour = "#111" if name == "GND" else "#f5c542"
    if used is not None:
        colour = COLOURS[used[1]]
        edge = ODD - 130 if odd else EVEN + 130
        left = edge - BOX if odd else edge
        yield f'<path d="M{edge} {y}H{x}" stroke="{colour}" stroke-width="3"/>'
        yield (f'<rect x="{left}" y="{y - 13}" width="{BOX}" height="26" rx="4" fill="#fff" stroke="{colour}" '
               'stroke-width="2"/>')
        yield _text(left + 10, y + 5, used[2])
    yield f'<circle cx="{x}" cy="{y}" r="11" fill="{colour}" stroke="#fff"/>'
    light = used is not None or name == "GND"
    yield _text(x, y + 4, str(place), 11, "middle", colour="#fff" if light else "#111")
    above = y - 5 if used is not None else y + 5
    yield _text(x + side * 42, above, name, 12, "end" if odd else "start",
                "bold" if used is not None else "normal", "#111" if light else "#777")


def _panels(top: int) -> Iterator[str]:
    """How a relay, a button and a lamp are wired."""
    for left, title, colour in ((20, "Output", "output"), (420, "Button, lock", "button"), (800, "Lamp", "lamp")):
        yield _text(left, top, title, 15, "start", "bold", COLOURS[colour])
    y = top + 50
    # The output: from the pin to the relay board, which switches the siren's own supply.
    yield from _wire(20, y, 116)
    yield _text(20, y - 10, "pin")
    yield from _resistor(80, y, "10 kΩ")
    yield _box(116, y, 130, "relay board,", "optocoupler")
    yield from _wire(246, y, 276)
    yield _box(276, y, 100, "off-delay timer,", "siren, 12 V")
    yield _text(20, y + 120, "The siren has a supply of its own, never the Pi's 5 V;", 12)
    yield _text(20, y + 140, "the relay board's ground goes to any GND.", 12)
    # The button.
    yield from _wire(420, y, 500)
    yield _text(420, y - 10, "pin")
    yield (f'<path d="M500 {y}L546 {y - 22}M550 {y}H600V{y + 34}" stroke="#111" stroke-width="2" fill="none"/>'
           f'<circle cx="500" cy="{y}" r="4"/><circle cx="550" cy="{y}" r="4"/>')
    yield from _ground(600, y + 34)
    yield _text(420, y + 120, "The node pulls the pin up. From 2 m of cable on:", 12)
    yield _text(420, y + 140, "1 kΩ in series and 100 nF to ground, at the pin.", 12)
    # The lamp.
    yield from _wire(800, y, 850)
    yield _text(800, y - 10, "pin")
    yield f'<rect x="850" y="{y - 8}" width="50" height="16" fill="#fff" stroke="#111" stroke-width="2"/>'
    yield _text(875, y - 14, "330 Ω", 12, "middle")
    yield (f'<path d="M900 {y}H940M940 {y - 12}V{y + 12}L964 {y}ZM964 {y - 12}V{y + 12}M964 {y}H1000V{y + 34}" '
           'stroke="#111" stroke-width="2" fill="none"/>')
    yield from _ground(1000, y + 34)
    yield _text(800, y + 120, "LED, on at high level.", 12)


def _wire(left: int, y: int, right: int) -> Iterator[str]:
    yield f'<path d="M{left} {y}H{right}" stroke="#111" stroke-width="2"/>'


def _resistor(x: int, y: int, words: str) -> Iterator[str]:
    """From the wire down to ground."""
    yield (f'<path d="M{x} {y}V{y + 20}M{x} {y + 56}V{y + 72}" stroke="#111" stroke-width="2"/>'
           f'<rect x="{x - 8}" y="{y + 20}" width="16" height="36" fill="#fff" stroke="#111" stroke-width="2"/>')
    yield _text(x + 14, y + 44, words, 12)
    yield from _ground(x, y + 72)


def _ground(x: int, y: int) -> Iterator[str]:
    yield (f'<path d="M{x - 14} {y}H{x + 14}M{x - 9} {y + 6}H{x + 9}M{x - 4} {y + 12}H{x + 4}" stroke="#111" '
           'stroke-width="2"/>')
    yield _text(x + 20, y + 8, "GND", 12)


def _box(left: int, y: int, width: int, *lines: str) -> str:
    words = "".join(_text(left + width / 2, y - 4 + 18 * number, line, 12, "middle")
                    for number, line in enumerate(lines))
    return (f'<rect x="{left}" y="{y - 26}" width="{width}" height="52" rx="4" fill="#fff" stroke="#111" '
            f'stroke-width="2"/>{words}')


def _text(  # noqa: PLR0913, PLR0917 - where, what, and how it looks
    x: float, y: float, words: str, size: int = 14, anchor: str = "start", weight: str = "normal",
    colour: str = "#111",
) -> str:
    return (f'<text x="{x:g}" y="{y:g}" font-size="{size}" text-anchor="{anchor}" font-weight="{weight}" '
            f'fill="{colour}">{escape(words)}</text>')


if __name__ == "__main__":
    PICTURE.write_text(picture(config.load(ROOT / "config/node.yaml").settings), "utf-8")
