"""Who there is: the district's posts and hub, and what accounts.yaml adds to them. Pure; must not open files.

    accounts.yaml ──read──> State ──add, revoke, rotate──> State ──write──> accounts.yaml
    district file ─────────────────────────┴──> accounts()
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from contract import people
from contract.domain import foreign
from contract.domain.district import District
from contract.roles import BOXES, OF_THE_PAGE, Account, Role
from contract.settings.broker import BrokerSettings
from contract.settings.schema import (
    SLUG,
    SettingsError,
    choice,
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
MOSQUITTO, RABBITMQ = "mosquitto", "rabbitmq"
_MACHINE = text(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*",
                "a machine's host name in small letters, such as posko-1")
FEWEST_MACHINES, MOST_MACHINES = 3, 7
_TAIL = text(r"[a-z2-7]{16,}", "at least 16 random letters and digits")
_PAGE = text(r"(https?://([A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(:[0-9]{1,5})?)?",
             "the page's address alone, such as https://kentongan.example.org")
_USERNAME = text(r"[a-z0-9-]+(\.[a-z0-9-]+)*", "an account's name, such as situbondo.kalibagor.pos-1 or operator")


@dataclass(frozen=True, slots=True)
class Operator:
    """An operator's rights. No `villages`: the whole district. `semua`: may ring all villages in one line."""

    villages: tuple[str, ...] = option(items(slug), default=())
    semua: bool = option(flag, default=False)
    display: str = option(people.display, default="")


@dataclass(frozen=True, slots=True)
class Petugas:
    """A responder's rights. No `villages`: responds to alarms of the whole district."""

    villages: tuple[str, ...] = option(items(slug), default=())
    display: str = option(people.display, default="")


@dataclass(frozen=True, slots=True)
class Warga:
    """A resident of *villages*, whose alarms he may raise on the page. He has no account at the broker."""

    villages: tuple[str, ...] = option(items(slug))
    display: str = option(people.display, default="")


@dataclass(frozen=True, slots=True)
class Code:
    """A person's login code for the page, as contract.people has it: its hash, what finds it, and when it was made."""

    issued: int = option(people.code_time)
    key: str = option(people.code_key)
    hash: str = option(people.code_hash)


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
    warga: dict[str, Warga] = option(table(slug, lambda _name: section(Warga)), default=dict)
    page: str = option(_PAGE, default="")  # where people reach the page
    codes: dict[str, Code] = option(table(slug, lambda _name: section(Code)), default=dict)
    revoked: tuple[str, ...] = option(items(_USERNAME), default=())
    tails: dict[str, str] = option(table(_USERNAME, lambda _name: _TAIL), default=dict)  # see Account.tail
    engine: str = option(choice(MOSQUITTO, RABBITMQ), default=MOSQUITTO)
    cluster: dict[str, str] = option(table(_MACHINE, lambda _name: _HOST), default=dict)  # addresses, in their order
    joined: str = option(text(f"({SLUG})?", "a district's slug"), default="")  # whose RabbitMQ it is, if another's


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
        lines.append(_member(name, {"villages": each.villages, "semua": each.semua}, each.display))
    kinds: tuple[tuple[str, Mapping[str, Petugas | Warga]], ...] = (("petugas", state.petugas), ("warga", state.warga))
    for title, members in kinds:
        lines.append(f"{title}:{'' if members else ' {}'}")
        lines += [_member(name, {"villages": each.villages}, each.display) for name, each in sorted(members.items())]
    lines += ["# Where people reach the page; their cards show it. No code can be had from here: these are hashes.",
              f"page: {json.dumps(state.page)}", f"codes:{'' if state.codes else ' {}'}"]
    lines += [_member(name, {"issued": each.issued, "key": each.key, "hash": each.hash})
              for name, each in sorted(state.codes.items())]
    lines += [f"readers: {json.dumps(sorted(state.readers))}", f"revoked: {json.dumps(sorted(state.revoked))}",
              "# What follows the name under which each box logs in. It must stay secret: see README.md of broker.",
              f"tails:{'' if state.tails else ' {}'}"]
    lines += [f"  {json.dumps(name)}: {json.dumps(tail)}" for name, tail in sorted(state.tails.items())]
    if state.engine != MOSQUITTO:
        lines += ["# Which broker this is for; and the machines that are one broker, by their host names.",
                  f"engine: {state.engine}", f"cluster: {json.dumps(state.cluster)}"]
    if state.joined:
        lines += ["# The district whose RabbitMQ this one's accounts are on, too.", f"joined: {state.joined}"]
    return "\n".join(lines) + "\n"


