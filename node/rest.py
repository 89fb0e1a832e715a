"""Puts a node's outputs to rest after its process has ended, whatever is wrong with its settings or its packages.

    python3 -I -S node/rest.py FILE                        puts to rest
    python3 -I -S node/rest.py --guard DESCRIPTOR FILE     waits until that pipe's other end is closed, then does

A Raspberry Pi's kernel keeps an output's level when its process dies (raspberrypi/linux#6117), so a siren that was on
stays on until this has run: systemd starts it after any end of the node (`ExecStopPost`). It needs no package, reads
only FILE, which the node wrote before it claimed its pins, and finds the chip anew by the label that stands there.
Exit code 0 and one line once every output is at rest, 2 and one line of what is not.

systemd starts it as root, for a sandbox takes time and can fail. What the node's user can write is never read with
root's rights: the first thing it does is to give them up for those of that user, who owns the folder of FILE.

It closes nothing: the process ends with its lines as outputs at rest, and the kernel keeps them so.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
import time

if __name__ == "__main__":  # in the isolated mode this folder is not on the path
    sys.path.append(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))  # noqa: PTH100, PTH120

from node import gpio

# pathlib, dataclasses or json would each take longer to import than all the rest of this takes.
Outputs = dict[str, tuple[int, bool]]  # by name: the pin, and whether it is high at rest

LONGEST = 4096  # bytes of FILE
BUSY_S = 1.0  # how long a line may be held by what is still dying
PAUSE_S = 0.02
_LEVELS = {"low": False, "high": True}


def record(labels: tuple[str, ...], outputs: Outputs) -> str:
    """What FILE holds of *outputs* on the chip that has one of *labels*."""
    lines = [f"chip {label}" for label in labels]
    lines += [f"{name} {pin} {'high' if high else 'low'}" for name, (pin, high) in outputs.items()]
    return "".join(f"{line}\n" for line in ["# The node's outputs and their levels at rest, as of its start.", *lines])


def write(path: str, text: str) -> None:
    """Makes *text* the whole of the file *path*, or leaves what is there. Raises OSError."""
    os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120 - see the imports
    new = f"{path}.new"
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o644)
    try:
        written = os.write(descriptor, text.encode())
    finally:
        os.close(descriptor)
    if written != len(text.encode()):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.replace(new, path)  # noqa: PTH105


def _give_up_root(path: str) -> list[str]:
    """Takes the rights of the owner of *path*'s folder, and of the groups that may open the chips, if this is root.

    Returns why that failed, if it did: then the outputs are put to rest with root's, for `contents` is safe then, too.
    """
    if os.geteuid() != 0:
        return []
    try:
        owner = os.lstat(os.path.dirname(os.path.abspath(path)))  # noqa: PTH100, PTH120 - see the imports
        if owner.st_uid != 0:  # else by hand, of a node that root started
            os.setgroups(sorted(gpio.groups()))
            os.setgid(owner.st_gid)
            os.setuid(owner.st_uid)
    except OSError as error:
        return [f"root's rights were not given up: {error.strerror}"]
    return []


def contents(path: str) -> str:
    """The first `LONGEST` bytes of the file *path*. Neither a link nor a pipe is opened: one could keep a siren on.

    Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is not a regular file")
        return os.read(descriptor, LONGEST).decode("utf-8", "replace")
    finally:
        os.close(descriptor)


def read(text: str) -> tuple[tuple[str, ...], Outputs, list[str]]:
    """What `record` wrote: labels, outputs, and a fault for each line that is none of these."""
    labels: list[str] = []
    outputs: Outputs = {}
    faults: list[str] = []
    for number, line in enumerate(text.splitlines(), 1):
        match line.split():
            case []:
                pass
            case [word, *_] if word.startswith("#"):
                pass
            case ["chip", label]:
                labels.append(label)
            case [name, pin, level] if pin.isdecimal() and len(pin) < 4 and level in _LEVELS:
                outputs[name] = (int(pin), _LEVELS[level])
            case _:
                faults.append(f"line {number} is damaged")
    return tuple(labels), outputs, faults


