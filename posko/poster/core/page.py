"""What the page beside a box says: the district's codes and numbers, this box's buttons and lamps -> paragraphs. Pure.

    Box, District, Catalogue, Family ──> Page: title, telephones, sections of blocks

It is read by torch, by frightened people: so what to do comes first, what a lamp means stands where it is needed, and
what this box does not have is not mentioned. `**` surrounds what is printed bold. Indonesian only.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields

from contract.domain.district import District
from contract.domain.incidents import ALL_CLEAR, PATROL, Catalogue, Family
from contract.domain.rhythm import Ending, Rhythm
from contract.values import dataclass

_ALWAYS = ("posko", "polisi", "damkar", "ambulans", "teknisi")  # a line to write on where there is no number
_NAMES = {"bpbd": "BPBD"}
_NUMBERS = {1: "satu", 2: "dua", 3: "tiga", 4: "empat", 5: "lima", 6: "enam", 7: "tujuh", 8: "delapan", 9: "sembilan",
            10: "sepuluh"}
_HOW = {Ending.TITIR: ": terus", Ending.ONCE: ": satu kali", Ending.PAUSE: ""}


@dataclass(frozen=True, slots=True)
class Box:
    """What hangs at a post. `holds_s` has the seconds for which each button is held, by its name in the settings."""

    village: str
    node: str
    holds_s: Mapping[str, float]
    lamps: frozenset[str]  # the buttons that have one
    silence_button: str
    has_voice: bool
    has_drum: bool  # a striker or a loudspeaker; without, the code is beaten on the siren
    has_lock: bool
    has_hub: bool


@dataclass(frozen=True, slots=True)
class Steps:
    """Paragraphs, numbered from *first* where that is not 0."""

    texts: tuple[str, ...]
    first: int = 0


@dataclass(frozen=True, slots=True)
class Buttons:
    """The labels of the buttons that raise an alarm."""

    labels: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lamps:
    """What each state of a lamp means: the state, its meaning."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Codes:
    """What each code means."""

    rows: tuple[tuple[Rhythm, str], ...]


Block = Steps | Buttons | Lamps | Codes


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and what stands below it."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page. A number of *phones* is "" where a line is left to write on."""

    title: str
    phones: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]


def page(box: Box, district: District, catalogue: Catalogue, family: Family) -> Page:
    """The page for *box*, which stands in *district*."""
    name = district.villages[box.village].posts[box.node].name
    sections = [_danger(box, catalogue), _others(box), _over(box, district), *_round(box), *_no_reason(box),
                *_lamps(box, district), _codes(box, catalogue, family)]
    return Page(f"TANDA BAHAYA — {name.upper()}", tuple(_phones(box, district)), tuple(sections))


def _phones(box: Box, district: District) -> Iterator[tuple[str, str]]:
    """Whom to call, and after them the posts that can be called: the neighbours', and who hears all."""
    for each in fields(district.phones):
        number = getattr(district.phones, each.name)
        if number or each.name in _ALWAYS:
            yield _NAMES.get(each.name, each.name.capitalize()), number
    near = {box.village, *district.villages[box.village].neighbours}
    for village, found in district.villages.items():
        for node, post in found.posts.items():
            is_own = (village, node) == (box.village, box.node)
            if post.phone and not is_own and (village in near or post.hears == "all"):
                yield post.name, post.phone


