"""The kernel's GPIO chips, by its own interface: which chip has the header's pins, who holds a line, lines at rest.

Numbers and structures are those of Linux, include/uapi/linux/gpio.h, second version (Linux 5.10 and later). The
program `node/rest.py` needs this at once after a node's death, on a machine where each import costs 10 ms and more:
so it takes from the standard library only what is loaded already or small, and nothing of this project.
"""

from __future__ import annotations

import errno
import fcntl
import os
import struct

# The labels of the chip with the 40-pin header: on a Pi 5, a Pi 4, a Pi 0 to 3 (Linux, drivers/pinctrl/).
# bcm2712 is the processor of a Pi 5, whose header is on the chip rp1: it counts where there is no other.
SECOND_CHOICE = "pinctrl-bcm2712"
LABELS = ("pinctrl-rp1", "pinctrl-bcm2711", "pinctrl-bcm2835", SECOND_CHOICE)
CONSUMER = b"kentongan rest"
DEV = "/dev"

_CHIP_INFO = struct.Struct("=32s32sI")  # gpiochip_info: name, label, lines
_GET_CHIP_INFO = 0x8044B401
_LINE_INFO = struct.Struct("=32s32sIIQ176x")  # gpio_v2_line_info: name, consumer, offset, attributes, flags
_GET_LINE_INFO = 0xC100B405
_USED = 1
# gpio_v2_line_request for one line: offset, consumer, flags, one attribute (its kind, values, mask), lines, buffer, fd.
_LINE_REQUEST = struct.Struct("=I252x32sQI20xI4xQQ216xII20xi")
_GET_LINE = 0xC250B407
_OUTPUT = 1 << 3
_OUTPUT_VALUES = 2


class ChipError(Exception):
    """No chip or line can be had; the message says why and what to do."""


class Chip:
    """A GPIO chip: the path of its device, and the label by which its driver calls it."""

    __slots__ = ("label", "path")

    def __init__(self, path: str, label: str) -> None:
        self.path, self.label = path, label

    @property
    def number(self) -> int:
        """The number in its path, which differs by kernel."""
        return int(self.path.rpartition("gpiochip")[2])


def find_header(labels: tuple[str, ...] = LABELS) -> Chip:
    """The one chip with the header's pins, which has one of *labels*. Raises ChipError."""
    chips, closed = _chips()
    fitting = [chip for chip in chips if chip.label in labels]
    fitting = [chip for chip in fitting if chip.label != SECOND_CHOICE] or fitting
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        shown = ", ".join(f"{chip.path} ({chip.label})" for chip in fitting)
        raise ChipError(f"several GPIO chips here have a header's label: {shown}; none is taken by guess: remove the "
                        "overlay or the module that makes all but one")
    if closed:
        raise ChipError("; ".join(_closed(path, error) for path, error in closed.items()))
    if chips:
        shown = ", ".join(f"{chip.path} is {chip.label!r}" for chip in chips)
        raise ChipError(f"no GPIO chip here has the header's pins: {shown}; one of {', '.join(labels)} is needed: is "
                        "this a Raspberry Pi, with Raspberry Pi's kernel?")
    raise ChipError("this machine has no GPIO chip; `kentongan check --offline` is for another machine's settings")


def groups() -> set[int]:
    """The groups to which the chips' devices belong, root's aside; their members may open them. Raises OSError."""
    return {os.stat(f"{DEV}/{name}").st_gid for name in _names()} - {0}  # noqa: PTH116 - as in `_chips`


def _names() -> list[str]:
    """The chips' devices in `DEV`, by number."""
    found = os.listdir(DEV)  # noqa: PTH208 - pathlib takes longer to import than all of this
    return sorted((name for name in found if name.startswith("gpiochip") and name[8:].isdecimal()),
                  key=lambda name: int(name[8:]))


def _chips() -> tuple[list[Chip], dict[str, OSError]]:
    """Every chip, by number, and of those that cannot be asked, the reason. One that has two names counts once."""
    chips: list[Chip] = []
    closed: dict[str, OSError] = {}
    # gpiochip4 is a link to gpiochip0 on many a Pi 5.
    for path in dict.fromkeys(os.path.realpath(f"{DEV}/{name}") for name in _names()):
        try:
            _name, label, _lines = _CHIP_INFO.unpack(_ask(path, _GET_CHIP_INFO, bytearray(_CHIP_INFO.size)))
        except OSError as error:
            closed[path] = error
        else:
            chips.append(Chip(path, _text(label)))
    return chips, closed


def _closed(path: str, error: OSError) -> str:
    if error.errno in (errno.EACCES, errno.EPERM):
        return f"{path} may not be opened by this user; run as a member of the group gpio, which may open it"
    if error.errno == errno.EBUSY:
        return f"{path} is in use by another process; `sudo fuser -v {path}` shows which: end it"
    return f"{path} cannot be opened: {error.strerror}"


def holder(chip: Chip, pin: int) -> str | None:
    """Which program or part of the kernel holds the line *pin*, as it calls itself; None if nobody does.

    It changes nothing. Raises OSError.
    """
    asked = bytearray(_LINE_INFO.pack(b"", b"", pin, 0, 0))
    _name, consumer, _pin, _attributes, flags = _LINE_INFO.unpack(_ask(chip.path, _GET_LINE_INFO, asked))
    return (_text(consumer) or "the kernel") if flags & _USED else None


def claim_output(chip: Chip, pin: int, *, high: bool) -> int:
    """Makes the line *pin* an output at that level from the first instant; it is held until this descriptor is closed.

    When the process ends, a Raspberry Pi's kernel keeps the output's level (raspberrypi/linux#6117). Raises OSError.
    """
    request = bytearray(_LINE_REQUEST.pack(pin, CONSUMER, _OUTPUT, 1, _OUTPUT_VALUES, int(high), 1, 1, 0, 0))
    *_, held = _LINE_REQUEST.unpack(_ask(chip.path, _GET_LINE, request))
    return int(held)


def _ask(path: str, what: int, about: bytearray) -> bytearray:
    chip = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    try:
        fcntl.ioctl(chip, what, about, True)
    finally:
        os.close(chip)
    return about


def _text(name: bytes) -> str:
    return name.partition(b"\0")[0].decode("utf-8", "replace")
