"""The whole installation as a tree of files: what each run of the tool aims at. Pure; must not open files.

    district, state, secrets, certificates ──> tree() ──> plan ──> disk
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from broker.core import bundles, conf, rabbitmq
from broker.core.accounts import RABBITMQ, State, accounts, elsewhere, of_the_page, write_state
from broker.core.bundles import CA, PRIVATE, SHARED, File, Tree, Way
from broker.core.conf import NODES, OPERATORS, POSKO, VILLAGE_FOLDER, Where
from broker.core.secret import Pair, Secret, write_file
from contract import people, roles
from contract.domain import foreign
from contract.domain.district import District
from contract.roles import LOCAL, PEOPLE, Account, Role, Rule

STATE = "accounts.yaml"
BROKER = "broker"
PEOPLE_FILE = f"posko/{bundles.PEOPLE}"
DISTRICT_ARCHIVE = "kentongan-district.tar"
BROKER_ARCHIVE = "kentongan-broker.tar"  # what another machine of RabbitMQ needs
LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Site:
    """All that the files are made from.

    `files`: the district file and what stands beside it, the district file first. `settings`: the node.yaml that each
    bundle has; `example` for the others. `servers`: a village's own broker by the village, the district's by "".
    Of RabbitMQ: `gone`, who once logged in and is to stay shut out, and the `cookie` of its cluster.
    """

    folder: str
    district: District
    files: Tree
    state: State
    secrets: Mapping[str, Secret]
    authority: Pair
    servers: Mapping[str, Pair]
    settings: Mapping[str, str]
    example: str
    gone: tuple[str, ...] = ()
    cookie: str = ""


def bundle(account: Account) -> str:
    """The folder of *account*'s bundle."""
    match account.role:
        case Role.HUB | Role.WEB:
            return "posko"
        case Role.NODE:
            return f"nodes/{account.villages[0]}.{account.node}"
        case Role.UPLINK:
            return f"villages/{account.villages[0]}"
        case Role.OPERATOR:
            return f"operators/{account.username}"
        case Role.PETUGAS:
            return f"petugas/{account.username}"
        case Role.READER:
            return f"readers/{account.username}"
        case Role.WARGA:
            raise AssertionError(f"{account.username}: a warga has no account at the broker")


def password_file(account: Account) -> str:
    """The file with *account*'s password, by its path in the installation."""
    return f"{bundle(account)}/{bundles.PAGE_PASSWORD if account.role is Role.WEB else bundles.PASSWORD}"


def tree(site: Site) -> Tree:
    """Every file of the installation but those whose secret the tool does not have any more."""
    known = accounts(site.state, site.district)
    found: Tree = {
        STATE: File(write_state(site.state).encode(), PRIVATE),
        **({"ca/ca.key": File(site.authority.key, PRIVATE)} if site.authority.key else {}),
        f"ca/{CA}": File(site.authority.certificate),
        **{f"district/{name}": each for name, each in site.files.items()},
        **_below(BROKER, broker(site, Where(f"{site.folder}/{BROKER}", site.state.ports))),
    }
    found[PEOPLE_FILE] = File(people.write_file(of_the_page(site.state, site.district)).encode(), SHARED)
    for account in known:
        secret = site.secrets[account.username]
        if secret.password is not None:
            found.update(_below(bundle(account), _bundle(site, account, secret.password)))
    return found


def archives(site: Site, found: Tree) -> dict[str, Tree]:
    """What each archive holds, by its path: of every bundle in *found*, a `tree`, that `./install` puts on a machine.

    The hub's has the broker's files too, for a posko on which this tool does not run.
    """
    packed: dict[str, Tree] = {}
    for account in accounts(site.state, site.district):
        folder = bundle(account)
        files = {path.removeprefix(f"{folder}/"): file for path, file in found.items() if path.startswith(f"{folder}/")}
        if not files or account.role in (*PEOPLE, Role.WEB) or (account.role is Role.HUB and "posko.yaml" not in files):
            continue
        name = folder.rpartition("/")[2]
        match account.role:
            case Role.HUB:
                if not site.state.joined:
                    files.update(_below(BROKER, _of_a_machine(site)))
            case Role.NODE:
                name = f"node-{name}"
            case Role.UPLINK:
                name = f"uplink-{name}"
        packed[f"{folder}/kentongan-{name}.tar"] = files
    if site.state.engine == RABBITMQ and not site.state.joined:
        packed[BROKER_ARCHIVE] = _below(BROKER, _of_a_machine(site))
    return packed


