"""What `kentongan broker provision` made for a machine, read from its archive or from its folder."""

import io
import re
import tarfile
from dataclasses import dataclass
from pathlib import Path

from contract.user_error import UserError

MOST_BYTES = 64_000_000
NODE, POSKO, UPLINK, DISTRICT = "node", "posko", "uplink", "district"
FURTHER = "further"  # a posko's, beside one that is there
# The file that each kind has and no other.
_MARK = {NODE: "node.yaml", POSKO: "posko.yaml", UPLINK: "uplink.yaml"}
# What the page, beside the hub, has of its own.
PAGE = ("web.yaml", "web.password", "people.json")
_NEEDED = {NODE: ("password", "ca.crt"), POSKO: ("password",), UPLINK: ("password", "ca.crt", "mosquitto.conf")}


@dataclass(frozen=True, slots=True)
class Bundle:
    """The files of a bundle by their names, and for whom they are."""

    kind: str
    files: dict[str, bytes]

    @property
    def settings(self) -> str:
        """The text of its settings."""
        return self.files[_MARK[self.kind]].decode()

    @property
    def owner(self) -> str:
        """The post as VILLAGE.NODE, or the kind."""
        return post(self.settings) if self.kind == NODE else self.kind

    @property
    def district(self) -> dict[str, bytes]:
        """The district file and what belongs to it."""
        return {name: body for name, body in self.files.items()
                if name.endswith(".yaml") and name not in (*_MARK.values(), *PAGE) and not name.startswith("broker/")}

    @property
    def broker(self) -> dict[str, bytes]:
        """The files of the posko's broker."""
        return {name.removeprefix("broker/"): body for name, body in self.files.items() if name.startswith("broker/")}


def post(settings: str) -> str:
    """The post whose *settings* these are, as VILLAGE.NODE."""
    found = {key: value for key in ("village", "node")
             if (value := re.search(rf"^{key}:\s*[\"']?([a-z0-9-]+)", settings, re.MULTILINE)) is not None}
    return ".".join(found[key][1] if key in found else "?" for key in ("village", "node"))


def read(path: Path, kind: str) -> Bundle:
    """The bundle at *path*, which is to be of *kind*. Raises UserError."""
    try:
        files = _folder(path) if path.is_dir() else _archive(path)
    except FileNotFoundError:
        raise UserError(f"{path}: is not there; give the .tar that `kentongan broker provision` made") from None
    except OSError as error:
        raise UserError(f"{path}: cannot be read: {error.strerror or error}") from None
    found = next((each for each, mark in _MARK.items() if mark in files), DISTRICT if files else "")
    if "pasang" in files:
        raise UserError(f"{path}: is the bundle of a person, for the computer of an operator; there: sh pasang")
    if found == DISTRICT and not any(name.endswith(".yaml") for name in files):
        raise UserError(f"{path}: holds nothing that `kentongan broker provision` makes")
    if found != kind:
        raise UserError(f"{path}: is for {found or 'nothing'}, not for {kind}"
                        + (f"; run: ./install {found} {path}" if found else ""))
    missing = [name for name in _NEEDED.get(kind, ()) if name not in files]
    if missing:
        raise UserError(f"{path}: lacks {', '.join(missing)}; carry the whole .tar, or make it anew: kentongan broker "
                        "rotate")
    return Bundle(kind, files)


def _folder(path: Path) -> dict[str, bytes]:
    return {str(each.relative_to(path)): each.read_bytes() for each in sorted(path.rglob("*"))
            if each.is_file() and each.suffix != ".tar"}


def _archive(path: Path) -> dict[str, bytes]:
    """The regular files of the archive at *path*. A name that leads out of it is refused."""
    if path.stat().st_size > MOST_BYTES:
        raise UserError(f"{path}: is larger than {MOST_BYTES // 1_000_000} MB, and no bundle")
    files = {}
    try:
        with tarfile.open(fileobj=io.BytesIO(path.read_bytes()), mode="r:") as archive:
            for member in archive:
                body = archive.extractfile(member) if member.isfile() else None
                name = member.name.removeprefix("./")
                if body is None and not member.isdir():
                    raise UserError(f"{path}: {name!r} in it is neither a file nor a folder; nothing was unpacked")
                if name.startswith("/") or ".." in name.split("/"):
                    raise UserError(f"{path}: {name!r} in it leads out of it; nothing was unpacked")
                if body is not None:
                    files[name] = body.read(MOST_BYTES)
    except (tarfile.TarError, EOFError) as error:
        raise UserError(f"{path}: is no whole archive ({error}); copy it again") from None
    return files