def _member(name: str, values: dict[str, object], display: str = "") -> str:
    shown = {**values, **({"display": display} if display else {})}
    return f"  {json.dumps(name)}: {json.dumps(shown, ensure_ascii=False)}"


def check(state: State, district: District) -> None:
    """Raises SettingsError with what *state* says that *district* cannot bear."""
    faults = [
        f"{kind} {name}: {village!r} is no village of {district.district}; {suggestion(village, district.villages)}"
        for kind, name, villages in (
            *(("operator", name, each.villages) for name, each in sorted(state.operators.items())),
            *(("petugas", name, each.villages) for name, each in sorted(state.petugas.items())),
            *(("warga", name, each.villages) for name, each in sorted(state.warga.items())),
        ) for village in villages if village not in district.villages
    ]
    faults += [
        f"village broker: {village!r} is no village of {district.district}; {suggestion(village, district.villages)}"
        for village in state.village_brokers if village not in district.villages
    ]
    if state.engine == RABBITMQ and state.village_brokers:
        faults.append("village broker: is not made beside RabbitMQ; take it away with --village-broker "
                      f"{next(iter(state.village_brokers))}=")
    if state.engine != RABBITMQ and state.cluster:
        faults.append("cluster: Mosquitto is one machine; a cluster is RabbitMQ's: --engine rabbitmq")
    if state.cluster and not FEWEST_MACHINES <= len(state.cluster) <= MOST_MACHINES:
        faults.append(f"cluster: has {len(state.cluster)} machines; {FEWEST_MACHINES} to {MOST_MACHINES}, for fewer "
                      "have no majority when one is lost")
    if "web" in state.village_brokers:
        faults.append(f"village broker: {district.district}.web is the page's account; give the village another slug")
    if faults:
        raise SettingsError(faults)


def join(state: State, other: State, district: str) -> State:
    """*state*, whose accounts are on the RabbitMQ of *district*, which *other* is of. Raises SettingsError."""
    if other.engine != RABBITMQ:
        raise SettingsError([(f"--join: the broker of {district} is Mosquitto; two districts on one: docs/scale.md, "
                             "\"Both districts on one broker\"")])
    if other.joined:
        raise SettingsError([(f"--join: the accounts of {district} are on the RabbitMQ of {other.joined}; name the "
                             "folder of that one")])
    return replace(state, engine=RABBITMQ, hosts=other.hosts, ports=other.ports, cluster=other.cluster, joined=district)


def is_of(district: str, login: str) -> bool:
    """Whether who logs in as *login* is of *district*, which has joined another's broker: any other name is theirs."""
    return login.startswith(f"{district}.") or login.endswith(f"_{district}")


def accounts(state: State, district: District) -> list[Account]:
    """All accounts of the district's broker and of the villages' own, without the revoked."""
    return [each for each in everyone(state, district) if each.username not in state.revoked]


def everyone(state: State, district: District) -> list[Account]:
    """All accounts, the revoked too."""
    base = district.district
    found = [Account(f"{base}.posko", Role.HUB), Account(f"{base}.web", Role.WEB)]
    beyond = {slug_: tuple(sorted(filter(foreign.is_foreign, village.neighbours)))
              for slug_, village in district.villages.items()}
    found += [
        _box(state, Account(f"{base}.{village}", Role.UPLINK, (village,), foreign=beyond.get(village, ())))
        for village in sorted(state.village_brokers)
    ]
    found += [
        _box(state, Account(f"{base}.{slug_}.{node}", Role.NODE, (slug_,), node=node, foreign=beyond[slug_]))
        for slug_, village in sorted(district.villages.items()) for node in sorted(village.posts)
    ]
    tail = base if state.joined else ""  # the broker knows an `operator` already
    found += [
        Account(name, Role.OPERATOR, each.villages, everywhere=each.semua, tail=tail)
        for name, each in sorted(state.operators.items())
    ]
    found += [Account(name, Role.PETUGAS, each.villages, tail=tail) for name, each in sorted(state.petugas.items())]
    return found + [Account(name, Role.READER, tail=tail) for name in sorted(state.readers)]


def residents(state: State) -> list[Account]:
    """The warga, the revoked too. None of them has an account at the broker."""
    return [Account(name, Role.WARGA, each.villages) for name, each in sorted(state.warga.items())]


def display(state: State, name: str) -> str:
    """The name of *name* as people write it; "" where there is none but this."""
    found = state.operators.get(name) or state.petugas.get(name) or state.warga.get(name)
    return "" if found is None else found.display


