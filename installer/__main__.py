"""The command line of `./install`: what is to be done, step by step. A fault is a sentence each, and exit 2."""

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from contract.user_error import UserError
from installer import broker_files, bundle, further, packages, program, services, settings
from installer.bundle import DISTRICT, FURTHER, NODE, POSKO, UPLINK, Bundle
from installer.machine import Machine, Run, run

STATE = ("/var/lib/kentongan", "/var/lib/kentongan-posko", "/var/lib/kentongan-web", "/var/lib/kentongan-notify")
_WHAT = """\
what:
  node BUNDLE      a post's node (a Raspberry Pi), from kentongan-node-VILLAGE.NODE.tar
  posko BUNDLE     the hub, and Mosquitto with the provisioned files, from kentongan-posko.tar
  uplink BUNDLE    a village's own broker and its line to the posko, from kentongan-uplink-VILLAGE.tar
  further BUNDLE   the hub of one more district, beside a posko that is here, from its kentongan-posko.tar
  district FILE    a changed district, from kentongan-district.tar, for what is installed here
  uninstall        all of it off again; settings and state stay, without --purge

BUNDLE may be the folder, too. Safe to run again; a newer copy of this project upgrades, and the box's own pins stay.
"""


# lgpio makes a FIFO in its working directory, and its line is the node's: systemd made that folder for it.
_LOOK = (f"{program.PLACE}/.venv/bin/kentongan", "check", "--config", f"{settings.FOLDER}/node.yaml")


class Steps:
    """The steps, each printed before it begins."""

    def __init__(self, machine: Machine, count: int) -> None:
        self._machine, self._count, self._done = machine, count, 0

    def __call__(self, what: str) -> None:
        """Prints that *what* begins."""
        self._done += 1
        self._machine.tell(f"{self._done}/{self._count} {what}")


def main(words: Sequence[str], tell: Callable[[str], object], run_: Run = run, *, whole: bool = False) -> int:
    """Does what *words* ask for; *run_* runs programs, the system's too if *whole*. Returns the exit code."""
    given = _parser().parse_args(words)
    machine = Machine(given.root, tell, run_, whole=whole)
    os.umask(0o022)  # what everybody may read is decided file by file
    try:
        _check(given, machine)
        if given.what == "uninstall":
            _uninstall(machine, purge=given.purge, sure=given.yes)
        elif given.what == DISTRICT:
            _district(machine, bundle.read(given.bundle, DISTRICT), sure=given.yes)
        elif given.what == FURTHER:
            _further(machine, bundle.read(given.bundle, POSKO), sure=given.yes)
        else:
            _install(machine, bundle.read(given.bundle, given.what), given.wheels, sure=given.yes)
    except UserError as error:
        for line in error.faults:
            tell(f"install: {line}" if not line.startswith(" ") else line)
        return 2
    except OSError as error:
        tell(f"install: {error.filename}: {error.strerror}; not installed, run this again when that is put right")
        return 2
    except KeyboardInterrupt:
        tell("install: interrupted; not installed, run it again")
        return 2
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="./install", formatter_class=argparse.RawDescriptionHelpFormatter, epilog=_WHAT,
        description="Put Kentongan digital on this machine. Run it as root: sudo ./install",
    )
    parser.add_argument("what", choices=(NODE, POSKO, UPLINK, FURTHER, DISTRICT, "uninstall"))
    parser.add_argument("bundle", nargs="?", type=Path, metavar="BUNDLE")
    parser.add_argument("--yes", action="store_true", help="ask nothing")
    parser.add_argument("--wheels", type=Path, metavar="DIR",
                        help="use no Internet: Python's wheels, and .deb files if packages are missing, are in DIR")
    parser.add_argument("--purge", action="store_true", help="with uninstall: settings, state and user go, too")
    parser.add_argument("--root", type=Path, default=Path("/"), metavar="DIR",
                        help="for tests: install below DIR, and leave packages, users and services alone")
    return parser