def _of_a_machine(site: Site) -> Tree:
    """The broker's files on the machine that runs it, or on each of a cluster, whose database has the accounts."""
    files = broker(site, Where(f"{VILLAGE_FOLDER}/{BROKER}", site.state.ports))
    return {name: files[name] for name in rabbitmq.OF_A_MACHINE} if site.state.cluster else files


def left_over(present: Tree, wanted: Tree) -> list[str]:
    """The broker's files in *present* that are of another engine, or of a cluster, than what is *wanted*."""
    return sorted(path for path in present if (path.startswith(f"{BROKER}/") or path == BROKER_ARCHIVE)
                  and path not in wanted and path.rpartition("/")[2] in _MADE)


def broker(site: Site, where: Where) -> Tree:
    """The files of the district's broker, for running it at *where*.

    While nobody is to reach it from another machine, it does not listen for anybody there.
    """
    here = not site.state.cluster and all(
        each == "localhost" or each.startswith("127.") for each in site.state.hosts)
    where = replace(where, address=LOOPBACK if here else "")
    known = [each for each in accounts(site.state, site.district) if not elsewhere(site.state, each)]
    nodes = sum(len(village.posts) for village in site.district.villages.values())
    if site.state.engine == RABBITMQ:
        hashes = {each.login: site.secrets[each.username].hash for each in known}
        cluster = rabbitmq.Cluster(site.state.cluster, site.cookie)
        let_in = rabbitmq.Members(tuple(known), hashes, site.gone)
        return {**rabbitmq.files(site.district.district, let_in, where, cluster, nodes), **_tls(site, "")}
    lists = {
        POSKO: [each for each in known if each.role in LOCAL],
        NODES: [each for each in known if each.role in (Role.NODE, Role.UPLINK)],
        OPERATORS: [each for each in known if each.role in PEOPLE],
    }
    found = {"mosquitto.conf": File(conf.district_conf(where, nodes).encode()), **_tls(site, "")}
    for name, members in lists.items():
        found.update(_lists(site, name, members))
    return found


def _bundle(site: Site, account: Account, password: str) -> Tree:
    match account.role:
        case Role.HUB:
            return bundles.posko(_local_way(site, account, bundles.PASSWORD), site.files, site.authority.certificate,
                                 password)
        case Role.WEB:
            return bundles.page(_local_way(site, account, bundles.PAGE_PASSWORD), next(iter(site.files)), password)
        case Role.NODE:
            return _node(site, account, password)
        case Role.UPLINK:
            return _village(site, account, password)
        case Role.OPERATOR | Role.PETUGAS | Role.READER:
            way = Way(_host(site), site.state.ports.operators, account.login, others=_others(site))
            # RabbitMQ refuses a subscription that is wider than what an account may hear, and ends the connection.
            villages = account.villages if account.role is Role.PETUGAS and site.state.engine == RABBITMQ else ()
            return bundles.person(way, site.files, site.authority.certificate, password,
                                  writes=account.role is not Role.READER, villages=villages)
        case Role.WARGA:
            raise AssertionError(f"{account.username}: a warga has no bundle")


def _local_way(site: Site, account: Account, password_file: str) -> Way:
    """How a program on the broker's machine reaches it, or any machine of the cluster."""
    if not site.state.cluster:
        return Way(LOOPBACK, site.state.ports.posko, account.login, tls=False, password_file=password_file)
    return Way(_host(site), site.state.ports.nodes, account.login, password_file=password_file, others=_others(site))


def _node(site: Site, account: Account, password: str) -> Tree:
    (village,) = account.villages
    (district_file, *_) = site.files
    place = {"node": account.node, "village": village,
             "hears": site.district.villages[village].posts[account.node].hears}
    host = site.state.village_brokers.get(village, _host(site))
    way = Way(host, site.state.ports.nodes, account.login, others=_others(site))
    text = site.settings.get(account.username, site.example)
    settings = bundles.node_yaml(text, place, district_file, way)
    return bundles.node(settings, site.files, site.authority.certificate, password)


def _village(site: Site, account: Account, password: str) -> Tree:
    """The bundle of a village's own broker: the accounts of its posts, and its uplink's settings."""
    (village,) = account.villages
    posts = [each for each in accounts(site.state, site.district) if each.role is Role.NODE]
    members = [account, *(each for each in posts if each.villages == (village,))]
    here = Way(LOOPBACK, site.state.ports.nodes, account.login)
    there = Way(_host(site), site.state.ports.nodes, account.login)
    others = sorted(foreign.districts(account.foreign))
    settings = bundles.uplink_yaml(site.district.district, village, here, there, others)
    return {
        "mosquitto.conf": File(conf.village_conf(Where(VILLAGE_FOLDER, site.state.ports)).encode()),
        "uplink.yaml": File(settings.encode()), bundles.PASSWORD: File(f"{password}\n".encode(), PRIVATE),
        CA: File(site.authority.certificate), **_tls(site, village), **_lists(site, NODES, members, roles.at_home),
    }


