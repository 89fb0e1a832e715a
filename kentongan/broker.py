"""The installer's commands: `broker provision`, `add`, `revoke`, `rotate`; `check` and `uplink` have their own rooms.

A fault of the user's is one line and exit 2; exit 1 says that what was tried out does not work.
"""

from dataclasses import replace
from pathlib import Path

import click

from broker import farewell, service
from broker.core import accounts
from broker.core.accounts import Operator, Petugas, State
from contract.domain.district import District
from contract.settings.schema import SettingsError
from kentongan.broker_check import check
from kentongan.broker_command import OUT, guarded
from kentongan.command_group import CommandGroup
from kentongan.uplink import uplink
from runtime import bounded

RELOAD = click.option("--reload", "reloads", is_flag=True,
                      help="Have the Mosquitto that runs with this installation's configuration read its files anew.")
PID_FILE = click.option("--pid-file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
                        help="The same, for the Mosquitto whose process id is in FILE.")
NAME = click.argument("name")


@click.group(cls=CommandGroup)
def broker() -> None:
    """Make a safe broker: accounts, passwords, certificates, access lists, and a bundle for everyone."""


@broker.command()
@click.option("--district", "district_file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="The district file, such as config/situbondo.yaml; the second time, only if it has changed.")
@click.option("--host", "hosts", multiple=True, metavar="NAME_OR_ADDRESS",
              help="Under which posts and operators reach the broker; the first one goes into their settings.")
@click.option("--village-broker", "villages", multiple=True, metavar="VILLAGE=HOST",
              help="Give VILLAGE a broker of its own, reached at HOST; VILLAGE= takes it away.")
@click.option("--cards", "cards_file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="Settings for the posts' first boots (user, SSH key, Wi-Fi), such as config/cards.yaml: each post's "
                   "files for its card are made from it.")
@OUT
@RELOAD
@PID_FILE
def provision(  # noqa: PLR0913 - one for each option
    district_file: Path | None, cards_file: Path | None, folder: Path, pid_file: Path | None, *,
    hosts: tuple[str, ...], villages: tuple[str, ...], reloads: bool,
) -> None:
    """Make everything that an installation needs, or bring it in line with a changed district file.

    What has not changed stays as it is, to the byte.

    \b
    Example: kentongan broker provision --district config/situbondo.yaml --host posko.local --host 192.168.1.10
    """
    def act(state: State, _district: District) -> tuple[State, set[str]]:
        accounts.check_hosts(hosts, "--host")
        known = dict(state.village_brokers)
        for each in villages:
            village, sign, host = each.partition("=")
            if not sign:
                raise SettingsError([f"--village-broker: {each!r} names no host; write {each}=192.168.5.10"])
            accounts.check_hosts([host] if host else [], "--village-broker")
            known.pop(village, None)
            known.update({village: host} if host else {})
        return replace(state, hosts=hosts or state.hosts, village_brokers=known), set()

    _change(folder, service.Given(district_file, cards_file), act, pid_file, reloads=reloads)


@broker.command()
@click.argument("kind", type=click.Choice(["operator", "petugas", "reader"]))
@NAME
@click.option("--village", "villages", multiple=True, metavar="V",
              help="An operator or petugas of this village; without: of all.")
@click.option("--everywhere", is_flag=True, help="May ring all villages in one line (semua).")
@OUT
@RELOAD
@PID_FILE
def add(  # noqa: PLR0913 - one for each option
    kind: str, name: str, folder: Path, pid_file: Path | None, *, villages: tuple[str, ...], everywhere: bool,
    reloads: bool,
) -> None:
    """Let in an operator, who may ring and silence, a petugas, who responds to alarms, or a reader, who only looks.

    \b
    Example: kentongan broker add operator siti --village kalibagor
    """
    def act(state: State, district: District) -> tuple[State, set[str]]:
        if kind == "reader" and (villages or everywhere):
            raise SettingsError(["a reader rings nowhere; --village and --everywhere are an operator's"])
        if kind == "petugas" and everywhere:
            raise SettingsError(["a petugas rings nowhere; --everywhere is an operator's"])
        where = tuple(dict.fromkeys(villages))
        people: dict[str, Operator | Petugas] = {"operator": Operator(where, everywhere), "petugas": Petugas(where)}
        return accounts.add(state, district, name, people.get(kind)), set()

    _change(folder, service.Given(), act, pid_file, reloads=reloads)


@broker.command()
@NAME
@OUT
@RELOAD
@PID_FILE
def revoke(name: str, folder: Path, pid_file: Path | None, *, reloads: bool) -> None:
    """Shut an account out, such as that of a stolen box. With --reload it loses its connection at once.

    \b
    Example: kentongan broker revoke kalibagor.pos-1 --reload
    """
    def act(state: State, district: District) -> tuple[State, set[str]]:
        return accounts.revoke(state, accounts.find(name, state, district)), set()

    _change(folder, service.Given(), act, pid_file, reloads=reloads)


@broker.command()
@NAME
@OUT
@RELOAD
@PID_FILE
def rotate(name: str, folder: Path, pid_file: Path | None, *, reloads: bool) -> None:
    """Give an account a new password and a new bundle; one that was revoked is let in again with it.

    \b
    Example: kentongan broker rotate kalibagor.pos-1
    """
    def act(state: State, district: District) -> tuple[State, set[str]]:
        found = accounts.find(name, state, district)
        return accounts.reinstate(state, found), {found.username}

    _change(folder, service.Given(), act, pid_file, reloads=reloads)


def _change(
    folder: Path, files: service.Given, act: service.Act, file: Path | None, *, reloads: bool
) -> None:
    def run() -> bool:
        given = None if file is None else [_pid(file)]
        changed = service.change(folder, files, act, click.echo, prove=reloads or given is not None)
        if given is not None or reloads:
            for pid in given or service.find_running(folder):
                service.reload(pid)
                click.echo(f"mosquitto {pid} reads its files anew")
            farewell.publish(folder, click.echo)
        elif changed:
            click.echo("a running broker reads this at: sudo systemctl reload mosquitto")
        return True

    guarded(run)


def _pid(file: Path) -> int:
    try:
        return int(bounded.read(file))
    except OSError as error:
        raise SettingsError([f"--pid-file: {file} cannot be read: {error.strerror}"]) from None
    except ValueError:
        raise SettingsError([f"--pid-file: {file} holds no process id"]) from None


broker.add_command(check)
broker.add_command(uplink)