def _danger(box: Box, catalogue: Catalogue) -> Section:
    raising = [each for each in box.holds_s if each in catalogue.incidents and each != ALL_CLEAR]
    if not raising:
        return Section("ADA BAHAYA", (Steps((
            "Kotak ini tidak mempunyai tombol bahaya. **Telepon posko.** Pukul kentongan kayu. Teriak.",)),))
    blocks: list[Block] = [
        Steps(("**TEKAN DAN TAHAN** tombol yang sesuai **sampai sirene berbunyi**. Baru lepaskan.",), 1),
        Buttons(tuple(catalogue.incidents[each].on_button for each in raising)),
        *(Steps((f"**{catalogue.incidents[each].on_button}** tanpa sirene: tahan {_seconds(box.holds_s[each])}.",))
          for each in raising if catalogue.incidents[each].severity == "rendah"),
    ]
    if box.lamps & {*raising}:
        arrived = "sudah masuk ke posko" if box.has_hub else "sudah terkirim"
        coming = " Dengan dua kedip: ada yang datang." if box.has_hub else ""
        blocks += [
            Steps(("**Sesudah dilepas**, lihat lampunya:",), 2),
            Lamps((
                ("menyala terus", f"**{arrived}**.{coming}"),
                ("berkedip cepat", "masih dikirim; desa lain mungkin **belum tahu**. Telepon posko."),
                ("padam", "dilepas terlalu cepat. **Ulangi, tahan lebih lama.**"),
            )),
        ]
    else:
        blocks.append(Steps(("Tombolnya tanpa lampu: **telepon posko**, pastikan laporan sudah masuk.",), 2))
    after = "kode kentongan dan pengumuman" if box.has_voice else "kode kentongan"
    how = "" if box.has_drum else " dengan sirene"
    minutes = sorted({catalogue.incidents[each].duration_s / 60 for each in raising})
    lasts = " sampai ".join(dict.fromkeys(f"{round(each)}" for each in (minutes[0], minutes[-1])))
    return Section("ADA BAHAYA", (
        *blocks,
        Steps((
            (f"Sirene berhenti sebentar, lalu {after}{how}, bergiliran. Bisa semenit kemudian. Tidak perlu menekan "
             "lagi."),
            "**Tidak ada bunyi?** Pukul kentongan kayu. Teriak. Telepon.",
        ), 3),
        Steps((
            f"Bunyi berhenti sesudah {lasts} menit. **Itu belum tentu aman.** Masih bahaya? Tekan lagi.",
            "Jangan datang sendirian. Serahkan pelaku ke polisi, **jangan main hakim sendiri**.",
        )),
    ))


def _others(box: Box) -> Section:
    lamp = " (lampunya berkedip lambat)" if box.lamps else ""
    listen = "Dengarkan pengumuman" if box.has_voice else "Hitung pukulannya, lalu telepon posko"
    return Section("SIRENE BERBUNYI, BUKAN ANDA YANG MENEKAN",
                   (Steps((f"Bahaya dilaporkan dari luar pos ini{lamp}. {listen}: apa, di mana.",)),))


def _over(box: Box, district: District) -> Section:
    if ALL_CLEAR not in box.holds_s:
        return Section("SUDAH AMAN", (Steps(("Kotak ini tanpa tombol AMAN. Telepon posko.",)),))
    hold = f"**Tahan tombol AMAN {_seconds(box.holds_s[ALL_CLEAR])}.**"
    kind = district.villages[box.village].kind
    other = "desa lain" if kind == "desa" else "tempat lain"
    return Section("SUDAH AMAN", (Steps((
        f"{hold} Hanya untuk kejadian **di {kind} ini**. Kejadian di {other}: jangan tekan AMAN.",)),))


def _round(box: Box) -> Iterator[Section]:
    if ALL_CLEAR in box.holds_s:
        yield Section("RONDA", (Steps((
            "Tekan **AMAN** sebentar, langsung lepas. Jamnya tercatat. Jangan saat sirene berbunyi.",)),))


def _no_reason(box: Box) -> Iterator[Section]:
    texts = ["**Telepon posko dulu.**"]
    if box.silence_button in box.holds_s:
        name, hold_s = box.silence_button.upper(), box.holds_s[box.silence_button]
        texts.append(f"Tahan tombol **{name}** {_seconds(hold_s)}: hanya bunyi di pos ini yang berhenti. Kalau ada "
                     "tanda bahaya baru, pos ini berbunyi lagi.")
    if box.has_lock:
        texts.append("Masih berulang: putar **kunci** di dalam kotak. Tanda bahaya dari luar tidak berbunyi lagi di "
                     "sini; tombol pos ini tetap bekerja. Kembalikan kunci begitu ada kabar dari posko.")
    yield Section("BERBUNYI, PADAHAL TIDAK ADA APA-APA", (Steps((" ".join(texts),)),))