def of_the_page(state: State, district: District) -> people.PeopleFile:
    """Whom the page lets in: who has a code and is not revoked."""
    known = [*everyone(state, district), *residents(state)]
    return people.PeopleFile(district.district, tuple(
        people.Person(each.username, each.role, each.villages, each.everywhere, display(state, each.username),
                      code.issued, code.hash, code.key)
        for each in sorted(known, key=lambda each: each.username) if each.role in OF_THE_PAGE
        and each.username not in state.revoked and (code := state.codes.get(each.username)) is not None
    ))


def elsewhere(state: State, account: Account) -> bool:
    """Whether *account* logs in at its village's own broker, and there only."""
    return account.role is Role.NODE and account.villages[0] in state.village_brokers


def guessable(state: State, district: District) -> list[Account]:
    """The boxes whose client id at the district's broker can be guessed: those made before it had a random tail."""
    return [each for each in accounts(state, district)
            if each.role in BOXES and not each.tail and not elsewhere(state, each)]


def _box(state: State, account: Account) -> Account:
    return replace(account, tail=state.tails.get(account.username, ""))


def find(name: str, state: State, district: District) -> Account:
    """The account called *name*, with or without the district's name before it. Raises SettingsError."""
    known = {each.username: each for each in (*everyone(state, district), *residents(state))}
    found = known.get(name) or known.get(f"{district.district}.{name}")
    if found is None:
        short = [each.removeprefix(f"{district.district}.") for each in known]
        raise SettingsError([f"{name!r}: there is no such account; {suggestion(name, short)}"])
    return found


def taken(state: State, district: District) -> set[str]:
    """The names that a new person cannot have."""
    known = {each.username.removeprefix(f"{district.district}.") for each in everyone(state, district)}
    return {*known, *state.warga, *district.villages}


def add(state: State, district: District, new: Mapping[str, Operator | Petugas | Warga | None]) -> State:
    """*state* with the *new* operators, petugas and warga by their names; None is a reader. Raises SettingsError."""
    known = taken(state, district)
    for name in new:
        read(_Name, {"name": name})
        if name in known:
            card = f"kentongan broker card {name}` makes a new card" if name in state.warga else (
                f"kentongan broker rotate {name}` makes a new password")
            raise SettingsError([f"{name!r}: this name is taken; `{card}"])
    kinds: dict[type, dict[str, Any]] = {Operator: {}, Petugas: {}, Warga: {}, type(None): {}}
    for name, each in new.items():
        kinds[type(each)][name] = each
    found = replace(
        state, operators={**state.operators, **kinds[Operator]}, petugas={**state.petugas, **kinds[Petugas]},
        warga={**state.warga, **kinds[Warga]}, readers=(*state.readers, *kinds[type(None)]),
    )
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


def machines(peers: Iterable[str], option_: str) -> dict[str, str]:
    """The addresses of a cluster's machines by their names, from NAME=ADDRESS, or NAME alone. Raises SettingsError."""
    found: dict[str, str] = {}
    for each in peers:
        name, sign, address = each.partition("=")
        check_hosts([address if sign else name], option_)
        if name in found:
            raise SettingsError([f"{option_}: names {name} twice"])
        found[name] = address or name
    try:
        read(_Machines, {"cluster": found})
    except SettingsError as error:
        raise SettingsError([f"{option_}: {fault}" for fault in error.faults]) from None
    return found


@dataclass(frozen=True, slots=True)
class _Machines:
    cluster: dict[str, str] = option(table(_MACHINE, lambda _name: _HOST))


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


def check_display(shown: str, option_: str) -> None:
    """Raises SettingsError if *shown* is not a person's name in one line."""
    try:
        read(_Display, {"display": shown})
    except SettingsError as error:
        raise SettingsError([f"{option_}{each.removeprefix('display')}" for each in error.faults]) from None


def check_page(address: str, option_: str) -> str:
    """*address* without what may stand behind it. Raises SettingsError if it is none that a card can show."""
    found = address.rstrip("/")
    if not found:
        raise SettingsError([f"{option_}: is empty; give the page's address, such as https://kentongan.example.org"])
    try:
        read(_Address, {"page": found})
    except SettingsError as error:
        raise SettingsError([f"{option_}{each.removeprefix('page')}" for each in error.faults]) from None
    return found


@dataclass(frozen=True, slots=True)
class _Address:
    page: str = option(_PAGE)


@dataclass(frozen=True, slots=True)
class _Display:
    display: str = option(people.display)
