"""Who there is: the district's posts and hub, and what accounts.yaml adds to them. Pure; must not open files.

    accounts.yaml ──read──> State ──add, revoke, rotate──> State ──write──> accounts.yaml
    district file ─────────────────────────┴──> accounts()
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace

from contract.domain.district import District
from contract.roles import BOXES, Account, Role
from contract.settings.broker import BrokerSettings
from contract.settings.schema import (
    SettingsError,
    file_path,
    flag,
    integer,
    items,
    option,
    read,
    section,
    slug,
    table,
    text,
)
from contract.settings.suggestions import suggestion

_HOST = text(r"[0-9A-Za-z_.:%-]+", "a host name or an address")
_TAIL = text(r"[a-z2-7]{16,}", "at least 16 random letters and digits")
_USERNAME = text(r"[a-z0-9-]+(\.[a-z0-9-]+)*", "an account's name, such as situbondo.kalibagor.pos-1 or operator")


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator's rights. No `villages`: the whole district. `semua`: may ring all villages in one line."""

    villages: tuple[str, ...] = option(items(slug), default=())
    semua: bool = option(flag, default=False)


@dataclass(frozen=True, slots=True)
class Petugas:
    """A responder's rights. No `villages`: responds to alarms of the whole district."""

    villages: tuple[str, ...] = option(items(slug), default=())


@dataclass(frozen=True, slots=True)
class Ports:
    """Where the listeners are; `posko` on the loopback interface only."""

    posko: int = option(integer(1, 65535, "TCP port"), default=1883)
    nodes: int = option(integer(1, 65535, "TCP port"), default=8883)
    operators: int = option(integer(1, 65535, "TCP port"), default=8884)


@dataclass(frozen=True, slots=True)
class State:
    """What the tool keeps: everything that the district file does not say."""

    district: str = option(file_path)  # the file's name in the folder district/
    hosts: tuple[str, ...] = option(items(_HOST), default=())
    ports: Ports = option(section(Ports), default=Ports())
    village_brokers: dict[str, str] = option(table(slug, lambda _name: _HOST), default=dict)
    operators: dict[str, Operator] = option(table(slug, lambda _name: section(Operator)), default=dict)
    petugas: dict[str, Petugas] = option(table(slug, lambda _name: section(Petugas)), default=dict)
    readers: tuple[str, ...] = option(items(slug), default=())
    revoked: tuple[str, ...] = option(items(_USERNAME), default=())
    tails: dict[str, str] = option(table(_USERNAME, lambda _name: _TAIL), default=dict)  # see Account.tail


def first(district_file: str) -> State:
    """The state of a new installation."""
    return State(district_file, operators={"operator": Operator(semua=True)}, readers=("layar",))


def read_state(found: object, path: str) -> State:
    """The state in the plain value *found*. Raises SettingsError with every fault."""
    state = read(State, found, path)
    ports = (state.ports.posko, state.ports.nodes, state.ports.operators)
    if len(set(ports)) < len(ports):
        raise SettingsError([f"{path}.ports: {', '.join(map(str, ports))}; each listener has a port of its own"])
    return state


def write_state(state: State) -> str:
    """*state* as a settings file; JSON's flow style is YAML, and quotes what YAML would misread."""
    ports = {"posko": state.ports.posko, "nodes": state.ports.nodes, "operators": state.ports.operators}
    lines = [
        "# Kept by `kentongan broker`, which changes it; what the district file does not say. The ports may be",
        "# changed here: then run `kentongan broker provision` again.",
        f"district: {json.dumps(state.district)}",
        f"hosts: {json.dumps(state.hosts)}",
        f"ports: {json.dumps(ports)}",
        f"village_brokers: {json.dumps(dict(sorted(state.village_brokers.items())))}",
        f"operators:{'' if state.operators else ' {}'}",
    ]
    for name, each in sorted(state.operators.items()):
        rights = {"villages": each.villages, "semua": each.semua}
        lines.append(f"  {json.dumps(name)}: {json.dumps(rights)}")
    lines += [f"petugas:{'' if state.petugas else ' {}'}"]
    lines += [f"  {json.dumps(name)}: {json.dumps({'villages': each.villages})}"
              for name, each in sorted(state.petugas.items())]
    lines += [f"readers: {json.dumps(sorted(state.readers))}", f"revoked: {json.dumps(sorted(state.revoked))}",
              "# What follows the name under which each box logs in. It must stay secret: see README.md of broker.",
              f"tails:{'' if state.tails else ' {}'}"]
    lines += [f"  {json.dumps(name)}: {json.dumps(tail)}" for name, tail in sorted(state.tails.items())]
    return "\n".join(lines) + "\n"


