"""The installer's tool: what stands in a folder -> what should -> tried out -> written -> the broker told.

    folder ──store──> present ──┐                       ┌──> trial: does Mosquitto start, is the hub let in?
    district file ──────────────┼──> site ──> tree ──> plan
    passwords, certificates ────┘                       └──> store ──> folder ──SIGHUP──> Mosquitto
"""

import hashlib
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from broker import archive, certificates, mosquitto, passwords, store
from broker.core import accounts, cards, plan, proof, rabbitmq, site
from broker.core import found as finding
from broker.core.accounts import RABBITMQ, State
from broker.core.bundles import PRIVATE, PUBLIC, File, Tree
from broker.core.found import Found
from broker.core.secret import Pair, Secret
from broker.core.site import BROKER, STATE, Site
from broker.mosquitto import BrokerError
from broker.rabbitmq import program
from broker.trial import aside, running
from contract.domain.district import District
from contract.roles import BOXES, Role
from contract.settings.schema import SettingsError
from runtime import bounded
from runtime.files import load_district, load_respellings

SHIPPED = Path(__file__).resolve().parent.parent / "config"
# What a command does to the state: the new one, and the accounts that get new passwords.
Act = Callable[[State, District], tuple[State, set[str]]]


@dataclass(frozen=True, slots=True)
class Given:
    """The files that a command was given; in the place of one that was not, that of before counts.

    `cards` has the settings for the posts' first boots. `join`: the folder of another district's installation, whose
    broker this one's is, too.
    """

    district: Path | None = None
    cards: Path | None = None
    join: Path | None = None


def change(
    folder: Path, given: Given, act: Act, tell: Callable[[str], object], *, prove: bool = False,
) -> list[str]:
    """Does *act* to the installation in *folder* and tells what came of it; the paths of what has changed.

    What the broker reads is tried out before it takes the place of what works; with *prove* even if it is unchanged,
    for a running broker of another version may end at files that it does not understand (Mosquitto 2.1 does).

    Raises SettingsError, BrokerError.
    """
    files = None if given.district is None else _district_files(given.district)
    if given.district is not None:
        _check_district(given.district)
    found = finding.understand(str(folder), store.read(folder), files)
    state, authority = found.state, None
    if given.join is not None:
        state, authority = _join(folder, found, given.join)
    state, renewed = act(state, found.district)
    accounts.check(state, found.district)
    state = _with_tails(found, state, renewed)
    store.check_writable(folder)
    wanted = _site(folder, Found(found.present, state, found.district, found.files), renewed, authority)
    tree = site.tree(wanted)
    tree.update({path: archive.pack(files) for path, files in site.archives(wanted, tree).items()})
    tree[site.DISTRICT_ARCHIVE] = archive.pack(wanted.files, PUBLIC)
    kept = {site.bundle(each) for each in accounts.accounts(state, found.district)}
    tree.update(_cards(found, tree, given.cards))
    if cards.SETTINGS in tree:
        kept |= {f"{cards.SHELF}/{name.removeprefix('nodes/')}" for name in kept if name.startswith("nodes/")}
    changes = plan.changes(found.present, tree, kept)
    changes += [plan.Change(path, None) for path in site.left_over(found.present, tree)]
    if prove or any(each.path.startswith(f"{BROKER}/") for each in changes):
        _try(wanted, tree, tell)
    store.write(folder, changes, state.engine)
    for line in (*plan.told(found.present, changes), *_what_follows(found, wanted, changes)):
        tell(line)
    return [each.path for each in changes]


def _join(folder: Path, found: Found, other: Path) -> tuple[State, Pair]:
    """The state of an installation whose broker is that of *other*, and the authority of both. Raises SettingsError."""
    try:
        there = who(other)
    except SettingsError as error:  # which of the two installations it is must be seen
        raise SettingsError([f"--join {other}: {fault.removeprefix(f'{other}: ')}" for fault in error.faults]) from None
    district = there.district.district
    if district == found.district.district:
        raise SettingsError([f"--join: {other} is the installation of {district} itself; give another district's"])
    authority = finding.authority(str(other), there.present)
    if authority is None or not authority.key:
        raise SettingsError([(f"--join: {other}/ca/ca.key: the certificates of both are signed with it, and it is not "
                             "here; put it back for this run")])
    own = finding.authority(str(folder), found.present)
    if own is not None and own.certificate != authority.certificate:
        raise SettingsError([(f"--join: the boxes of {found.district.district} trust an authority of their own, which "
                             f"did not sign the broker of {district}; begin in a new folder, and visit each box")])
    return accounts.join(found.state, there.state, district), authority


def who(folder: Path) -> Found:
    """The installation in *folder* as it is. Raises SettingsError."""
    return finding.understand(str(folder), store.read(folder), None)


