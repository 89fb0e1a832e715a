"""Stand-ins for espeak-ng: small programs under its name, which do what it should or what it should not."""

import shutil
import wave
from pathlib import Path

import pytest

# What every stand-in begins with: `spoken` is its text, `file` where its sound belongs, `here` its own folder.
_HEAD = """#!/bin/sh
here=${0%/*}; echo "$*" >> "$here/calls"; echo $$ > "$here/pid"
while [ "$1" != -w ]; do shift; done; file=$2
. "$here/does"
"""
SPEAKS = 'cat >> "$here/said"; echo >> "$here/said"; cp "$here/sound.wav" "$file"'
HANGS = "exec sleep 600"
FAILS = 'echo "no such voice" >&2; exit 1'
WRITES_NOTHING = 'rm -f "$file"'
WRITES_HALF = 'head -c 5000 "$here/sound.wav" > "$file"'
WRITES_SILENCE = 'cp "$here/silence.wav" "$file"'


class Espeak:
    """The only espeak-ng that is found from now on, in *folder*."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self._folder = folder
        self._program = folder / "espeak-ng"
        folder.mkdir()
        for each in ("cat", "cp", "head", "rm", "sleep"):
            (folder / each).symlink_to(str(shutil.which(each)))
        write_wav(folder / "sound.wav", 0.5)
        write_wav(folder / "silence.wav", 0.5, b"\0\0")
        # Written once, for a program that is open for writing, in whatever process, cannot be run (execve(2): ETXTBSY).
        self._away = folder / "away"
        self._away.write_text(_HEAD, encoding="utf-8")
        self._away.chmod(0o755)
        monkeypatch.setenv("PATH", str(folder))

    def become(self, does: str) -> None:
        """Installs one that *does* this."""
        made = self._folder / "making"
        made.write_text(f"{does}\n", encoding="utf-8")
        made.replace(self._folder / "does")
        if self._away.exists():
            self._away.rename(self._program)

    def remove(self) -> None:
        self._program.rename(self._away)

    def calls(self) -> list[str]:
        """The words of each call so far."""
        return self._lines("calls")

    def said(self) -> list[str]:
        """The texts spoken so far."""
        return self._lines("said")

    def pid(self) -> int | None:
        """The process that was begun last."""
        lines = self._lines("pid")
        return int(lines[0]) if lines else None

    def _lines(self, name: str) -> list[str]:
        path = self._folder / name
        return path.read_text("utf-8").split("\n")[:-1] if path.exists() else []


def write_wav(path: Path, length_s: float, sample: bytes = b"\0\x10") -> None:
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(22050)
        sound.writeframes(sample * round(22050 * length_s))
