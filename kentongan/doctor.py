"""The command `doctor`: everything that keeps this box, or this posko, from doing its work."""

import json
import os
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click

from contract.settings.schema import SettingsError
from contract.text import escaped
from kentongan import node_settings, posko_settings
from kentongan.diagnosis import texts
from kentongan.diagnosis.core.facts import Facts
from kentongan.diagnosis.core.finding import Finding, Mark, exit_code
from kentongan.diagnosis.core.judgement import judge
from kentongan.operator_help import OperatorCommand
from posko.labels import reasons
from posko.labels.language import Language
from runtime import settings_copies

PLACES = (node_settings.PLACE, node_settings.PLACE.with_name("posko.yaml"))


@click.command(cls=OperatorCommand)
@click.option("--config", "settings", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help=f"A node's settings, or a hub's. Otherwise ${node_settings.VARIABLE}; otherwise what is installed: "
                   f"{PLACES[0]}, {PLACES[1]}, and those of further districts' hubs.")
@click.option("--json", "as_json", is_flag=True, help="As JSON, for programs.")
@click.option("--loud", is_flag=True, help="Play one quiet stroke on the loudspeaker; else nothing sounds.")
@click.option("--log-in", is_flag=True, help="Log in with the post's account though this may not be its box. It cuts "
                                             "off the node that uses it.")
@click.option("--simulate", is_flag=True, help="Allow drivers that move no real pin, or are heard by nobody.")
@posko_settings.LANG
def doctor(  # noqa: PLR0913 - one for each option
    settings: Path | None, *, as_json: bool, loud: bool, log_in: bool, simulate: bool, speech: Language
) -> None:
    """Find everything that keeps this box from ringing, or this posko from its work, and what to do about it.

    One line each: ✔ well, ! to be put right, ✘ a fault, ? not to be known here, – nothing to look at. A node that runs
    is not disturbed. Run it on the machine itself, with sudo.

    Exits 0 if all is well, 1 if anything is not, 2 if nothing is wrong and something could not be examined.

    \b
    Example: sudo kentongan doctor
    """
    from kentongan.diagnosis.gather import gather  # noqa: PLC0415 - its drivers cost time that --help need not wait
    from kentongan.diagnosis.system import System  # noqa: PLC0415

    examined: list[tuple[Path, Facts, tuple[Finding, ...]]] = []
    for each in _places(settings, speech):
        facts = gather(each, System(), simulate=simulate, log_in=log_in, loud=loud)
        examined.append((each, facts, judge(facts, time.time(), shared=not examined)))
    every = [finding for *_, findings in examined for finding in findings]
    code = exit_code(every)
    if as_json:
        click.echo(json.dumps(_json(examined, code, speech), ensure_ascii=False, indent=1))
    else:
        for where, facts, findings in examined:
            click.echo(f"{facts.kind}: {escaped(where)}")
            for finding in findings:
                click.echo(line(finding, speech))
        click.echo(_summary(every, code, speech))
    sys.exit(code)


def _places(path: Path | None, speech: Language) -> Sequence[Path]:
    """The settings to look at: those given, or all that are installed."""
    given = path or os.environ.get(node_settings.VARIABLE)
    if given:
        return [Path(given)]
    found = [each for each in (*PLACES, *_further()) if os.access(each, os.F_OK)]
    if not found:
        closed = os.access(PLACES[0].parent, os.F_OK) and not os.access(PLACES[0].parent, os.X_OK)
        raise SettingsError([(texts.CLOSED if closed else texts.NONE).say(speech, place=PLACES[0].parent)])
    return found


def _further() -> Iterator[Path]:
    """The settings of further districts' hubs. A folder may be a reader's: another account, for the page."""
    for path in sorted(PLACES[1].parent.glob(f"*/{PLACES[1].name}")):
        broker = (settings_copies.written(path) or {}).get("broker")
        account = broker.get("username") if isinstance(broker, dict) else None
        if not isinstance(account, str) or account == f"{path.parent.name}.posko":
            yield path


def line(finding: Finding, speech: Language) -> str:
    """*finding* as one line for people."""
    name = texts.NAMES[finding.check].say(speech)
    return f"{texts.SIGNS[finding.mark]} {name}: {_text(finding, speech)}"


def _text(finding: Finding, speech: Language) -> str:
    found = texts.text(finding.check, finding.what)
    return escaped(found.say(speech, **dict(_values(finding.values, speech))))


def _values(values: Mapping[str, object], speech: Language) -> Iterator[tuple[str, object]]:
    """*values* in the language of *speech*."""
    for key, value in values.items():
        if key == "at_s" and isinstance(value, float):
            yield "at", time.strftime("%Y-%m-%d", time.localtime(value))
        elif key in ("reason", "part") and speech is Language.ID:
            yield key, (reasons.part if key == "part" else reasons.reason)(str(value))
        else:
            yield key, value


def _summary(found: Sequence[Finding], code: int, speech: Language) -> str:
    wanted = {1: (Mark.WARNING, Mark.FAULT), 2: (Mark.UNKNOWN,)}.get(code, ())
    return texts.SUMMARY[code].say(speech, count=sum(each.mark in wanted for each in found))


def _json(
    examined: Sequence[tuple[Path, Facts, tuple[Finding, ...]]], code: int, speech: Language
) -> Mapping[str, object]:
    return {"exit_code": code, "examined": [
        {"config": str(where), "kind": facts.kind, "findings": [
            {"check": each.check, "mark": each.mark, "what": each.what, "values": dict(each.values),
             "text": _text(each, speech)} for each in findings]}
        for where, facts, findings in examined
    ]}
