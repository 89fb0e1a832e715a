"""A machine to install on: files below a folder; its system programs note what they were asked, the product's run."""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path

from click.testing import CliRunner

from installer.__main__ import main
from installer.machine import Done
from kentongan.commands import main as kentongan

# What a Raspberry Pi OS has of the packages and groups.
PACKAGES = {"python3-venv", "chrony", "espeak-ng", "python3-lgpio", "mosquitto", "mosquitto-clients", "avahi-daemon",
            "libnss-mdns"}


class Box:
    """`fails`: a program whose command line holds this text ends with 1."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.packages = set(PACKAGES)
        self.groups = {"gpio", "audio"}
        self.users: set[str] = set()
        self.enabled: set[str] = set()
        self.asked: list[str] = []
        self.lines: list[str] = []
        self.fails = ""
        self.has_lgpio = True
        self.candidate = "0.2.2-1~rpt1"
        self.user_id = "0"
        self.hostname = "posko"
        self.hosts = {"posko.local"}

    def install(self, *words: object) -> int:
        """`./install WORDS --yes` as root; what it printed is in `lines`, what changed the system in `asked`."""
        self.lines, self.asked = [], []
        return main([*map(str, words), "--root", str(self.root), "--yes"], self.lines.append, self._run, whole=True)

    def path(self, absolute: str) -> Path:
        return self.root / absolute.lstrip("/")

    def text(self, absolute: str) -> str:
        return self.path(absolute).read_text("utf-8")

    def files(self) -> dict[str, bytes]:
        """Every file and link outside the program, by its path."""
        return {
            str(path.relative_to(self.root)): str(path.readlink()).encode() if path.is_symlink() else path.read_bytes()
            for path in sorted(self.root.rglob("*"))
            if "kentongan-releases" not in path.parts and (path.is_symlink() or path.is_file())
        }

    def _run(self, command: Sequence[str], environment: Mapping[str, str]) -> Done:
        line = " ".join(command)
        if self.fails and self.fails in line:
            return Done(1, "it was asked to fail")
        answer = self._answer(list(command))
        if answer is None:
            self.asked.append(line)
            self._change(list(command))
        return answer or Done(0, "")

    def _answer(self, command: list[str]) -> Done | None:  # noqa: C901 - a table, one row a program
        """What a program answers that changes nothing of the system; None for one that does."""
        code, text = 0, ""
        match command:
            case ["id", "-u"]:
                text = f"{self.user_id}\n"
            case ["dpkg-query", *_, package]:
                code, text = (0, "install ok installed") if package in self.packages else (1, "no packages found")
            case ["apt-cache", *_]:
                text = f"python3-lgpio:\n  Installed: (none)\n  Candidate: {self.candidate}\n"
            case ["systemctl", "is-enabled", unit]:
                code = 0 if unit in self.enabled else 1
            case ["hostname"]:
                text = f"{self.hostname}\n"
            case ["getent", database, name]:
                known = {"group": self.groups, "passwd": self.users, "ahosts": self.hosts}
                code = 0 if name in known[database] else 2
            case [program, *words] if program.endswith("/.venv/bin/kentongan"):
                found = CliRunner().invoke(kentongan, words)
                code, text = found.exit_code, found.output
            case [_, "-c", _]:
                code = 0 if self.has_lgpio else 1
            case ["python3", "-m", "venv", *_, place]:
                (Path(place) / "bin").mkdir(parents=True)
            case [program, *words] if not ("/.venv/bin/" in program or program in ("chown", "journalctl", "sync")
                                           or "--version" in words):
                return None
        return Done(code, text)

    def _change(self, command: list[str]) -> None:
        match command:
            case ["apt-get", "install", *words]:
                self.packages |= {Path(word).name.partition("_")[0] for word in words if not word.startswith("-")}
            case ["systemctl", "enable", unit]:
                self.enabled.add(unit)
            case ["systemctl", "disable", *_, unit]:
                self.enabled.discard(unit)
            case ["groupadd", *_, name]:
                self.groups.add(name)
            case ["useradd", *_, name]:
                self.users.add(name)
            case ["userdel", name]:
                self.users.discard(name)


def copied(source: Path, to: Path, **replaced: tuple[str, str]) -> Path:
    """The bundle's folder *source* at *to*; in `FILE_yaml` the first text is replaced by the second."""
    shutil.copytree(source, to)
    for name, (old, new) in replaced.items():
        path = to / name.replace("_", ".")
        text = path.read_text("utf-8")
        assert old in text
        path.write_text(text.replace(old, new), "utf-8")
    return to