def _cards(found: Found, tree: Tree, given: Path | None) -> Tree:
    """The cards' settings, and each card for whose post there is a bundle in *tree*. Raises SettingsError."""
    if given is None:
        written = found.present.get(cards.SETTINGS)
    else:
        try:
            written = File(bounded.read(given), PRIVATE)
        except OSError as error:
            raise SettingsError([f"--cards: {given} cannot be read: {error.strerror}"]) from None
    if written is None:
        return {}
    read = cards.read_cards(written.body, found.district)
    made: Tree = {cards.SETTINGS: File(written.body, PRIVATE)}
    for account in accounts.accounts(found.state, found.district):
        folder = site.bundle(account)
        post = folder.removeprefix("nodes/")
        bundle = tree.get(f"{folder}/{cards.archive(post)}")
        if account.role is Role.NODE and bundle is not None:
            instance = hashlib.sha256(written.body + bundle.body).hexdigest()[:12]
            card = cards.files(read, post, found.district.zone.iana, bundle.body, instance)
            made.update({f"{cards.SHELF}/{post}/{name}": file for name, file in card.items()})
    return made


def _what_follows(found: Found, wanted: Site, changes: list[plan.Change]) -> Iterator[str]:
    """What an installer does after *changes*."""
    paths = [each.path for each in changes]
    if STATE not in found.present:
        yield from site.next_steps(wanted)
    elif not changes:
        yield "nothing to do"
    else:
        district = [path for path in paths if path.startswith(finding.DISTRICT)]
        if finding.means_the_same(found, district):
            yield site.SAME_MEANING
        elif district:
            yield from site.hand_over(wanted, finding.hashes(found.present, found.state.engine))
        if "posko/web.yaml" in paths and wanted.secrets[f"{found.district.district}.posko"].password is None:
            yield ("TO DO: the page has an account now, and the hub's own bundle, with which it is installed, is not "
                   "here any more: kentongan broker rotate posko --reload, and ./install posko")
        if f"{BROKER}/mosquitto.conf" in paths:
            yield "ports and limits count from the broker's next start: sudo systemctl restart mosquitto"
        if wanted.state.engine == RABBITMQ and not wanted.state.joined:
            yield from _of_rabbitmq(wanted, paths)
    yield from proof.guessable(accounts.guessable(wanted.state, found.district), found.district.district)


def _of_rabbitmq(wanted: Site, paths: list[str]) -> Iterator[str]:
    """What is to be done with what has changed of RabbitMQ's files."""
    if f"{BROKER}/{rabbitmq.CONF}" in paths or f"{BROKER}/server.crt" in paths:
        machines = ", ".join(wanted.state.cluster)
        carry = f"carry {site.BROKER_ARCHIVE} to {machines}; there, one after the other" if machines else "then"
        yield (f"ports, limits and certificates count from the broker's next start: {carry}: sudo systemctl restart "
               "rabbitmq-server")


def find_running(folder: Path) -> list[int]:
    """The Mosquittos that run with the configuration in *folder*. Raises BrokerError if there is none."""
    config = folder / BROKER / "mosquitto.conf"
    known = mosquitto.running()
    found = mosquitto.started_with(config, known)
    if not found:
        others = ", ".join(f"process {pid} with {name or 'no file'}" for pid, name in sorted(known.items()))
        raise BrokerError(f"no Mosquitto runs with {config}, so none was told to read it anew"
                          + (f"; there is {others}" if others else ""))
    return found


def reload(pid: int) -> None:
    """Has the running Mosquitto *pid* read its files anew: who is revoked loses the connection, nobody else does.

    At SIGHUP it checks the password of everyone who is linked against the new file (seen on 2.0.11).
    Raises BrokerError.
    """
    try:
        name = Path(f"/proc/{pid}/comm").read_text("utf-8").strip()
        if not name.startswith("mosquitto"):
            raise BrokerError(f"process {pid} is {name!r}, not mosquitto; it was told nothing")
        os.kill(pid, signal.SIGHUP)
    except OSError as error:
        reason = error.strerror if not isinstance(error, FileNotFoundError) else "there is no such process"
        raise BrokerError(f"process {pid} was not told: {reason}; do it yourself: sudo systemctl reload "
                           "mosquitto") from None


