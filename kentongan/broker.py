"""The installer's commands: `broker provision` and `revoke`; the others have files of their own.

A fault of the user's is one line and exit 2; exit 1 says that what was tried out does not work.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import click

from broker import service
from broker.core import accounts
from broker.core.accounts import State
from broker.page_cards import Paper
from contract.domain.district import District
from contract.settings.schema import SettingsError
from kentongan.broker_check import check
from kentongan.broker_command import OUT, PAGE_URL, PID_FILE, RELOAD, change
from kentongan.broker_people import add, at_page, card, list_, rotate
from kentongan.command_group import CommandGroup
from kentongan.uplink import uplink

NAME = click.argument("name")


@click.group(cls=CommandGroup)
def broker() -> None:
    """Make a safe broker: accounts, passwords, certificates, access lists, and a bundle for everyone."""


@broker.command()
@click.option("--district", "district_file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="The district file, such as config/situbondo.yaml; the second time, only if it has changed.")
@click.option("--host", "hosts", multiple=True, metavar="NAME_OR_ADDRESS",
              help="Under which posts and operators reach the broker; the first one goes into their settings.")
@click.option("--engine", type=click.Choice([accounts.MOSQUITTO, accounts.RABBITMQ]),
              help="Which broker the files are for; without, the one of before, and at first Mosquitto.")
@click.option("--peer", "peers", multiple=True, metavar="NAME[=ADDRESS]",
              help="With RabbitMQ: a machine of its cluster, by its host name, and where others reach it; give all, "
                   "three at least.")
@click.option("--join", type=click.Path(readable=False, path_type=Path), metavar="DIR",
              help="The RabbitMQ is that of the installation in DIR, another district's, which stays as it is.")
@click.option("--village-broker", "villages", multiple=True, metavar="VILLAGE=HOST",
              help="Give VILLAGE a broker of its own, reached at HOST; VILLAGE= takes it away.")
@click.option("--cards", "cards_file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="Settings for the posts' first boots (user, SSH key, Wi-Fi), such as config/cards.yaml: each post's "
                   "files for its card are made from it.")
@PAGE_URL
@OUT
@RELOAD
@PID_FILE
def provision(  # noqa: PLR0913 - one for each option
    district_file: Path | None, cards_file: Path | None, page_url: str | None, folder: Path, pid_file: Path | None, *,
    join: Path | None, hosts: tuple[str, ...], villages: tuple[str, ...], engine: str | None, peers: tuple[str, ...],
    reloads: bool,
) -> None:
    """Make everything that an installation needs, or bring it in line with a changed district file.

    What has not changed stays as it is, to the byte.

    \b
    Examples: kentongan broker provision --district config/situbondo.yaml --host posko.local --host 192.168.1.10
              kentongan broker provision --district config/situbondo.yaml --engine rabbitmq --peer posko-1=192.168.1.11
                  --peer posko-2=192.168.1.12 --peer posko-3=192.168.1.13
    """
    paper = Paper(Path())

    def act(state: State, _district: District) -> tuple[State, set[str]]:
        _check_joined(state.joined, {"--host": hosts, "--engine": engine, "--peer": peers})
        accounts.check_hosts(hosts, "--host")
        known = dict(state.village_brokers)
        for each in villages:
            village, sign, host = each.partition("=")
            if not sign:
                raise SettingsError([f"--village-broker: {each!r} names no host; write {each}=192.168.5.10"])
            accounts.check_hosts([host] if host else [], "--village-broker")
            known.pop(village, None)
            known.update({village: host} if host else {})
        state = replace(state, engine=engine or state.engine,
                        cluster=accounts.machines(peers, "--peer") if peers else state.cluster)
        return replace(at_page(page_url, state, paper), hosts=hosts or state.hosts, village_brokers=known), set()

    change(folder, service.Given(district_file, cards_file, join), act, pid_file, reloads=reloads, paper=paper)


def _check_joined(other: str, given: Mapping[str, object]) -> None:
    """Raises SettingsError with what is *given* of the broker, by its option, where that is the district *other*'s."""
    twice = [option for option, value in given.items() if value]
    if other and twice:
        raise SettingsError([(f"{', '.join(twice)}: the broker is that of {other}, and so is this; leave it out (what "
                              "has changed there comes with --join)")])


@broker.command()
@NAME
@OUT
@RELOAD
@PID_FILE
def revoke(name: str, folder: Path, pid_file: Path | None, *, reloads: bool) -> None:
    """Shut an account out, such as that of a stolen box. With --reload it loses its connection at once.

    Who is logged in at the page is logged out at once, with or without --reload.

    \b
    Example: kentongan broker revoke kalibagor.pos-1 --reload
    """
    def act(state: State, district: District) -> tuple[State, set[str]]:
        return accounts.revoke(state, accounts.find(name, state, district)), set()

    change(folder, service.Given(), act, pid_file, reloads=reloads)


for each in (add, card, rotate, list_, check):
    broker.add_command(each)
broker.add_command(uplink)
