"""Mosquitto's files on a posko or in a village, from a bundle. RabbitMQ is set up by hand: docs/scale.md."""

import base64
import re
import tempfile
from pathlib import Path

from contract.user_error import UserError
from installer.bundle import POSKO, Bundle
from installer.machine import ROOT, Machine

FOLDER = "/etc/kentongan-broker"
OWNER = "mosquitto:mosquitto"
_PUBLIC = ("server.crt", "ca.crt", "mosquitto.conf")


def provisioned_here(machine: Machine) -> bool:
    """Whether `kentongan broker` keeps this machine's folder itself."""
    return machine.path(f"{FOLDER}/accounts.yaml").is_file()


def of_rabbitmq(machine: Machine, bundle: Bundle) -> bool:
    """Whether the broker of *bundle* is RabbitMQ."""
    name = "rabbitmq.conf"
    return name in bundle.broker or (
        bundle.kind == POSKO and provisioned_here(machine) and machine.path(f"{FOLDER}/broker/{name}").is_file())


def local_names(bundle: Bundle) -> list[str]:
    """The names ending with .local for which the broker's certificate is: those under which posts look for it.

    Names stand in a certificate as they are (RFC 5280, dNSName is an IA5String), so nothing needs to understand it.
    """
    text = bundle.broker.get("server.crt", b"").decode("ascii", "replace")
    body = "".join(line for line in text.splitlines() if not line.startswith("-"))
    return sorted({name.decode() for name in re.findall(rb"[a-z0-9-]+\.local\b", base64.b64decode(body))})


def check(machine: Machine, bundle: Bundle, release: str) -> None:
    """Raises UserError if Mosquitto does not start with the files of *bundle*, or they keep the hub out.

    They are tried aside by the program of *release*, on free ports, before they take the place of others. What
    `kentongan broker` keeps on this machine it has tried itself.
    """
    if not machine.whole or (bundle.kind == POSKO and provisioned_here(machine)) or of_rabbitmq(machine, bundle):
        return
    python = machine.path(f"{release}/.venv/bin/python")
    with tempfile.TemporaryDirectory(prefix="kentongan-") as name:
        settings = []
        if bundle.kind == POSKO:
            files, place, settings = bundle.broker, f"{FOLDER}/broker", [Path(name, "posko.yaml")]
            _put(Path(name), {"posko.yaml": bundle.files["posko.yaml"], "password": bundle.files["password"]})
        else:
            place = FOLDER
            files = {each: body for each, body in bundle.files.items() if each not in ("uplink.yaml", "password")}
        _put(Path(name, "broker"), files)
        try:
            # -P: what lies in the folder where ./install was called, a stick perhaps, is not imported.
            machine.program(python, "-P", "-m", "broker.trial.files", Path(name, "broker"), place, *settings)
        except UserError as error:
            raise UserError("the broker's files are refused, and those of before, if any, are still in force:",
                            *error.faults[1:]) from None


def _put(folder: Path, files: dict[str, bytes]) -> None:
    folder.mkdir(exist_ok=True)
    for name, body in files.items():
        path = folder / name
        path.touch(0o600)
        path.write_bytes(body)


def write(machine: Machine, bundle: Bundle) -> list[str]:
    """Writes the broker's files of *bundle*; the names of those that have changed."""
    if of_rabbitmq(machine, bundle):
        machine.tell("   the broker is RabbitMQ, and left as it is; how to set it up: docs/scale.md")
        return []
    machine.folder(FOLDER, 0o711 if bundle.kind == POSKO else 0o700, ROOT if bundle.kind == POSKO else OWNER)
    if bundle.kind == POSKO:
        if provisioned_here(machine):
            machine.tell(f"   {FOLDER} is kept by `kentongan broker` on this machine: left as it is")
            return []
        files, folder = bundle.broker, f"{FOLDER}/broker"
        machine.folder(folder, 0o700, OWNER)
    else:
        files, folder = bundle.files, FOLDER
    # The configuration last: what names a file comes after it.
    return [name for name in sorted(files, key=lambda each: (each == "mosquitto.conf", each))
            if machine.write(f"{folder}/{name}", files[name], 0o644 if name in _PUBLIC else 0o600, OWNER)]
