"""The command `voice`: renders what a node's loudspeaker says, and shows it. Must not sound."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click

from contract.domain import speech as spoken
from contract.domain.district import EVERYWHERE
from contract.settings.schema import SettingsError
from contract.text import escaped
from kentongan.node_settings import CONFIG
from node import config
from node.config import Config
from node.sound.core.render import BREATH_S
from node.sound.espeak import VoiceError, length_s
from node.sound.speech_files import FORMATS, NoEspeakError, Voices, whole
from posko.labels import formats
from posko.labels.language import Language
from runtime import bounded

NONE = "TIDAK ADA (missing)"


@click.command()
@CONFIG
@click.option("--again", is_flag=True, help="Render everything that is not recorded anew.")
def voice(path: Path, *, again: bool) -> None:
    """Render and list what a node's loudspeaker says.

    A sentence is made of pieces, a file each: `Perhatian.`, the incident, the place. A piece without a recording is
    rendered by espeak-ng into the state_dir; a recording is a file PIECE.wav (.ogg, .flac, .mp3) in the folder that
    sound.recordings names. See docs/id/suara.md. Run it as the node's user; a node that runs need not be stopped.

    Exits 0, or 2 where pieces are missing and cannot be rendered.
    """
    found = config.load(path)
    if found.settings.sound is None:
        click.echo("Pos ini tanpa pengeras suara: pengaturannya tidak memuat `sound`. Tidak ada yang dibuat. "
                   "(No loudspeaker: its settings have no `sound`; nothing is rendered.)")
        return
    texts = spoken.texts(found.catalogue, found.district)
    voices = config.voices(found)
    fault = _render(voices, texts, again=again)
    _list(voices, texts)
    _fit(found, voices)
    if fault is not None:
        raise SettingsError([fault])


def _render(voices: Voices, texts: Mapping[str, str], *, again: bool) -> str | None:
    """Renders, and tells of each piece; returns what went wrong."""
    try:
        voices.render(lambda piece, _said: click.echo(f"dibuat (rendered): {piece}: {texts[piece]}"), again=again)
    except NoEspeakError as error:
        return f"espeak-ng belum dipasang; jalankan sudo apt-get install espeak-ng, lalu ulangi perintah ini ({error})"
    except VoiceError as error:
        return f"suara tidak dapat dibuat (the voice cannot be rendered): {error}"
    return None


def _list(voices: Voices, texts: dict[str, str]) -> None:
    """The table of pieces, and what is odd among the recordings."""
    files, recorded = voices.look(), voices.recorded()
    rows = [("potongan (piece)", "dari (from)", "detik (s)", "ucapan (what is said)")]
    rows += [
        (piece, escaped(recorded[piece].name) if piece in recorded else "espeak-ng" if piece in files else NONE,
         _seconds(files.get(piece)), text)
        for piece, text in texts.items()
    ]
    _table(rows)
    known, most = ", ".join(FORMATS), bounded.size(bounded.RECORDING_BYTES)
    for name in voices.unused():
        _warn(f"{escaped(name)}: tidak dipakai (not used); namanya harus nama potongan di atas dengan {known}, isinya "
              f"tidak kosong dan paling besar {most} (its name must be a piece's, with one of these endings, and it "
              f"must hold something, {most} at most)")
    for file in recorded.values():
        if file.suffix.lower() == ".wav" and length_s(file) is None:
            _warn(f"{escaped(file.name)}: panjangnya tidak terbaca; salin lagi, atau simpan sebagai WAV PCM "
                  "(cut off or not PCM: copy it again, or save it as PCM)")


def _fit(found: Config, voices: Voices) -> None:
    """The longest sentence of each incident beside the slot that it has, and a warning if one is longer."""
    slot_s = found.catalogue.cycle.voice_s
    own = {name: each.cycle.voice_s for name, each in found.catalogue.incidents.items() if each.cycle is not None}
    lengths_s = {piece: length_s(file) for piece, file in voices.look().items()}
    places = (*found.district.villages, EVERYWHERE, *sorted(found.district.foreign))
    rows: list[tuple[str, ...]] = [("kejadian (incident)", "tanda bahaya (alarm)", "latihan (exercise)")]
    longest_s = 0.0
    for incident in found.catalogue.incidents:
        cells = [incident]
        for exercise in (False, True):
            sentences = [spoken.sentence(incident, village, exercise=exercise) for village in places]
            most_s, certain = _longest(sentences, lengths_s)
            length = f"{_number(most_s)} detik"
            cells.append("-" if not most_s else length if certain else f"{length} + ?")
            longest_s = max(longest_s, most_s if incident not in own else 0.0)
            if most_s > own.get(incident, most_s):
                _warn(f"tidak muat: {incident} {_number(most_s)} detik; ubah cycle.voice_s-nya di incidents.yaml "
                      f"menjadi {most_s + 0.1:.1f} atau lebih (its sentence does not fit its own slot: raise it)")
        rows.append(tuple(cells))
    click.echo(f"\nKalimat terpanjang, jatahnya {_amount(slot_s)} detik (the longest sentences, and their slot)")
    _table(rows)
    if slot_s == 0:
        _warn("cycle.voice_s di incidents.yaml adalah 0: suara dimatikan (it is 0: nothing is said)")
    elif longest_s > slot_s:
        _warn(f"tidak muat: kalimat terpanjang {_number(longest_s)} detik, jatahnya {_amount(slot_s)} detik; ubah "
              f"cycle.voice_s di incidents.yaml menjadi {longest_s + 0.1:.1f} atau lebih, sama di semua pos "
              "(a sentence does not fit its slot: raise cycle.voice_s, alike at all posts)")
    intro_s, _ = _longest([spoken.intro(exercise=True)], lengths_s)
    if intro_s > spoken.INTRO_S:
        _warn(f"{spoken.EXERCISE}: {_number(intro_s)} detik; sebelum sirene latihan hanya ada waktu "
              f"{_amount(spoken.INTRO_S)} detik; rekam lebih pendek (before an exercise's siren there is less time: "
              "record it shorter)")


def _longest(sentences: list[tuple[str, ...]], lengths_s: Mapping[str, float | None]) -> tuple[float, bool]:
    """The length of the longest of the *sentences* that are whole, in seconds, and whether all of theirs are known."""
    said = [lengths for sentence in sentences if (lengths := whole(sentence, lengths_s))]
    longest_s = max(
        (sum(each or 0.0 for each in lengths) + BREATH_S * (len(lengths) - 1) for lengths in said), default=0.0
    )
    return longest_s, not any(None in lengths for lengths in said)


def _seconds(file: Path | None) -> str:
    if file is None:
        return "-"
    seconds = length_s(file)
    return "?" if seconds is None else _number(seconds)


def _number(value: float) -> str:
    return formats.number(value, 2, Language.ID)


def _amount(value: float) -> str:
    return formats.amount(value, Language.ID)


def _table(rows: Sequence[tuple[str, ...]]) -> None:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        click.echo("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _warn(text: str) -> None:
    click.echo(f"warning: {text}", err=True)
