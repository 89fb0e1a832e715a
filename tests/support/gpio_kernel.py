"""A kernel with GPIO chips: files of a folder in the place of /dev, and the ioctls on them of which the node asks.

The structures are written down from linux/gpio.h a second time here, member by member, as a check of the node's.
"""

import ctypes
import errno
import fcntl
import os
from pathlib import Path
from typing import Any

import pytest

from node import gpio

NAME = ctypes.c_char * 32


class ChipInfo(ctypes.Structure):
    _fields_ = (("name", NAME), ("label", NAME), ("lines", ctypes.c_uint32))


class Attribute(ctypes.Structure):
    _fields_ = (("id", ctypes.c_uint32), ("padding", ctypes.c_uint32), ("values", ctypes.c_uint64))


class ConfigAttribute(ctypes.Structure):
    _fields_ = (("attr", Attribute), ("mask", ctypes.c_uint64))


class Config(ctypes.Structure):
    _fields_ = (("flags", ctypes.c_uint64), ("num_attrs", ctypes.c_uint32), ("padding", ctypes.c_uint32 * 5),
                ("attrs", ConfigAttribute * 10))


class LineRequest(ctypes.Structure):
    _fields_ = (("offsets", ctypes.c_uint32 * 64), ("consumer", NAME), ("config", Config),
                ("num_lines", ctypes.c_uint32), ("event_buffer_size", ctypes.c_uint32),
                ("padding", ctypes.c_uint32 * 5), ("fd", ctypes.c_int32))


class LineInfo(ctypes.Structure):
    _fields_ = (("name", NAME), ("consumer", NAME), ("offset", ctypes.c_uint32), ("num_attrs", ctypes.c_uint32),
                ("flags", ctypes.c_uint64), ("attrs", Attribute * 10), ("padding", ctypes.c_uint32 * 4))


def request_number(direction: int, number: int, structure: type[ctypes.Structure]) -> int:
    """_IOC of asm-generic/ioctl.h, of the type 0xB4."""
    return direction << 30 | ctypes.sizeof(structure) << 16 | 0xB4 << 8 | number


READ, BOTH = 2, 3
CHIP_INFO = request_number(READ, 0x01, ChipInfo)
LINE_INFO = request_number(BOTH, 0x05, LineInfo)
GET_LINE = request_number(BOTH, 0x07, LineRequest)


class GpioKernel:
    """The chips of *labels*, by number. `driven` are the claims of outputs: (chip's number, pin, whether high).

    `held` are lines that others hold, `broken` the errno with which the claim of a line is answered, both by pin;
    `refused` is the errno with which a chip answers, by its number.
    """

    def __init__(self, folder: Path, labels: dict[int, str]) -> None:
        self.dev = folder / "dev"
        self.dev.mkdir()
        self.labels: dict[int, str] = {}
        self.held: dict[int, str] = {}
        self.broken: dict[int, int] = {}
        self.refused: dict[int, int] = {}
        self.driven: list[tuple[int, int, bool]] = []
        self.asked: list[int] = []
        for number, label in labels.items():
            self.add(number, label)

    def add(self, number: int, label: str) -> None:
        self.labels[number] = label
        (self.dev / f"gpiochip{number}").touch()

    def install(self, monkeypatch: pytest.MonkeyPatch) -> "GpioKernel":
        monkeypatch.setattr(gpio, "DEV", str(self.dev))
        monkeypatch.setattr(fcntl, "ioctl", self.ioctl)
        return self

    def ioctl(self, descriptor: int, request: int, about: bytearray, _mutate: bool = True) -> int:
        number = int(Path(f"/proc/self/fd/{descriptor}").readlink().name.removeprefix("gpiochip"))
        self.asked.append(request)
        if number in self.refused:
            raise OSError(self.refused[number], os.strerror(self.refused[number]))
        kind: Any = {CHIP_INFO: ChipInfo, LINE_INFO: LineInfo, GET_LINE: LineRequest}[request]
        found = kind.from_buffer(about)
        if request == CHIP_INFO:
            found.name, found.label, found.lines = f"gpiochip{number}".encode(), self.labels[number].encode(), 54
        elif request == LINE_INFO:
            found.consumer = self.held.get(found.offset, "").encode()
            found.flags = int(found.offset in self.held)
        else:
            self._claim(number, found)
        return 0

    def _claim(self, number: int, found: LineRequest) -> None:
        assert (found.num_lines, found.config.flags, found.config.num_attrs) == (1, 1 << 3, 1)  # an output
        first = found.config.attrs[0]
        assert (first.attr.id, first.mask, first.attr.padding) == (2, 1, 0)  # the values of the outputs
        assert bytes(found.padding) == bytes(20) == bytes(found.config.padding)  # else the kernel refuses it
        assert first.attr.values in (0, 1)
        pin = found.offsets[0]
        fault = errno.EBUSY if pin in self.held else self.broken.get(pin)
        if fault is not None:
            raise OSError(fault, os.strerror(fault))
        self.driven.append((number, pin, bool(first.attr.values)))
        found.fd = os.open("/dev/null", os.O_RDONLY)