def _lamps(box: Box, district: District) -> Iterator[Section]:
    if box.lamps:
        texts = ["**Padam**: siap.",
                 "**Sekali-sekali berkedip**: alat terganggu, tombol tetap boleh dipakai; telepon teknisi."]
        if ALL_CLEAR in box.holds_s:
            kind = district.villages[box.village].kind
            texts.append(f"**Tiga kedip, berulang**: AMAN tidak dijalankan. Tadi ditahan: tidak ada tanda bahaya "
                         f"di {kind} ini. Tadi hanya sebentar: **masih ada tanda bahaya**, ronda tidak dicatat.")
        yield Section("LAMPU", (Steps((" ".join(texts),)),))


def _codes(box: Box, catalogue: Catalogue, family: Family) -> Section:
    names: dict[Rhythm, list[str]] = {}
    steady = []
    for name, incident in catalogue.incidents.items():
        if not incident.rhythm:
            minutes = round((incident.cycle or catalogue.cycle).siren_s / 60)
            steady.append(f"**Sirene {_NUMBERS.get(minutes, str(minutes))} menit**: {incident.on_button.lower()}.")
            continue
        without = " (tanpa sirene)" if incident.severity == "rendah" and name != ALL_CLEAR else ""
        names.setdefault(family.codes[incident.rhythm].rhythm, []).append(f"{incident.on_button.lower()}{without}")
    safe = family.codes[catalogue.incidents[ALL_CLEAR].rhythm].rhythm
    ordered = sorted(names, key=lambda each: (each == safe, each.ending is Ending.TITIR, each.strokes))
    rows = [(each, f"**{', '.join(names[each])}**{_HOW[each.ending]}") for each in ordered]
    notes = ["Satu titik: satu pukulan. Jarak: berhenti sebentar. Kode bahaya didahului sirene.", *steady,
             f"**{_taps(family.codes[PATROL].rhythm)} tanpa sirene**: ronda."]
    said = "; pengumumannya diawali dan diakhiri kata “latihan”" if box.has_voice else ""
    notes.append(f"**Latihan: sirene tiga kali pendek**{said}.")
    return Section("KODE KENTONGAN", (Codes(tuple(rows)), Steps((" ".join(notes),))))


def _taps(rhythm: Rhythm) -> str:
    """The round in words: as dots it would look like the code of an alarm, which is not as slow."""
    groups = [1]
    for spaces in rhythm.spaces:
        groups = [*groups, 1] if spaces else [*groups[:-1], groups[-1] + 1]
    counts = [len(groups)] if set(groups) == {1} else groups
    return f"{', lalu '.join(_NUMBERS.get(each, str(each)) for each in counts)} ketukan kecil".capitalize()


def _seconds(hold_s: float) -> str:
    """A button's time, as people say it."""
    whole = round(hold_s)
    if abs(hold_s - whole) < 0.05 and whole in _NUMBERS:
        return f"{_NUMBERS[whole]} detik"
    return f"{hold_s:g}".replace(".", ",") + " detik"


def texts(found: Page) -> Sequence[str]:
    """Every text of *found*, in its order, without its marks."""
    result = [found.title]
    for part in found.sections:
        result.append(part.title)
        for block in part.blocks:
            match block:
                case Steps(texts=lines) | Buttons(labels=lines):
                    result += lines
                case Lamps(rows=rows):
                    result += [" ".join(row) for row in rows]
                case Codes(rows=codes):
                    result += [meaning for _, meaning in codes]
    return [each.replace("**", "") for each in result]
