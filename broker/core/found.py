"""An installation as it is found: its files understood. Pure; must not open them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from broker.core import accounts, rabbitmq, secret, site
from broker.core.accounts import RABBITMQ, State
from broker.core.bundles import File, Tree
from broker.core.secret import Pair
from broker.core.site import BROKER, STATE
from contract.domain.digest import digest
from contract.domain.district import District, read_district
from contract.roles import Account, Role
from contract.settings import yamltext
from contract.settings.encoding import EncodingError, decode
from contract.settings.schema import SettingsError

DISTRICT = "district/"


@dataclass(frozen=True, slots=True)
class Found:
    """`files`: the district file first, and what stands beside it."""

    present: Tree
    state: State
    district: District
    files: Tree

    def active(self, *roles: Role) -> list[Account]:
        """The accounts of *roles* that are not revoked, or all."""
        return [each for each in accounts.accounts(self.state, self.district) if not roles or each.role in roles]


def understand(folder: str, present: Tree, files: Tree | None) -> Found:
    """What *present*, the files in *folder*, says; with a new district in *files*, if there is one.

    Raises SettingsError.
    """
    written = present.get(STATE)
    if written is None and any(path.startswith(f"{BROKER}/") for path in present):
        raise SettingsError([f"{folder}/{STATE}: is missing, and with it who was let in; put it back from a copy"])
    if written is None and files is None:
        raise SettingsError([f"{folder}: holds no installation; begin with `broker provision --district FILE`"])
    given = next(iter(files or {}), "")
    state = accounts.first(given) if written is None else accounts.read_state(_yaml(STATE, written), STATE)
    if files is None:
        kept = {path.removeprefix(DISTRICT): each for path, each in present.items() if path.startswith(DISTRICT)}
        if state.district not in kept:
            raise SettingsError([f"{folder}/{DISTRICT}{state.district}: is missing; give --district FILE again"])
        files = {state.district: kept.pop(state.district), **kept}
    else:
        state = replace(state, district=given)
    (first, *_) = files
    district = read_district(_yaml(first, files[first]), first)
    known = (f"{district.district}.posko", f"{district.district}.web")
    others = [name for name in of_rabbitmq(present) if name.endswith(".posko")]
    if any(name not in known for name in (*_hashes(present, f"{BROKER}/posko.passwd"), *others)):
        reason = f"is the district {district.district!r}, and {folder} is another's; each has a folder of its own"
        raise SettingsError([f"{first}: {reason}"])
    return Found(present, state, district, files)


def means_the_same(found: Found, changed: list[str]) -> bool:
    """Whether the *changed* paths are the district file alone, and mean the same to hub and posts as before."""
    (name, *_) = found.files
    before = found.present.get(f"{DISTRICT}{name}")
    if before is None or changed != [f"{DISTRICT}{name}"]:
        return False
    try:
        return digest(read_district(_yaml(name, before), name)) == digest(found.district)
    except SettingsError:
        return False


def hashes(present: Tree, engine: str) -> dict[str, str]:
    """The hashes for *engine* that are whole, by the name under which their account logs in."""
    if engine == RABBITMQ:
        return {name: each for name, each in of_rabbitmq(present).items() if each}
    found: dict[str, str] = {}
    for path in present:
        if path.endswith(".passwd"):
            found.update(_hashes(present, path))
    return found


def of_rabbitmq(present: Tree) -> dict[str, str]:
    """The hashes in RabbitMQ's definitions, "" of who is shut out, by the name under which somebody logs in."""
    file = present.get(f"{BROKER}/{rabbitmq.DEFINITIONS}")
    return {} if file is None else rabbitmq.read_hashes(file.body)


def password(present: Tree, account: Account) -> str | None:
    """The password of *account*, while its bundle is here."""
    file = present.get(site.password_file(account))
    return None if file is None else _text(file).strip() or None


def settings(present: Tree, posts: list[Account]) -> Iterator[tuple[str, str]]:
    """The node.yaml that stands in the bundle of each of *posts*, where one does, by the account."""
    for account in posts:
        file = present.get(f"{site.bundle(account)}/node.yaml")
        if file is not None:
            yield account.username, _text(file)


def authority(folder: str, present: Tree) -> Pair | None:
    """The authority, its key empty if it is kept elsewhere; None in a new installation. Raises SettingsError."""
    key, certificate = present.get("ca/ca.key"), present.get("ca/ca.crt")
    if certificate is None and f"{BROKER}/server.crt" in present:
        raise SettingsError([f"{folder}/ca/ca.crt: is missing, and every box trusts it; put it back from a copy"])
    if certificate is None:
        return None
    return Pair(b"" if key is None else key.body, certificate.body)


def server(present: Tree, village: str) -> Pair | None:
    """The certificate of *village*'s own broker, or of the district's, if there is one."""
    name = f"villages/{village}/server" if village else f"{BROKER}/server"
    key, certificate = present.get(f"{name}.key"), present.get(f"{name}.crt")
    return None if key is None or certificate is None else Pair(key.body, certificate.body)


def below(files: Tree, folder: str) -> Tree:
    """What lies in *folder*, by its path there."""
    return {path.removeprefix(f"{folder}/"): each for path, each in files.items() if path.startswith(f"{folder}/")}


def _hashes(present: Tree, path: str) -> dict[str, str]:
    return secret.read_file(_text(present[path])) if path in present else {}


def _text(file: File) -> str:
    return file.body.decode("utf-8", "replace")


def _yaml(name: str, file: File) -> object:
    try:
        return yamltext.load(decode(file.body))
    except yamltext.YamlError as error:
        raise SettingsError([f"{name}: {error}"]) from None
    except EncodingError as error:
        raise SettingsError([f"{name}: {error}"]) from None