def _check(given: argparse.Namespace, machine: Machine) -> None:
    """Raises UserError before anything is done."""
    if given.what != "uninstall" and given.bundle is None:
        raise UserError(f"{given.what} needs its file: ./install {given.what} FILE.tar")
    if given.what == "uninstall" and given.bundle is not None:
        raise UserError(f"uninstall takes no file; what is {str(given.bundle)!r} to be?")
    if given.purge and given.what != "uninstall":
        raise UserError("--purge belongs to uninstall")
    if given.wheels is not None and not given.wheels.is_dir():
        raise UserError(f"--wheels: {given.wheels} is not a folder")
    if not machine.root.is_dir():
        raise UserError(f"--root: {given.root} is not a folder")
    if not machine.whole:
        return
    if machine.ask("id", "-u").output.strip() != "0":
        raise UserError(f"this needs root: sudo ./install {' '.join(sys.argv[1:])}")
    for name, package in (("apt-get", "Debian or Raspberry Pi OS"), ("systemctl", "a system with systemd")):
        if machine.ask(name, "--version").code != 0:
            raise UserError(f"{name} is not here; this needs {package}")


def _sure(machine: Machine, question: str, *, sure: bool) -> None:
    """Raises UserError unless *sure*, or somebody at the keyboard is."""
    machine.tell(question)
    if sure:
        return
    if not sys.stdin.isatty():
        raise UserError("nothing was done: there is nobody to ask; give --yes")
    if input("Go on? [Y/n] ").strip().lower() not in ("", "y", "yes", "ya"):
        raise UserError("nothing was done")


def _install(machine: Machine, given: Bundle, wheels: Path | None, *, sure: bool) -> None:
    kind, host = given.kind, settings.broker_host(given.settings)
    _refuse_two_brokers(machine, kind)
    _refuse_another_district(machine, kind, further.owner(given.settings))
    files, notes = settings.wanted(given, machine) if kind != UPLINK else ({}, [])
    if kind == POSKO and not given.broker and not broker_files.provisioned_here(machine):
        raise UserError("this folder lacks the broker's files; give the archive kentongan-posko.tar, which has them. "
                        f"Has its district joined another's RabbitMQ: ./install {FURTHER}, beside the hub of that one")
    _sure(machine, f"Installing {'the node ' if kind == NODE else ''}{given.owner} on this machine.", sure=sure)
    step = Steps(machine, 6)
    step("packages of the distribution")
    mosquitto = not broker_files.of_rabbitmq(machine, given)
    packages.install(machine, kind, host, wheels, mosquitto=mosquitto)
    step("user and groups")
    packages.accounts(machine, kind)
    step(f"the program, in {program.PLACE} (a few minutes on a Raspberry Pi)")
    present = _present(machine)
    release = program.build(machine, kind, wheels, server=settings.has_server({**present, **files}))
    step("settings")
    for each in (POSKO, NODE):
        if each == kind or f"{each}.yaml" in present:
            _try(machine, release, each, {**present, **files})
    if kind != NODE:
        broker_files.check(machine, given, release)
    unfinished = program.begin(machine)
    changed = settings.write(machine, files) if files else []
    broker_changed = broker_files.write(machine, given) if kind != NODE else []
    for line in (*notes, f"changed: {', '.join([*changed, *broker_changed]) or 'nothing'}"):
        machine.tell(f"   {line}")
    step("services")
    renewed = program.use(machine, release) or bool(changed) or unfinished
    broker_renewed = bool(broker_changed) or unfinished
    beside = services.beside(kind, files)
    units = services.files(kind, host, (*beside, *services.template(machine)), mosquitto=mosquitto)
    written = {path for path, body in units.items() if machine.write(path, body)}
    services.start(machine, services.UNIT[kind], written, renewed=renewed, broker_renewed=broker_renewed,
                   mosquitto=mosquitto)
    services.start_beside(machine, beside, written, renewed=renewed)
    if renewed:  # they run the same program, and share the district
        begun = (services.UNIT[kind], *beside)
        services.restart(machine, [unit for unit in services.present(machine) if unit not in begun])
    if kind == POSKO:
        _messages(machine, files, renewed=renewed or f"{services.UNITS}/{services.NOTIFY}" in written)
    program.clean(machine, release)
    step("a last look")
    for line in (*_name(machine, given, host), *_idle(machine, kind)):
        machine.tell(f"   TO DO: {line}")
    _look(machine, kind)