def _lists(site: Site, name: str, members: list[Account], rules: Callable[..., Iterable[Rule]] = roles.rules) -> Tree:
    hashes = {each.login: site.secrets[each.username].hash for each in members}
    rights = conf.access_list(site.district.district, members, rules)
    return {f"{name}.passwd": File(write_file(hashes).encode(), PRIVATE), f"{name}.acl": File(rights.encode(), PRIVATE)}


def _tls(site: Site, village: str) -> Tree:
    pair = site.servers[village]
    return {"server.key": File(pair.key, PRIVATE), "server.crt": File(pair.certificate)}


def _host(site: Site) -> str:
    if site.state.cluster:
        return next(iter(site.state.cluster.values()))
    return site.state.hosts[0] if site.state.hosts else LOOPBACK


def _others(site: Site) -> tuple[str, ...]:
    return tuple(site.state.cluster.values())[1:]


def _below(folder: str, files: Tree) -> Tree:
    return {f"{folder}/{name}": each for name, each in files.items()}


def next_steps(site: Site) -> list[str]:
    """What an installer does with a new installation."""
    reach = f"posts and operators reach it at {_host(site)}" if site.state.hosts or site.state.cluster else (
        "nobody reaches it from another machine before you say where it is: kentongan broker provision --host ADDRESS"
    )
    started = "broker/mosquitto.conf: what Mosquitto is started with"
    if site.state.engine == RABBITMQ:
        started = f"{BROKER_ARCHIVE}: what RabbitMQ is started with, on each of its machines: docs/scale.md"
    hub = "posko/: for the broker's machine; there, in a copy of this project: sudo ./install posko kentongan-posko.tar"
    out = ""
    if site.state.joined:
        out = f" --out {site.folder}"  # the default is the other district's
        started = (f"broker/{rabbitmq.DEFINITIONS}: who is let in by the RabbitMQ of {site.state.joined}, which takes "
                   f"it over on any of its machines: kentongan broker provision --reload{out}")
        hub = (f"posko/: for the machine of the hub of {site.state.joined}; there, in a copy of this project: sudo "
               "./install further kentongan-posko.tar")
    return [
        f"{started}; {reach}",
        hub,
        "nodes/VILLAGE.NODE/: each for its Raspberry Pi; there: sudo ./install node kentongan-node-VILLAGE.NODE.tar",
        "operators/NAME/, petugas/NAME/, readers/NAME/: for that person's computer; there: sh pasang (or pasang.cmd)",
        f"then delete the copies here that you have handed over; `kentongan broker rotate NAME{out}` makes new ones",
    ]


def hand_over(site: Site, before: Collection[str]) -> list[str]:
    """Who of *before*, by the names under which they log in, holds an old district file, and what is to be done."""
    known = [each for each in accounts(site.state, site.district) if each.login in before]
    boxes = ["posko", *(bundle(each).partition("/")[2] for each in known if each.role is Role.NODE)]
    people = [each.username for each in known if each.role in PEOPLE]
    (district_file, *_) = site.files
    lines = [
        f"TO DO: the district file has changed, and these still hold the one of before: {', '.join(boxes)}",
        f"TO DO: carry {DISTRICT_ARCHIVE} to each of them, and there: sudo ./install district {DISTRICT_ARCHIVE}",
    ]
    if people:
        lines.append(f"TO DO: so do the computers of {', '.join(people)}: copy {district_file} to ~/.config/kentongan/")
    return [*lines, "whom it has not reached is a fault in `kentongan watch`: district of VILLAGE/NODE"]


# What is made in the broker's folder, and the archive of it: of one engine or the other.
_MADE = (
    "mosquitto.conf", *(f"{name}.{kind}" for name in (POSKO, NODES, OPERATORS) for kind in ("passwd", "acl")),
    rabbitmq.DEFINITIONS, rabbitmq.CONF, rabbitmq.BEGINNING, rabbitmq.PLUGINS, rabbitmq.ENVIRONMENT, rabbitmq.COOKIE,
    BROKER_ARCHIVE,
)
SAME_MEANING = (
    "the district file has changed, and means the same to hub and posts as before: nobody has to visit them. Only new "
    f"telephone numbers, and what a map shows, travel with {DISTRICT_ARCHIVE}"
)