def check(state: State, district: District) -> None:
    """Raises SettingsError with what *state* says that *district* cannot bear."""
    faults = [
        f"{kind} {name}: {village!r} is no village of {district.district}; {suggestion(village, district.villages)}"
        for kind, name, villages in (
            *(("operator", name, each.villages) for name, each in sorted(state.operators.items())),
            *(("petugas", name, each.villages) for name, each in sorted(state.petugas.items())),
        ) for village in villages if village not in district.villages
    ]
    faults += [
        f"village broker: {village!r} is no village of {district.district}; {suggestion(village, district.villages)}"
        for village in state.village_brokers if village not in district.villages
    ]
    if "web" in state.village_brokers:
        faults.append(f"village broker: {district.district}.web is the page's account; give the village another slug")
    if faults:
        raise SettingsError(faults)


def accounts(state: State, district: District) -> list[Account]:
    """All accounts of the district's broker and of the villages' own, without the revoked."""
    return [each for each in everyone(state, district) if each.username not in state.revoked]


def everyone(state: State, district: District) -> list[Account]:
    """All accounts, the revoked too."""
    base = district.district
    found = [Account(f"{base}.posko", Role.HUB), Account(f"{base}.web", Role.WEB)]
    found += [_box(state, f"{base}.{village}", Role.UPLINK, village) for village in sorted(state.village_brokers)]
    found += [
        _box(state, f"{base}.{slug_}.{node}", Role.NODE, slug_, node)
        for slug_, village in sorted(district.villages.items()) for node in sorted(village.posts)
    ]
    found += [
        Account(name, Role.OPERATOR, each.villages, everywhere=each.semua)
        for name, each in sorted(state.operators.items())
    ]
    found += [Account(name, Role.PETUGAS, each.villages) for name, each in sorted(state.petugas.items())]
    return found + [Account(name, Role.READER) for name in sorted(state.readers)]


def elsewhere(state: State, account: Account) -> bool:
    """Whether *account* logs in at its village's own broker, and there only."""
    return account.role is Role.NODE and account.villages[0] in state.village_brokers


def guessable(state: State, district: District) -> list[Account]:
    """The boxes whose client id at the district's broker can be guessed: those made before it had a random tail."""
    return [each for each in accounts(state, district)
            if each.role in BOXES and not each.tail and not elsewhere(state, each)]


def _box(state: State, username: str, role: Role, village: str, node: str = "") -> Account:
    return Account(username, role, (village,), node=node, tail=state.tails.get(username, ""))


def find(name: str, state: State, district: District) -> Account:
    """The account called *name*, with or without the district's name before it. Raises SettingsError."""
    known = {each.username: each for each in everyone(state, district)}
    found = known.get(name) or known.get(f"{district.district}.{name}")
    if found is None:
        short = [each.removeprefix(f"{district.district}.") for each in known]
        raise SettingsError([f"{name!r}: there is no such account; {suggestion(name, short)}"])
    return found


def add(state: State, district: District, name: str, person: Operator | Petugas | None) -> State:
    """*state* with the new operator or petugas, or reader if *person* is None. Raises SettingsError."""
    read(_Name, {"name": name})
    taken = {each.username.removeprefix(f"{district.district}.") for each in everyone(state, district)}
    if name in taken or name in district.villages:
        raise SettingsError([f"{name!r}: this name is taken; `kentongan broker rotate {name}` makes a new password"])
    match person:
        case Operator():
            found = replace(state, operators={**state.operators, name: person})
        case Petugas():
            found = replace(state, petugas={**state.petugas, name: person})
        case None:
            found = replace(state, readers=(*state.readers, name))
    check(found, district)
    return found


def revoke(state: State, account: Account) -> State:
    """*state* without *account*, until `rotate` lets it in again. Raises SettingsError."""
    if account.role is Role.HUB:
        raise SettingsError([f"{account.username}: the hub cannot be shut out; `rotate` changes its password"])
    return replace(state, revoked=tuple(sorted({*state.revoked, account.username})))


def reinstate(state: State, account: Account) -> State:
    """*state* in which *account* is not revoked."""
    return replace(state, revoked=tuple(each for each in state.revoked if each != account.username))


def _without_settings(fault: str) -> str:
    """*fault* of a setting `host`, as a fault of an option: which has no setting `port` beside it."""
    fault = fault.removeprefix("host: ")
    for remedy in ("write it under port, and the name or address alone here",
                   "write the name or address alone, and the port under port"):
        fault = fault.replace(remedy, "write the name or address alone; the ports stand in accounts.yaml")
    return fault


def check_hosts(hosts: Iterable[str], option_: str) -> None:
    """Raises SettingsError with what in *hosts* is no host name and no address."""
    faults: list[str] = []
    for each in hosts:
        try:
            read(BrokerSettings, {"host": each})
        except SettingsError as error:
            faults += [f"{option_}: {_without_settings(fault)}" for fault in error.faults]
    if faults:
        raise SettingsError(faults)


@dataclass(frozen=True, slots=True)
class _Name:
    name: str = option(slug)
