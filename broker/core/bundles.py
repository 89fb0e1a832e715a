"""What each account's owner takes home: a folder with everything, ready to run. Pure; must not open files.

    nodes/VILLAGE.NODE/   node.yaml        operators/NAME/, readers/NAME/   posko.yaml, options of mosquitto's clients
    posko/                posko.yaml       each: the password, the authority's certificate, the district file
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass

CA, PASSWORD = "ca.crt", "password"
PUBLIC, PRIVATE = 0o644, 0o600


@dataclass(frozen=True, slots=True)
class File:
    """What stands in a file, and who may read it."""

    body: bytes
    mode: int = PUBLIC


Tree = dict[str, File]


@dataclass(frozen=True, slots=True)
class Way:
    """How somebody reaches the broker. Without *tls* it is on the same machine."""

    host: str
    port: int
    username: str
    tls: bool = True

    @property
    def setting(self) -> str:
        """It as the setting `broker`."""
        parts = [f"host: {json.dumps(self.host)}", f"port: {self.port}", f"username: {json.dumps(self.username)}",
                 f"password_file: {PASSWORD}"]
        parts += [f"ca_file: {CA}"] if self.tls else []
        return f"{{{', '.join(parts)}}}"


def settle(text: str, settings: Mapping[str, str]) -> str:
    """The YAML *text* in which each of *settings* stands on a line of its own; all else stays as it was."""
    for key, value in settings.items():
        line = f"{key}: {value}\n"
        found = re.search(rf"^{key}:.*\n((?:[ \t]+.*\n)*)", text, re.MULTILINE)
        if found is None:
            text = f"{text.rstrip()}\n{line}"
        else:
            # Comments of its own that follow an example's line are kept; the members of a block go with it.
            comments = [each for each in found[1].splitlines(keepends=True) if each.lstrip().startswith("#")]
            text = text[: found.start()] + line + "".join(comments) + text[found.end():]
    return text


def node_yaml(example: str, place: Mapping[str, str], district_file: str, way: Way) -> str:
    """A node's settings, from the shipped *example* or the bundle's own; *place*: `node`, `village` and `hears`."""
    quoted = {key: json.dumps(value) for key, value in place.items()}
    return settle(example, {**quoted, "district": json.dumps(district_file), "broker": way.setting})


def posko_yaml(district_file: str, way: Way, state_dir: str | None) -> str:
    """A hub's settings, or an operator's, who has no *state_dir*."""
    lines = [f"district: {json.dumps(district_file)}", f"broker: {way.setting}"]
    lines += [f"state_dir: {state_dir}"] if state_dir is not None else []
    return "\n".join(lines) + "\n"


def uplink_yaml(district: str, village: str, here: Way, there: Way) -> str:
    """The settings of a village's uplink: its own broker and the district's."""
    lines = [f"district: {json.dumps(district)}", f"village: {json.dumps(village)}"]
    return "\n".join([*lines, f"here: {here.setting}", f"there: {there.setting}"]) + "\n"


def posko(way: Way, files: Tree, password: str) -> Tree:
    """The hub's bundle."""
    (district_file, *_) = files
    settings = posko_yaml(district_file, way, "/var/lib/kentongan-posko")
    return {**files, "posko.yaml": File(settings.encode()), PASSWORD: _secret(password)}


def node(settings: str, files: Tree, ca: bytes, password: str) -> Tree:
    """A node's bundle."""
    return {**files, "node.yaml": File(settings.encode()), CA: File(ca), PASSWORD: _secret(password)}


def person(way: Way, files: Tree, ca: bytes, password: str, *, writes: bool) -> Tree:
    """The bundle of an operator, or of a reader, who *writes* nothing."""
    (district_file, *_) = files
    options = _options(way, password)
    clients = ("mosquitto_pub", "mosquitto_sub") if writes else ("mosquitto_sub",)
    settings = posko_yaml(district_file, way, None)
    return {
        **files, "posko.yaml": File(settings.encode()), CA: File(ca), PASSWORD: _secret(password),
        **{name: File(options.encode(), PRIVATE) for name in clients},
        "pasang": File(_install([*files, "posko.yaml", CA, PASSWORD], clients).encode(), 0o755),
    }


def _secret(password: str) -> File:
    return File(f"{password}\n".encode(), PRIVATE)


def _options(way: Way, password: str) -> str:
    """Options that mosquitto's clients read from ~/.config; `pasang` adds the certificate, whose path must be whole."""
    return f"-h {way.host}\n-p {way.port}\n-u {way.username}\n-P {password}\n-V 5\n-q 1\n"


def _install(files: list[str], clients: tuple[str, ...]) -> str:
    """The script that puts a bundle into place on a person's computer."""
    places = sorted({path.rpartition("/")[0] for path in files} - {""})
    folders = " ".join(f'"$tujuan/{each}"' for each in places)
    copies = "\n".join(f'cp "{each}" "$tujuan/{each}"' for each in files)
    options = "\n".join(
        f'{{ cat {name}; printf -- "--cafile %s\\n" "$tujuan/{CA}"; }} > "$rumah/{name}"' for name in clients
    )
    return f"""\
#!/bin/sh
# Pasang berkas ini di komputer Anda: sh pasang   (Install these files on your computer.)
# Sesudah itu cukup (after that, this is all): {clients[0]} -t TOPIK{" -m 'catatan'" if len(clients) > 1 else ""}
set -eu
umask 077
cd "$(dirname "$0")"
rumah=${{XDG_CONFIG_HOME:-$HOME/.config}}
tujuan=$rumah/kentongan
mkdir -p "$tujuan" {folders}
{copies}
{options}
echo "Terpasang di $tujuan (installed)."
"""
