"""The proof: every account tries every kind of topic, on a broker started aside or on the one that is in use."""

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

from broker import store
from broker.core import accounts, proof, rabbitmq
from broker.core import found as finding
from broker.core.accounts import RABBITMQ
from broker.core.bundles import CA
from broker.core.found import Found
from broker.core.site import BROKER
from broker.mosquitto import BrokerError
from broker.trial import aside, live, refusing, running
from broker.trial.client import ProbeError
from broker.trial.live import Live
from contract.roles import LOCAL, Account, Role
from contract.text import several

HERE = "localhost"


def check(folder: Path, tell: Callable[[str], object]) -> bool:
    """Proves the broker of *folder* and tells what each account can do, and every surprise; whether there is none.

    The posts of a village with a broker of its own have no account here. Raises SettingsError.
    """
    found = finding.understand(str(folder), store.read(folder), None)
    known, held = _accounts(found, tell)
    try:
        answers, surprises = _prove(folder, found, known, held)
    except (BrokerError, ProbeError) as error:
        tell(f"SURPRISE: {error}")
        return False
    return _report(found, answers, proof.probes(found.district), surprises, tell)


def check_running(folder: Path, host: str, tell: Callable[[str], object], wait_s: float = live.BEACON_S) -> bool:
    """The same with the broker that is in use on *host*, with each account of *folder*; nothing rings by it.

    It asks nothing while an alarm is in force, for each post loses its link for a moment. Raises SettingsError.
    """
    found = finding.understand(str(folder), store.read(folder), None)
    known, held = _accounts(found, tell)
    if host != HERE and not found.state.cluster:
        for each in [each for each in held if each.role in LOCAL]:
            tell(f"not tried: {each.username}, which is let in on the broker's own machine only")
            del held[each]
    broker = live.Live(host, found.state.ports, folder / "ca" / CA, local=not found.state.cluster)
    try:
        alarms = live.in_force(broker, held, found.district.district, wait_s)
        if alarms:
            tell(f"not now: {several(alarms, 'alarm')} in force, and each post would lose its link for a moment")
            return False
        tell("no alarm is in force" if alarms == 0 else "no beacon has come: does the hub run?")
        tell(f"each post loses its link for a moment, and the hub refuses {proof.UNKNOWN!r} once for each account")
        answers, surprises = _prove_running(broker, found, known, held)
    except ProbeError as error:
        tell(f"SURPRISE: {error}")
        return False
    return _report(found, answers, proof.harmless(found.district), surprises, tell)


def _accounts(found: Found, tell: Callable[[str], object]) -> tuple[list[Account], dict[Account, str]]:
    """The accounts that the broker knows, and the passwords of those whose bundle is here."""
    known = [each for each in found.active()
             if each.role is not Role.NODE or each.villages[0] not in found.state.village_brokers]
    held = {each: word for each in known if (word := finding.password(found.present, each)) is not None}
    for each in known:
        if each not in held:
            tell(f"not tried: {each.username}, whose bundle is not here any more")
    return known, held


def _report(
    found: Found, answers: Mapping[str, proof.Answers], asked: list[str], surprises: list[str],
    tell: Callable[[str], object],
) -> bool:
    for line in proof.table(answers, asked):
        tell(line)
    for line in surprises:
        tell(f"SURPRISE: {line}")
    if found.state.engine == RABBITMQ:
        for line in rabbitmq.LIMITS:
            tell(f"not held by RabbitMQ: {line}")
    guessable = [*proof.guessable(accounts.guessable(found.state, found.district), found.district.district)]
    for line in guessable:
        tell(line)
    verdict = "as it should be; without a password nobody gets in"
    if surprises or guessable:
        verdict = f"{several(len(surprises), 'surprise')}, {several(len(guessable), 'client id')} that can be guessed"
    tell(f"{several(len(answers), 'account')}: {verdict}")
    return not (surprises or guessable)


def _prove_running(
    broker: Live, found: Found, known: list[Account], held: dict[Account, str]
) -> tuple[Mapping[str, proof.Answers], list[str]]:
    asked, district = proof.harmless(found.district), found.district.district
    if found.state.engine == RABBITMQ:
        let_in = refusing.ask(broker, held, asked, proof.wide(found.district))
        tried_ = [each for each in held if each.username in let_in]
        return let_in, [*_kept_out(held, let_in, broker, known), *_compare(district, tried_, asked, let_in, [])]
    speakers = [each for each in held if each.role in (Role.HUB, Role.OPERATOR)]
    answers = live.ask(broker, held, asked, speakers)
    surprises = _kept_out(held, answers, broker, known)
    tried = {each.username: each for each in held if each.username in answers}
    loud = {topic for each in speakers if each.username in tried
            for topic in proof.expected(district, each, asked, set()).wrote}
    wanted = {
        name: proof.expected(district, each, asked, loud | proof.expected(district, each, asked, set()).wrote)
        for name, each in tried.items()
    }
    return answers, [*surprises, *proof.surprises(answers, wanted, asked)]


def _prove(
    folder: Path, found: Found, known: list[Account], held: dict[Account, str]
) -> tuple[Mapping[str, proof.Answers], list[str]]:
    asked, beyond = proof.probes(found.district), proof.beyond(found.district)
    files = finding.below(found.present, BROKER)
    authority = finding.authority(str(folder), found.present)
    certificate = b"" if authority is None else authority.certificate
    place = f"{folder.absolute()}/{BROKER}"
    with aside.trial(found.state.engine, files, place, certificate, neighbours=bool(beyond)) as trial:
        if isinstance(trial, aside.RabbitTrial):
            others = partial(running.publish_from_beyond, trial, beyond)
            answers = refusing.ask(trial, held, asked, proof.wide(found.district), others)
        else:
            answers = running.ask(trial, held, asked, beyond)
        surprises = _kept_out(held, answers, trial, known)
    tried = [each for each in held if each.username in answers]
    return answers, [*surprises, *_compare(found.district.district, tried, asked, answers, beyond)]


def _kept_out(
    held: dict[Account, str], answers: Mapping[str, proof.Answers], broker: running.Broker, known: list[Account]
) -> list[str]:
    """Who of *held* is not let in, and which stranger is."""
    found = [f"{each.username} is not let in" for each in held if each.username not in answers]
    return [*found, *running.strangers(broker, next(each for each in known if each.role not in LOCAL))]


def _compare(
    district: str, tried: list[Account], asked: list[str], answers: Mapping[str, proof.Answers], beyond: list[str]
) -> Iterator[str]:
    writable = {*beyond} | {topic for each in tried for topic in proof.expected(district, each, asked, set()).wrote}
    wanted = {each.username: proof.expected(district, each, asked, writable) for each in tried}
    return proof.surprises(answers, wanted, asked)