def _messages(machine: Machine, files: dict[str, bytes], *, renewed: bool) -> None:
    """Starts messages outward, or ends them, as the hub's settings say."""
    wanted = settings.has_notify(files["posko.yaml"].decode())
    if not services.start_notify(machine, wanted=wanted, renewed=renewed):
        machine.tell(f"   TO DO: {services.NOTIFY} does not start, and the hub does without: sudo kentongan notify "
                     f"--check, sudo journalctl -u {services.NOTIFY}")
    elif wanted:
        machine.tell("   messages outward: sudo kentongan notify --test tries them")


def _name(machine: Machine, given: Bundle, host: str | None) -> Iterator[str]:
    """What is to be done so that a post finds its posko by its name."""
    if given.kind == POSKO:
        names, here = broker_files.local_names(given), machine.ask("hostname").output.strip()
        if names and f"{here}.local" not in names:
            yield (f"posts look for {' or '.join(names)}, and this machine is called {here}: sudo hostnamectl "
                   f"set-hostname {names[0].removesuffix('.local')}")
    elif given.kind == NODE and host is not None and machine.ask("getent", "ahosts", host).code != 0:
        yield (f"nothing here knows where {host} is: is the posko on, and in the same network? Until it is found, this "
               "post rings by its own buttons only")


def _idle(machine: Machine, kind: str) -> Iterator[str]:
    """Hubs of further districts whose settings are here, and that do not run since all was taken off."""
    if kind == POSKO and not services.template(machine):
        yield from (f"the hub of {slug} is not installed any more, and its settings are here: ./install {FURTHER} "
                    "BUNDLE" for slug in further.present(machine))


def _refuse_two_brokers(machine: Machine, kind: str) -> None:
    """Raises UserError where the district's and a village's broker would meet in one folder."""
    other = {POSKO: UPLINK, UPLINK: POSKO}.get(kind)
    if other is not None and services.UNIT[other] in services.present(machine):
        raise UserError(f"this machine is installed as {other}: a posko and a village's broker are two machines; "
                        "nothing was changed")
    if kind == UPLINK and broker_files.provisioned_here(machine):
        raise UserError(f"{broker_files.FOLDER} is the district's here; a village's broker is another machine; nothing "
                        "was changed")


def _refuse_another_district(machine: Machine, kind: str, slug: str | None) -> None:
    """Raises UserError where the hub of *slug* would take the place, and the journal, of another district's."""
    here = further.first(machine)
    if kind == POSKO and slug and here and slug != here:
        raise UserError(f"the {POSKO} here is that of {here}, and the bundle is of {slug}; nothing was changed. Beside "
                        f"it: ./install {FURTHER} BUNDLE; in its place: first sudo ./install uninstall --purge")


def _try(machine: Machine, release: str, kind: str, files: dict[str, bytes]) -> None:
    """Raises UserError if the program of *release* does not take *files*, before they take the place of others."""
    with tempfile.TemporaryDirectory(prefix="kentongan-") as name:
        for each, body in files.items():
            path = Path(name, each)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(body)
            path.chmod(0o600)
        commands = [(kind, ("check", "--offline") if kind == NODE else ("posko", "--check", "--offline"))]
        commands += [("web", ("web", "--check"))] if kind == POSKO and "web.yaml" in files else []
        try:
            for which, words in commands:
                machine.program(machine.path(f"{release}/.venv/bin/kentongan"), *words, "--config",
                                Path(name, f"{which}.yaml"))
        except UserError as error:
            raise UserError("the settings are refused, and those of before, if any, are still in force:",
                            *error.faults[1:]) from None


def _look(machine: Machine, kind: str) -> None:
    if kind == NODE:
        try:
            machine.system("runuser", "-u", packages.USER, "--", "env", "-C", "/run/kentongan", *_LOOK)
        except UserError as error:
            raise UserError("installed and started, but this post is not in order:", *error.faults[1:]) from None
        machine.tell(f"Installed. Are the pins of {settings.FOLDER}/node.yaml those of this box? If not: edit it, then "
                     "sudo systemctl restart kentongan-node")
    elif kind == POSKO:
        machine.tell("Installed. Who is there: sudo kentongan watch")
    else:
        machine.tell("Installed.")


