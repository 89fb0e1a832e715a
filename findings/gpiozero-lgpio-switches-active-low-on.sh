#!/bin/bash
# gpiozero on lgpio: an active-low relay that is declared off is first switched on.
#
# Expected: `OutputDevice(17, active_high=False, initial_value=False)` claims the line at its resting level
#   (high), so that the relay never moves. The base class names this very danger: its docstring says that pin
#   drivers override `output_with_state` to avoid a blip on active-low hardware. The RPi.GPIO driver does, and
#   lgpio's `gpio_claim_output` takes the first level as an argument.
# Happens: the lgpio driver, the one that gpiozero prefers on a current Raspberry Pi, has no such override. It
#   claims the line without a level, and lgpio's default level is 0, which is "on" here. The write of 1 comes as
#   a call of its own, after a query of the mode, whenever the process gets to it.
# Versions: gpiozero 2.0.1.post3, lgpio 0.2.2.0 (wheels for Python 3.11 and 3.12), seen on a recorder that
#   stands in for the chip: real gpiozero, real lgpio module, its calls noted instead of sent to the kernel.
# Consequence for an alarm: common relay boards are active-low. Each start of the service (a reboot, a crash,
#   an update at night) clicks the siren's relay, for as long as the scheduler likes on a busy Pi. Claim the line
#   at its level with lgpio itself first, or override `output_with_state`, or take an active-high board.
# Source: the missing override is proposed in gpiozero's pull request #1177, open since 2024.
# Seen on 2026-11-28:
#   OutputDevice(17, active_high=False, initial_value=False)
#     gpio_claim_output line 17 level 0   <- relay ON
#     gpio_write        line 17 level 1   <- relay off
#   driver overrides output_with_state: lgpio False, RPi.GPIO True
# Exit: 0 as recorded, 1 the behaviour changed, 2 it could not be tried.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 2' INT TERM
cd "$work"
python3 -m venv venv || exit 2
timeout 300 venv/bin/pip -q install --only-binary=:all: gpiozero==2.0.1.post3 lgpio==0.2.2.0 2>pip.log ||
    { cat pip.log; echo "lgpio 0.2.2.0 has wheels for Python 3.11 and 3.12 only"; exit 2; }

timeout 60 venv/bin/python - <<'PY'
import ast
import inspect
import pathlib
import sys

import gpiozero
import lgpio

OUT = 1 << 1
outputs: dict[int, int] = {}
calls: list[tuple[str, int, int]] = []
real_claim = inspect.signature(lgpio.gpio_claim_output)


def claim_output(*args: int, **kwargs: int) -> int:
    bound = real_claim.bind(*args, **kwargs)
    bound.apply_defaults()
    line, level = bound.arguments["gpio"], bound.arguments["level"]
    outputs[line] = level
    calls.append(("gpio_claim_output", line, level))
    return 0


def write(_handle: int, line: int, level: int) -> int:
    calls.append(("gpio_write", line, int(level)))
    outputs[line] = int(level)
    return 0


def claim_input(_handle: int, line: int, *_flags: int) -> int:
    outputs.pop(line, None)
    return 0


lgpio.gpiochip_open = lambda _chip: 1
lgpio.gpiochip_close = lambda _handle: 0
lgpio.gpio_claim_output = claim_output
lgpio.gpio_claim_input = claim_input
lgpio.gpio_write = write
lgpio.gpio_read = lambda _handle, line: outputs.get(line, 0)
lgpio.gpio_get_mode = lambda _handle, line: OUT if line in outputs else 0

from gpiozero.pins.lgpio import LGPIOFactory  # noqa: E402

LGPIOFactory._get_revision = lambda _self: 0xC03114  # a Pi 4, so that no /proc of a Pi is needed
relay = gpiozero.OutputDevice(17, active_high=False, initial_value=False, pin_factory=LGPIOFactory(chip=0))
seen = list(calls)
print("OutputDevice(17, active_high=False, initial_value=False)")
for name, line, level in seen:
    print(f"  {name:17} line {line} level {level}   <- relay {'off' if level else 'ON'}")


def overrides(driver: str) -> bool:
    text = (pathlib.Path(gpiozero.__file__).parent / "pins" / f"{driver}.py").read_text()
    return any(isinstance(n, ast.FunctionDef) and n.name == "output_with_state" for n in ast.walk(ast.parse(text)))


has = overrides("lgpio"), overrides("rpigpio")
print(f"driver overrides output_with_state: lgpio {has[0]}, RPi.GPIO {has[1]}")
recorded = [("gpio_claim_output", 17, 0), ("gpio_write", 17, 1)]
sys.stdout.flush()
sys.exit(0 if seen == recorded and has == (False, True) else "CHANGED: not what the head of this file records")
PY
