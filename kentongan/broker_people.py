"""The installer's commands for people: `broker add`, `card`, `rotate` and `list`."""

import time
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from pathlib import Path

import click

from broker import codes, page_cards, service
from broker.core import accounts, batch
from broker.core.accounts import Operator, Petugas, State, Warga
from broker.page_cards import Card, Paper
from contract.domain.district import District
from contract.roles import OF_THE_PAGE, Account, Role
from contract.settings.encoding import EncodingError
from contract.settings.schema import SettingsError
from contract.text import several
from kentongan.broker_command import OUT, PAGE_URL, PID_FILE, RELOAD, change
from kentongan.written import check_ending
from runtime import bounded

CARD = click.option("--card", "card_file", type=click.Path(readable=False, path_type=Path), metavar="FILE",
                    help="Where the card is written, a PDF; without: kartu-NAME.pdf in this folder.")
_NO_PAGE = ("a card shows the page's address, which is not known yet; give it once: --page-url https://ADDRESS (for a "
            "trial in the local network: --page-url http://192.168.1.10:8080)")
_TITLES = {Role.WARGA: "Warga", Role.PETUGAS: "Petugas", Role.OPERATOR: "Operator", Role.READER: "Layar"}


@click.command()
@click.argument("kind", type=click.Choice(["operator", "petugas", "reader", "warga"]))
@click.argument("name", required=False)
@click.option("--village", "villages", multiple=True, metavar="V",
              help="Of this village; an operator or petugas without: of all.")
@click.option("--everywhere", is_flag=True, help="May ring all villages in one line (semua).")
@click.option("--display", metavar="TEXT", help="The name as people write it, such as 'Budi RT 3'.")
@click.option("--batch", "table", type=click.Path(readable=False, path_type=Path), metavar="FILE",
              help="Many at once, from a table (CSV) with the columns nama, desa and, if wanted, peran.")
@CARD
@PAGE_URL
@OUT
@RELOAD
@PID_FILE
def add(  # noqa: PLR0913 - one for each option
    *, kind: str, name: str | None, table: Path | None, card_file: Path | None, page_url: str | None,
    display: str | None, folder: Path, pid_file: Path | None, villages: tuple[str, ...], everywhere: bool,
    reloads: bool,
) -> None:
    """Let in an operator, who may ring and silence, a petugas, who responds to alarms, a reader, who only looks, or a
    warga (resident), who may raise alarms of the own village on the page.

    Each gets a card, with which a phone logs in at the page; a warga has nothing else.

    \b
    Examples: kentongan broker add operator siti --village kalibagor
              kentongan broker add warga budi --village kalibagor --display "Budi RT 3"
              kentongan broker add warga --batch rt3.csv
    """
    if (name is None) == (table is None):
        raise click.UsageError("give a NAME, or a table of many with --batch FILE")
    if table is not None and (villages or everywhere or display):
        raise click.UsageError("--batch: villages and names stand in the table; leave out --village, --everywhere and "
                               "--display")
    paper = _paper(card_file, name or str(table and table.stem))

    def act(state: State, district: District) -> tuple[State, set[str]]:
        new: dict[str, Operator | Petugas | Warga | None] = {}
        if table is not None:
            new.update(_read(table, kind, state, district))
        else:
            new[str(name)] = _person(kind, tuple(dict.fromkeys(villages)), display or "", everywhere=everywhere)
        state = accounts.add(at_page(page_url, state, paper), district, new)
        return _with_cards(state, district, list(new), paper), set()

    change(folder, service.Given(), act, pid_file, reloads=reloads, paper=paper)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@CARD
@PAGE_URL
@OUT
def card(names: tuple[str, ...], card_file: Path | None, page_url: str | None, folder: Path) -> None:
    """Make a new card for somebody whose phone or card is lost: the old code and the phone logged in by it count no
    more. Passwords stay as they are.

    \b
    Example: kentongan broker card budi
    """
    paper = _paper(card_file, names[0] if len(names) == 1 else str(len(names)))

    def act(state: State, district: District) -> tuple[State, set[str]]:
        found = [accounts.find(name, state, district) for name in dict.fromkeys(names)]
        faults = [f"{each.username}: is a box; people have cards" for each in found if each.role not in OF_THE_PAGE]
        faults += [f"{each.username}: is revoked; `kentongan broker rotate {each.username}` lets in again, with a new "
                   "card" for each in found if each.username in state.revoked]
        if faults:
            raise SettingsError(faults)
        state = at_page(page_url, state, paper)
        if not state.page:
            raise SettingsError([_NO_PAGE])
        return _with_cards(state, district, [each.username for each in found], paper), set()

    change(folder, service.Given(), act, None, reloads=False, paper=paper)