def _site(folder: Path, found: Found, renewed: set[str], authority: Pair | None) -> Site:
    """What the installation is to be. What there is of keys, hashes and passwords stays, but for the *renewed*.

    *authority* is another installation's, if this one has none.
    """
    authority = finding.authority(str(folder), found.present) or authority
    authority = authority or certificates.make_authority(found.district.name)
    own = dict.fromkeys((*found.state.hosts, *found.state.cluster.values(), *found.state.cluster))
    hosts = {"": tuple(own), **{village: (host,) for village, host in found.state.village_brokers.items()}}
    cookie = found.present.get(f"{BROKER}/{rabbitmq.COOKIE}")
    return Site(
        str(folder.absolute()), found.district, found.files, found.state, dict(_secrets(found, renewed)), authority,
        {village: _server(found.present, authority, village, names) for village, names in hosts.items()},
        dict(finding.settings(found.present, found.active(Role.NODE))), (SHIPPED / "node.yaml").read_text("utf-8"),
        gone=tuple(name for name in finding.of_rabbitmq(found.present)
                   if not found.state.joined or accounts.is_of(found.district.district, name)),
        cookie=cookie.body.decode("ascii", "replace") if cookie is not None else passwords.cookie(),
    )


def _with_tails(found: Found, state: State, renewed: set[str]) -> State:
    """*state* in which every box that is new, or *renewed*, logs in under a name that nobody can guess.

    One that was made without keeps its name until it is renewed: its bundle is at work in a box somewhere.
    """
    hashes, tails = finding.hashes(found.present, state.engine), {}
    for each in accounts.everyone(state, found.district):
        known = finding.password(found.present, each) is not None or each.login in hashes
        if each.role in BOXES and (each.username in renewed or not (known or each.tail)):
            tails[each.username] = passwords.tail()
        elif each.role in BOXES and each.tail:
            tails[each.username] = each.tail
    return replace(state, tails=tails)


def _secrets(found: Found, renewed: set[str]) -> Iterator[tuple[str, Secret]]:
    engine = found.state.engine
    hashes = finding.hashes(found.present, engine)
    for account in found.active():
        name = account.username
        password = finding.password(found.present, account)
        known = Secret(hashes.get(account.login, ""), password)
        if name in renewed or (password is None and account.login not in hashes):
            yield name, passwords.new(engine)
        elif password is None or passwords.fits(known):
            yield name, known
        else:
            yield name, passwords.of(password, engine)


def _server(present: Tree, authority: Pair, village: str, hosts: tuple[str, ...]) -> Pair:
    known = finding.server(present, village)
    if known is not None and certificates.serves(known.certificate, hosts, authority):
        return known
    if not authority.key:
        raise SettingsError(["ca/ca.key: is needed for a new certificate, and is not here; put it back for this run"])
    with suppress(ValueError, TypeError):
        made = certificates.make_server(authority, hosts)
        if certificates.serves(made.certificate, hosts, authority):
            return made
    raise SettingsError([("ca/ca.key, ca/ca.crt (with --join: those there): are damaged, or do not belong together; "
                          "put both back from a copy")])


def _try(wanted: Site, tree: Tree, tell: Callable[[str], object]) -> None:
    """Raises BrokerError if the broker does not work with what is in *tree*."""
    if wanted.state.engine == RABBITMQ and program("rabbitmq-server") is None:
        tell("NOT TRIED: rabbitmq-server is not on this machine; where it is: kentongan broker check")
        return
    (hub,) = (each for each in accounts.accounts(wanted.state, wanted.district) if each.role is Role.HUB)
    password = wanted.secrets[hub.username].password
    files, folder = finding.below(tree, BROKER), f"{wanted.folder}/{BROKER}"
    try:
        with aside.trial(wanted.state.engine, files, folder, wanted.authority.certificate) as trial:
            if password is not None:
                running.greet(trial, hub, password)
    except BrokerError as error:
        raise BrokerError(f"nothing was changed: {error}") from None


def _check_district(path: Path) -> None:
    """Raises SettingsError with what a node or the hub would refuse of the district in *path*, and of its codes."""
    faults: list[str] = []
    district, _, _ = load_district(faults, path)
    load_respellings(faults, path.parent)
    if district is not None and not any(village.posts for village in district.villages.values()):
        faults.append(f"{path.name}.villages: no village has a post, so no box could be let in; write one under posts")
    if faults:
        raise SettingsError(faults)


def _district_files(path: Path) -> Tree:
    """The district file, and the incidents, code families and respellings that stand beside it, to go with it."""
    base = path.parent
    beside = [each for each in (base / "incidents.yaml", base / "speech.yaml", *sorted(base.glob("rhythms/*.yaml")))
              if each.exists()]
    if path.parent.resolve() == SHIPPED:
        beside = []  # every machine has what is shipped
    try:
        return {str(each.relative_to(path.parent)): File(bounded.read(each))
                for each in (path, *beside)}
    except OSError as error:
        reason = f"cannot be read: {error.strerror}; give the district file, such as config/situbondo.yaml"
        raise SettingsError([f"{error.filename or path}: {reason}"]) from None
