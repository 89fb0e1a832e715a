"""The proof: what stands in a folder is started aside, and every account tries every kind of topic."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from broker import store
from broker.core import found as finding
from broker.core import proof
from broker.core.found import Found
from broker.core.roles import Account, Role
from broker.core.site import BROKER
from broker.mosquitto import BrokerError
from broker.trial import running
from broker.trial.client import ProbeError


def check(folder: Path, tell: Callable[[str], object]) -> bool:
    """Proves the broker of *folder* and tells what each account can do, and every surprise; whether there is none.

    The posts of a village with a broker of its own have no account here. Raises SettingsError.
    """
    found = finding.understand(str(folder), store.read(folder), None)
    known = [each for each in found.active()
             if each.role is not Role.NODE or each.villages[0] not in found.state.village_brokers]
    held = {each: word for each in known if (word := finding.password(found.present, each)) is not None}
    for each in known:
        if each not in held:
            tell(f"not tried: {each.username}, whose bundle is not here any more")
    try:
        answers, surprises = _prove(folder, found, known, held)
    except (BrokerError, ProbeError) as error:
        tell(f"SURPRISE: {error}")
        return False
    for line in proof.table(answers, proof.probes(found.district)):
        tell(line)
    for line in surprises:
        tell(f"SURPRISE: {line}")
    verdict = f"{len(surprises)} surprises" if surprises else "as it should be; without a password nobody gets in"
    tell(f"{len(answers)} accounts: {verdict}")
    return not surprises


def _prove(
    folder: Path, found: Found, known: list[Account], held: dict[Account, str]
) -> tuple[Mapping[str, proof.Answers], list[str]]:
    asked = proof.probes(found.district)
    files = finding.below(found.present, BROKER)
    authority = finding.authority(str(folder), found.present)
    certificate = b"" if authority is None else authority.certificate
    with running.Trial(files, f"{folder.absolute()}/{BROKER}", certificate) as trial:
        answers = running.ask(trial, held, asked)
        surprises = [f"{each.username} is not let in" for each in held if each.username not in answers]
        surprises += running.strangers(trial, next(each for each in known if each.role is not Role.HUB))
    tried = [each for each in held if each.username in answers]
    return answers, [*surprises, *_compare(found.district.district, tried, asked, answers)]


def _compare(
    district: str, tried: list[Account], asked: list[str], answers: Mapping[str, proof.Answers]
) -> Iterator[str]:
    writable = {topic for each in tried for topic in proof.expected(district, each, asked, set()).wrote}
    wanted = {each.username: proof.expected(district, each, asked, writable) for each in tried}
    return proof.surprises(answers, wanted, asked)
