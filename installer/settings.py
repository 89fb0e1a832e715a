"""What stands in /etc/kentongan, from a bundle and from what was there: the box's own pins stay.

A node and a hub on one machine share the folder and the district; each has a password of its own.
"""

import re
from collections.abc import Collection, Mapping

from broker.core.bundles import PEOPLE, settle
from contract.user_error import UserError
from installer import broker_files
from installer.bundle import NODE, PAGE, Bundle, post
from installer.machine import Machine

FOLDER = "/etc/kentongan"
PAGE_SETTINGS = "web.yaml"
# What a node's bundle, the page's, or a hub's decides; all else in its settings is the machine's own.
OF_A_POSKO = ("district", "broker")
OF_THE_BUNDLE = ("node", "village", "hears", "district", "broker")
PRIVATE = 0o640
OWNER = "root:kentongan"
SUPERSEDED = "node.yaml.bundle"


def wanted(bundle: Bundle, machine: Machine) -> tuple[dict[str, bytes], list[str]]:
    """The files of /etc/kentongan for *bundle*, by name, and notes to print. Raises UserError."""
    settings, notes = bundle.settings, []
    files = dict(bundle.district)
    if "ca.crt" in bundle.files:  # a hub beside its broker needs none
        files["ca.crt"] = bundle.files["ca.crt"]
    if bundle.kind == NODE:
        here = machine.path(f"{FOLDER}/node.yaml")
        if here.is_file():
            own = here.read_text("utf-8")
            _check_same(post(own), bundle.owner)
            merged = merge(own, settings)
            if _rest(own) != _rest(settings):
                files[SUPERSEDED] = settings.encode()
                notes.append(f"{FOLDER}/node.yaml: the box's own pins and settings stay; those of the bundle are in "
                             f"{FOLDER}/{SUPERSEDED}")
            settings = merged
    elif machine.path(f"{FOLDER}/posko.yaml").is_file():  # who gets messages, and the like, stays
        settings = merge(machine.path(f"{FOLDER}/posko.yaml").read_text("utf-8"), settings, OF_A_POSKO)
    files[f"{bundle.kind}.yaml"] = with_password(settings, bundle.kind).encode()
    files[f"{bundle.kind}.password"] = bundle.files["password"]
    files.update({name: bundle.files[name] for name in PAGE if name in bundle.files})
    page, people = machine.path(f"{FOLDER}/{PAGE_SETTINGS}"), machine.path(f"{broker_files.FOLDER}/posko/{PEOPLE}")
    if PAGE_SETTINGS in files and page.is_file():
        files[PAGE_SETTINGS] = merge(page.read_text("utf-8"), files[PAGE_SETTINGS].decode()).encode()
    if PEOPLE in files and broker_files.provisioned_here(machine) and people.is_file():
        files[PEOPLE] = people.read_bytes()  # newer than a bundle of before, in which somebody revoked may still be
    return files, notes


def has_notify(settings: str) -> bool:
    """Whether *settings* of a hub say who gets messages outward."""
    return re.search(r"^notify:", settings, re.MULTILINE) is not None


def has_server(files: Mapping[str, bytes]) -> bool:
    """Whether the settings among *files* say that the journal of a hub is on a PostgreSQL server."""
    return any(re.search(rb"^journal: [\"']?postgres", body, re.MULTILINE | re.IGNORECASE)
               for name, body in files.items() if name.rpartition("/")[2] in ("posko.yaml", PAGE_SETTINGS))


def merge(own: str, of_bundle: str, keys: Collection[str] = OF_THE_BUNDLE) -> str:
    """The settings *own* of a machine with what the bundle decides: those of *keys*."""
    lines = {key: found[1] for key in keys
             if (found := re.search(rf"^{key}: (.*)$", of_bundle, re.MULTILINE)) is not None}
    return settle(own, lines)


def with_password(settings: str, kind: str) -> str:
    """*settings* whose password is the file of *kind*, so that a node's and a hub's lie beside each other."""
    return re.sub(r"^(broker:.*\bpassword_file: )[^,}]+", rf"\g<1>{kind}.password", settings, flags=re.MULTILINE)


def broker_host(settings: str) -> str | None:
    """The broker's host in *settings*, as a bundle writes it."""
    found = re.search(r'^broker:.*?\bhost: "?([^",}\s]+)', settings, re.MULTILINE)
    return None if found is None else found[1]


def write(machine: Machine, files: dict[str, bytes], to: str = FOLDER) -> list[str]:
    """Writes *files* into the folder *to*; the names of those that have changed. Only root and the user kentongan may
    read them.
    """
    for place in dict.fromkeys((FOLDER, to)):
        machine.folder(place, 0o750, OWNER)
    for name in files:
        for folder in list(_parents(name)):
            machine.folder(f"{to}/{folder}", 0o750, OWNER)
    # What names a file comes after it.
    order = sorted(files, key=lambda name: (name in ("node.yaml", "posko.yaml", "web.yaml"), name))
    return [name for name in order if machine.write(f"{to}/{name}", files[name], PRIVATE, OWNER)]


def _parents(name: str) -> list[str]:
    words = name.split("/")[:-1]
    return ["/".join(words[:count]) for count in range(1, len(words) + 1)]


def _rest(settings: str) -> str:
    """*settings* without what a bundle decides."""
    return settle(settings, dict.fromkeys(OF_THE_BUNDLE, "-"))


def _check_same(here: str, given: str) -> None:
    if here != given:
        raise UserError(f"this box is {here}, and the bundle is of {given}; nothing was changed. To make it another "
                        "post, take the old one off first: sudo ./install uninstall --purge")