def put_to_rest(labels: tuple[str, ...], outputs: Outputs) -> tuple[gpio.Chip, dict[str, str]]:
    """Drives every one of *outputs* to rest, and holds it there while this process lives.

    Returns the chip, and why an output is not at rest by its name. One that is held is tried for `BUSY_S`: the node's
    process may be dying still. Raises ChipError.
    """
    chip = gpio.find_header(labels or gpio.LABELS)
    end = time.monotonic() + BUSY_S
    failed = _drive(chip, outputs, list(outputs))
    while any(error.errno == errno.EBUSY for error in failed.values()) and time.monotonic() < end:
        time.sleep(PAUSE_S)
        failed = _drive(chip, outputs, list(failed))
    return chip, {name: _reason(chip, outputs[name][0], error) for name, error in failed.items()}


def _drive(chip: gpio.Chip, outputs: Outputs, names: list[str]) -> dict[str, OSError]:
    failed: dict[str, OSError] = {}
    for name in names:
        pin, high = outputs[name]
        try:
            gpio.claim_output(chip, pin, high=high)
        except OSError as error:
            failed[name] = error
    return failed


def _reason(chip: gpio.Chip, pin: int, error: OSError) -> str:
    if error.errno != errno.EBUSY:
        return f"GPIO {pin} cannot be driven: {error.strerror}"
    try:
        user = gpio.holder(chip, pin)
    except OSError:
        user = None
    return f"GPIO {pin} is held by {user or 'another program'}; end it"


_CURRENT_ON_FAULT = 1 | 4  # MCL_CURRENT | MCL_ONFAULT: what was touched stays, and nothing else is brought in


def _wait(pipe: int, labels: tuple[str, ...]) -> None:
    """Returns when the other end of *pipe* is closed, ready to need nothing from the disk then.

    What systemd sends to all processes of a unit does not end it: it ends by itself, within `BUSY_S`.
    """
    import signal  # noqa: PLC0415 - only the guard has the time for these

    for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGABRT, signal.SIGQUIT):
        signal.signal(each, signal.SIG_IGN)
    try:
        import ctypes  # noqa: PLC0415
        import resource  # noqa: PLC0415

        # Under a limit on locked memory it would be refused more, and die.
        if resource.getrlimit(resource.RLIMIT_MEMLOCK)[0] == resource.RLIM_INFINITY:
            ctypes.CDLL(None).mlockall(_CURRENT_ON_FAULT)
        gpio.find_header(labels or gpio.LABELS)  # brings in what is needed then
    except (ImportError, OSError, gpio.ChipError):
        pass
    while os.read(pipe, 1):
        pass


def main(words: list[str]) -> int:
    """Runs the program with the arguments *words*; returns its exit code."""
    match words:
        case [path]:
            pipe = None
        case ["--guard", number, path] if number.isdecimal():
            pipe = int(number)
        case _:
            return _end("the one argument is the file that the node wrote at its start")
    refused = _give_up_root(path)
    try:
        text = contents(path)
    except OSError as error:
        return _end(f"{path} cannot be read: {error.strerror}; no output was driven: a node that has started writes it")
    labels, outputs, damaged = read(text)
    faults = [*refused, *damaged]
    if not outputs:
        return _end("; ".join([f"{path} names no output; no output was driven", *faults]))
    if pipe is not None:
        _wait(pipe, labels)
    try:
        chip, failed = put_to_rest(labels, outputs)
    except gpio.ChipError as error:
        return _end(f"no output was driven: {error}")
    faults += [f"{name} is NOT at rest: {reason}" for name, reason in failed.items()]
    rested = ", ".join(name for name in outputs if name not in failed)
    return _end("; ".join(faults), f"at rest: {rested or 'nothing'} ({chip.path}, {chip.label})")


def _end(fault: str, done: str = "") -> int:
    line = "; ".join(part for part in (fault, done) if part)
    printable = "".join(each if each.isprintable() else " " for each in line)
    try:  # noqa: SIM105 - contextlib takes longer to import than all the rest of this takes
        os.write(2 if fault else 1, f"rest: {printable}\n".encode("utf-8", "backslashreplace"))
    except OSError:
        pass  # nobody reads it any more, and what could be done is done
    return 2 if fault else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
