"""The command `coverage`: a map of what is heard where."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import click

from contract.settings.schema import SettingsError
from contract.text import escaped
from kentongan.written import check_ending
from posko.coverage import svg, words
from posko.coverage.core.reach import Coverage, Share
from posko.coverage.core.reach import coverage as compute
from runtime import files

_NAMED = 20  # posts that are not known
_NOTHING = ("no post and no village has a place, so there is nothing to draw; write at: [latitude, longitude], and "
            "siren_db or loudspeaker_db with each post")


@click.command()
@click.option("--district", "path", required=True, type=click.Path(path_type=Path), metavar="FILE",
              help="The district file, such as situbondo.yaml.")
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path), metavar="FILE.svg",
              help="Where it is written.")
@click.option("--dark", is_flag=True, help="Light on black, for a screen at night.")
def coverage(path: Path, out: Path, *, dark: bool) -> None:
    """Write a map of where a district's posts are heard, as an SVG to print on A4, in Indonesian.

    For each post with a place (`at`) and a level (`siren_db` or `loudspeaker_db`, as its data sheet gives it) it shows
    where there are 70 and 60 dB(C), if sound loses 10 dB with each doubling of the distance, and 6 dB beside it. Where
    a village has an `outline`, it shows how much of it is covered. A post whose place or level is not known is named,
    and counts as no coverage. All of it is an estimate: go there and listen.

    Exits 0, also where a village is covered badly, which is a warning; or 2 with what is wrong.

    \b
    Example: kentongan coverage --district /etc/kentongan/situbondo.yaml --out peta.svg
    """
    check_ending("--out", out, ".svg")
    faults: list[str] = []
    district, _, _ = files.load_district(faults, path)
    if district is None or faults:
        raise SettingsError(faults)
    found = compute(district)
    if found is None:
        raise SettingsError([f"{path.name}: {_NOTHING}"])
    try:
        out.write_text(svg.draw(found, dark=dark), encoding="utf-8")
    except OSError as error:
        raise SettingsError([f"--out: {out} cannot be written: {error.strerror}"]) from None
    names = {area.slug: area.name for area in found.areas}
    for share in found.shares:
        click.echo(_line(share, names[share.village]))
    for warning in _warnings(found, names):
        click.echo(f"warning: {escaped(warning)}", err=True)
    click.echo(f"{out}: buka di peramban, atau cetak di kertas A4 (open it in a browser, or print it on A4)")


def _line(share: Share, name: str) -> str:
    """How much of a village is covered."""
    if share.dense is None or share.rural is None:
        why = "letak atau angka dB posnya" if share.unknown else "garis batasnya (outline)"
        return f"{name}: belum diketahui, karena {why} tidak ada"
    least = "sedikitnya " if share.unknown else ""
    return f"{name}: {least}{words.percent(share.dense)} pada 70 dB, {words.percent(share.rural)} pada 60 dB"


def _warnings(found: Coverage, names: Mapping[str, str]) -> Iterator[str]:
    """What the map does not know, what is covered badly, and what looks wrong."""
    unknown = [site for site in found.sites if not site.is_known]
    for site in unknown[:_NAMED]:
        yield f"{names[site.village]}, {site.name}: {words.lacking(site)}: belum diketahui, tidak dihitung"
    if len(unknown) > _NAMED:
        yield f"{len(unknown) - _NAMED} pos lagi belum diketahui, tidak dihitung"
    for share in found.shares:
        if share.is_low:
            yield f"{names[share.village]}: kurang dari separuh wilayahnya terjangkau pada 70 dB"
    for site in found.strays:
        yield f"{names[site.village]}, {site.name}: letaknya jauh di luar garis batas desanya; periksa at"