def _further(machine: Machine, given: Bundle, *, sure: bool) -> None:
    """The hub alone: its broker's files, page and messages are put where docs/scale.md says."""
    slug = further.check(machine, given)
    files = further.wanted(given, slug, machine)
    _sure(machine, f"Installing the hub of {slug} beside the {POSKO} here.", sure=sure)
    _try(machine, _release(machine), POSKO, files)
    step = Steps(machine, 2)
    step("settings")
    changed = settings.write(machine, files, further.folder(slug))
    machine.tell(f"   changed: {', '.join(changed) or 'nothing'}")
    step("services")
    services.start_further(machine, slug, renewed=bool(changed))
    machine.tell("Installed. Does its broker answer, and let it in: sudo kentongan doctor")
    machine.tell(f"Who is there: sudo kentongan watch --config {further.folder(slug)}/posko.yaml")


def _release(machine: Machine) -> str:
    """The program that runs here."""
    return f"/opt/{machine.path(program.PLACE).readlink()}"


def _further_district(machine: Machine, given: Bundle, slug: str, *, sure: bool) -> None:
    _sure(machine, f"Replacing the district {slug} on this machine.", sure=sure)
    place = machine.path(further.folder(slug))
    present = {path.name: path.read_bytes() for path in place.iterdir() if path.is_file()}
    _try(machine, _release(machine), POSKO, {**present, **given.district})
    changed = settings.write(machine, given.district, further.folder(slug))
    machine.tell(f"   changed: {', '.join(changed) or 'nothing'}")
    if changed:
        services.restart(machine, [further.unit(slug)])
    machine.tell("Installed.")


def _district(machine: Machine, given: Bundle, *, sure: bool) -> None:
    slug = further.district(given)
    if slug in further.present(machine):
        _further_district(machine, given, slug, sure=sure)
        return
    kinds = [kind for kind in (NODE, POSKO) if machine.path(f"{settings.FOLDER}/{kind}.yaml").is_file()]
    if not kinds or not services.present(machine):
        raise UserError("neither a node nor a posko is installed here; nothing was changed")
    known = {found for kind in kinds if (found := further.first(machine, kind)) is not None}
    if slug and known and slug not in known:
        raise UserError(f"the district {slug} is not here, but {' and '.join(sorted(known))}; nothing was changed")
    _sure(machine, f"Replacing the district of {' and '.join(kinds)} on this machine.", sure=sure)
    for kind in kinds:
        _try(machine, _release(machine), kind, {**_present(machine), **given.district})
    changed = settings.write(machine, given.district)
    machine.tell(f"   changed: {', '.join(changed) or 'nothing'}")
    if changed:
        here = services.present(machine)
        also = [unit for unit in services.BESIDE.values() if unit in here]
        services.restart(machine, [*(services.UNIT[kind] for kind in kinds), *also])
    machine.tell("Installed.")


def _present(machine: Machine) -> dict[str, bytes]:
    folder = machine.path(settings.FOLDER)
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def _uninstall(machine: Machine, *, purge: bool, sure: bool) -> None:
    also = ", with settings and state" if purge else ""
    _sure(machine, f"Taking Kentongan digital off this machine{also}.", sure=sure)
    step = Steps(machine, 3 if purge else 2)
    step("services")
    services.remove(machine)
    step("the program")
    program.remove(machine)
    if purge:
        step("settings, state and user")
        for path in (*map(further.state, further.present(machine)), settings.FOLDER, *STATE):
            machine.remove(path)
        if not broker_files.provisioned_here(machine):
            machine.remove(broker_files.FOLDER)
        packages.remove(machine)
    for line in _left(machine):
        machine.tell(f"   left: {line}")
    machine.tell("Uninstalled.")


def _left(machine: Machine) -> Iterator[str]:
    for path in (settings.FOLDER, *STATE, *map(further.state, further.present(machine))):
        if machine.path(path).exists():
            yield f"{path} (with --purge it goes, too)"
    if machine.path(broker_files.FOLDER).exists():
        kept = broker_files.provisioned_here(machine)
        yield broker_files.FOLDER + (
            ": it holds the authority that every box trusts. Without it each box must be visited; remove it by hand"
            if kept else " (with --purge it goes, too)")
    if machine.path(f"{program.PLACE}.before").exists():
        yield f"{program.PLACE}.before, a copy made by hand"
    yield "the distribution's packages"


def _tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    os.environ.pop("PYTHONPATH", None)  # for this program only
    sys.exit(main(sys.argv[1:], _tell))