@click.command()
@click.argument("name")
@CARD
@PAGE_URL
@OUT
@RELOAD
@PID_FILE
def rotate(  # noqa: PLR0913 - one for each option
    name: str, card_file: Path | None, page_url: str | None, folder: Path, pid_file: Path | None, *, reloads: bool
) -> None:
    """Give an account a new password and a new bundle, and a person a new card; who was revoked is let in again.

    \b
    Example: kentongan broker rotate kalibagor.pos-1
    """
    paper = _paper(card_file, name)

    def act(state: State, district: District) -> tuple[State, set[str]]:
        found = accounts.find(name, state, district)
        state = accounts.reinstate(at_page(page_url, state, paper), found)
        if found.role in OF_THE_PAGE:
            state = _with_cards(state, district, [found.username], paper)
        return state, {found.username}

    change(folder, service.Given(), act, pid_file, reloads=reloads, paper=paper)


@click.command("list")
@OUT
def list_(folder: Path) -> None:
    """List who is let in, and who has a card for the page."""
    found = service.who(folder)
    state, zone = found.state, timezone(timedelta(hours=found.district.zone.hours))
    rows = []
    for each in (*accounts.everyone(state, found.district), *accounts.residents(state)):
        code = state.codes.get(each.username)
        made = "" if code is None else f"card of {datetime.fromtimestamp(code.issued, zone):%Y-%m-%d}"
        where = ", ".join(each.villages) or ("" if each.role not in OF_THE_PAGE else "all villages")
        rows.append((each.username, each.role.value, where + (", semua" if each.everywhere else ""),
                     "REVOKED" if each.username in state.revoked else made, accounts.display(state, each.username)))
    widths = [max(len(row[column]) for row in rows) for column in range(5)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    click.echo(f"the page: {state.page or 'its address is not known (--page-url)'}")


def _paper(card_file: Path | None, name: str) -> Paper:
    """Where the card of *name* is written. Raises SettingsError if --card names another kind of file."""
    if card_file is None:
        return Paper(Path(f"kartu-{name}.pdf"))
    check_ending("--card", card_file, ".pdf")
    return Paper(card_file)


def _person(
    kind: str, villages: tuple[str, ...], display: str, *, everywhere: bool
) -> Operator | Petugas | Warga | None:
    """Whom the options describe; None is a reader. Raises SettingsError."""
    if kind == "reader" and (villages or everywhere):
        raise SettingsError(["a reader rings nowhere; --village and --everywhere are an operator's"])
    if kind == "reader" and display:
        raise SettingsError(["a reader has no --display; give it to an operator, a petugas or a warga"])
    if everywhere and kind != "operator":
        where = "rings nowhere" if kind == "petugas" else "rings in his own village"
        raise SettingsError([f"a {kind} {where}; --everywhere is an operator's"])
    if kind == "warga" and not villages:
        raise SettingsError(["a warga is of a village; say which: --village VILLAGE"])
    accounts.check_display(display, "--display")
    match kind:
        case "operator":
            return Operator(villages, everywhere, display)
        case "petugas":
            return Petugas(villages, display)
        case "warga":
            return Warga(villages, display)
    return None


def _read(table: Path, kind: str, state: State, district: District) -> dict[str, Warga | Petugas | Operator]:
    if kind == "reader":
        raise SettingsError(["--batch: a table has warga, petugas and operators; add readers one by one"])
    try:
        text = batch.decode(bounded.read(table))
    except OSError as error:
        raise SettingsError([f"--batch: {table} cannot be read: {error.strerror}"]) from None
    except EncodingError as error:
        raise SettingsError([f"{table.name}: {error}"]) from None
    return batch.read(text, table.name, district, accounts.taken(state, district), kind)


def at_page(page_url: str | None, state: State, paper: Paper) -> State:
    """*state* whose page is where --page-url says, if that was given. Raises SettingsError."""
    if page_url is None:
        return state
    address = accounts.check_page(page_url, "--page-url")
    if address.startswith("http:"):
        paper.notes.append(f"note: at {address} codes and sessions travel unencrypted; for a trial only")
    return replace(state, page=address)


def _with_cards(state: State, district: District, names: list[str], paper: Paper) -> State:
    """*state* with a new code for each of *names*, whose cards stand on *paper*. Without the page's address there are
    none, which only a warga cannot do without. Raises SettingsError.
    """
    if not state.page:
        if any(name in state.warga for name in names):
            raise SettingsError([_NO_PAGE])
        paper.notes.append("no card for the page, whose address is not known; later: kentongan broker card "
                           f"{' '.join(names)} --page-url https://ADDRESS")
        return state
    state, made = codes.issue(state, names, int(time.time()), click.echo)
    known = {each.username: each for each in (*accounts.everyone(state, district), *accounts.residents(state))}
    cards = [_card(state, district, known[name], code) for name, code in made.items()]
    paper.write(page_cards.draw(cards, f"Kartu masuk, {district.name}"))
    paper.notes.append(f"{several(len(cards), 'card')} for {state.page}")
    return state


def _card(state: State, district: District, account: Account, code: str) -> Card:
    return Card(account.username, accounts.display(state, account.username), _TITLES[account.role],
                _places(district, account.villages), code, state.page, district.name, district.phones.posko)


def _places(district: District, villages: Iterable[str]) -> str:
    """The names of *villages*, or that it is all of them, in the words of the district's people."""
    found = [district.villages[each] for each in villages]
    return ", ".join(f"{each.kind.capitalize()} {each.name}" for each in found) or "semua desa dan kelurahan"
