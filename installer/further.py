"""The hub of one more district on a machine that has a posko: settings, state and an instance of its own.

    kentongan-posko.tar of panarukan ──> /etc/kentongan/panarukan/ ──> kentongan-posko@panarukan
"""

import json
import re
from pathlib import Path

from broker.core.bundles import settle
from contract.user_error import UserError
from installer import program, settings
from installer.bundle import POSKO, Bundle
from installer.machine import Machine

TEMPLATE = "kentongan-posko@.service"
# Of a hub's or a post's account, as `kentongan broker provision` writes it; and of a district file, which may be JSON.
_ACCOUNT = re.compile(r"^[^#\n]*?\busername[\"']?\s*:\s*[\"']?([a-z0-9-]+)\.(?:posko\b|[a-z0-9-]+\.)",
                      re.MULTILINE)
_DISTRICT = re.compile(r"(?:^|[{,])[ \t]*[\"']?district[\"']?\s*:\s*[\"']?([a-z0-9-]+)", re.MULTILINE)


def folder(slug: str) -> str:
    """Where the settings of *slug*'s hub are."""
    return f"{settings.FOLDER}/{slug}"


def state(slug: str) -> str:
    """Where its journal is."""
    return f"/var/lib/kentongan-posko-{slug}"


def unit(slug: str) -> str:
    """What runs it."""
    return f"kentongan-posko@{slug}.service"


def present(machine: Machine) -> list[str]:
    """The slugs of the districts that have a hub of this kind here. A reader's folder, for the page, is none."""
    found = machine.path(settings.FOLDER).glob("*/posko.yaml")
    return sorted(path.parent.name for path in found if _owner(path) == path.parent.name)


def district(bundle: Bundle) -> str | None:
    """The slug of the district whose file is in *bundle*; None if that cannot be told."""
    found = {match[1] for body in bundle.district.values()
             if (match := _DISTRICT.search(body.decode("utf-8-sig", "replace"))) is not None}
    return found.pop() if len(found) == 1 else None


def owner(written: str) -> str | None:
    """The slug of the district whose hub or post has the settings that are *written*; None if that cannot be told."""
    found = _ACCOUNT.search(written)
    return None if found is None else found[1]


def _owner(path: Path) -> str | None:
    return owner(path.read_text("utf-8", "replace")) if path.is_file() else None


def first(machine: Machine, kind: str = POSKO) -> str | None:
    """The slug of the district whose hub, or post, was installed as the *kind* here; None without one."""
    return _owner(machine.path(f"{settings.FOLDER}/{kind}.yaml"))


def wanted(bundle: Bundle, slug: str, machine: Machine) -> dict[str, bytes]:
    """The files of its folder, by their names in it: what was set on this machine stays."""
    text = bundle.settings
    here = machine.path(f"{folder(slug)}/posko.yaml")
    if here.is_file():
        text = settings.merge(here.read_text("utf-8"), text, settings.OF_A_POSKO)
    found = {**bundle.district, "posko.yaml": settle(text, {"state_dir": json.dumps(state(slug))}).encode(),
             "password": bundle.files["password"]}
    return {**found, **{name: bundle.files[name] for name in ("ca.crt",) if name in bundle.files}}


def check(machine: Machine, bundle: Bundle) -> str:
    """The slug of the further district that *bundle* is of. Raises UserError where it is none here."""
    slug = owner(bundle.settings)
    if slug is None:
        raise UserError("posko.yaml in the bundle does not name its hub's account; make it anew: kentongan broker "
                        "provision")
    if not (machine.path(f"{settings.FOLDER}/posko.yaml").is_file() and machine.path(program.PLACE).is_symlink()):
        raise UserError(f"no {POSKO} is installed here; the first district's hub is: ./install {POSKO} BUNDLE")
    if first(machine) == slug:
        raise UserError(f"{slug} is the district of the {POSKO} here; renew it: ./install {POSKO} BUNDLE")
    return slug
