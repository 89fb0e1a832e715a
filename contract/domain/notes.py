"""An alarm's note, as a loudspeaker may say it: whether it is plain words, and how a synthesiser is given them. Pure.

    "Jl. Merdeka No. 10, RT 03/RW 05, jam 10.30"  ──>  "Jalan Merdeka nomor 10, RT 3 RW 5, jam 10:30."

Notes come from other villages' boxes and from whoever may raise an alarm there. So what is not plain is not said at
all: addresses of the web, telephone numbers, other scripts, pictures, whatever could mean something to the synthesiser
itself (`[[`, `<`), and words that would take back the alarm ("sudah aman"). What espeak-ng's Indonesian (1.51, 1.52)
reads badly is written otherwise: at the full stop of an abbreviation it ends the sentence, it says "titik" in 10.30 and
"garis miring" for a slash, and runs SPBU into one word (seen as phonemes).
"""

import re
import unicodedata

from contract.values import dataclass

MOST = 100  # characters of a note that is said: some eight seconds
_LONGEST_WORD = 24
_DIGITS = 7  # so many in a row, or with hyphens and blanks between them, are a telephone number
_PLAIN = re.compile(r"[A-Za-z0-9\u00c0-\u00ff .,:;!?'’()/&%+\"-]")
# What would take back the alarm that was just called, written in whatever way. "Salah satu" is "one of them".
_CONTRARY = re.compile(
    r"(?<![a-z])(?:aman|latihan|simulasi|gladi|uji ?coba|percobaan|test?|batal|(?:tidak|gak|nggak) jadi|selesai|palsu"
    r"|bohong|ho(?:ax|aks)|keliru|kepencet|salah (?:tekan|pencet|kirim|orang))(?![a-z])"
)
_SPELT = re.compile(r"(?<![^\W_])([^\W\d_])[ .'-]+(?=[^\W\d_](?![^\W_]))")  # a letter before another that stands alone
_TAKEN_FOR = "which could be taken for the alarm's end or an exercise"
_WEB = re.compile(r"://|www\.|\.(?:com|net|org|id|go|info)\b", re.IGNORECASE)
_NUMBER = re.compile(rf"\d(?:[ ()-]{{0,2}}\d){{{_DIGITS - 1},}}")
# A word as Indonesian builds them: consonants that can begin a syllable, a vowel, at most one consonant after it.
_ONSET = r"(?:[bcdfghjklmnpqrstvwxyz]|ng|ny|sy|kh|str|[bpdtkgcf]r|[bpkgfs]l|s[tkpw])"
_SAID = re.compile(rf"(?:{_ONSET}?[aeiou](?:ng|[bcdfghjklmnpqrstvwxyz](?![aeiou]))?)+", re.IGNORECASE)
_CAPITALS = re.compile(r"\b[A-Z]{2,}\b")
_LETTERS = frozenset({"KUA", "BRI", "UGD", "IGD", "UPT", "WIB"})  # that could be words, and are not

# With a full stop only: without it they are words, or may be.
_WITH_STOP = {
    "no": "nomor", "kel": "kelurahan", "kec": "kecamatan", "kab": "kabupaten", "ds": "desa", "dk": "dukuh",
    "kp": "kampung", "lt": "lantai", "h": "haji", "hj": "hajah", "ust": "ustaz", "dr": "dokter", "jend": "jenderal",
}
# With one or without.
_ABBREVIATIONS = {
    "jl": "jalan", "jln": "jalan", "gg": "gang", "dsn": "dusun", "bpk": "bapak", "sdr": "saudara", "sdri": "saudari",
    "tgl": "tanggal", "pkl": "pukul", "dgn": "dengan", "yg": "yang", "utk": "untuk", "krn": "karena", "dlm": "dalam",
    "sdh": "sudah", "blm": "belum", "tdk": "tidak", "msh": "masih", "skrg": "sekarang", "dkt": "dekat",
    "dpn": "depan", "blkg": "belakang", "sblh": "sebelah", "rmh": "rumah", "org": "orang", "mtr": "meter",
    "jgn": "jangan", "kpd": "kepada",
}


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a synthesiser is to say; a sentence."""

    text: str


@dataclass(frozen=True, slots=True)
class NotPlain:
    """Why a note is not said; a clause that follows "the note"."""

    reason: str


def spoken(note: str) -> Spoken | NotPlain:
    """*note*, as it is to be said, or why it is not."""
    written = " ".join(unicodedata.normalize("NFC", note).split())
    if len(written) > MOST:
        return NotPlain(f"is longer than {MOST} characters")
    odd = _PLAIN.sub("", written)
    if odd:
        return NotPlain(f"holds U+{ord(odd[0]):04X}, which is no plain letter")
    if _WEB.search(written):
        return NotPlain("holds an address of the web")
    if _NUMBER.search(written):
        return NotPlain("holds a telephone number")
    if not re.search(r"[A-Za-z0-9\u00c0-\u00ff]", written):
        return NotPlain("holds no word")
    contrary = _CONTRARY.search(_SPELT.sub(r"\1", _bare(written)))
    if contrary:
        return NotPlain(f"holds {contrary[0]}, {_TAKEN_FOR}")
    said = _rewritten(written)
    if any(len(word) > _LONGEST_WORD for word in said.split()):
        return NotPlain(f"holds a word of more than {_LONGEST_WORD} letters")
    return Spoken(said if said[-1] in ".!?" else f"{said}.")


def _bare(text: str) -> str:
    """*text* in small letters without accents."""
    return "".join(each for each in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(each))


def _rewritten(text: str) -> str:
    text = re.sub(r"[\"()]", " ", text.replace("’", "'"))
    text = re.sub(r"\b(RT|RW)\.?\s*[:/]?\s*0*(\d+)", _unit, text, flags=re.IGNORECASE)
    text = re.sub(r"(?<![\d.,:])([01]?\d|2[0-3])\.([0-5]\d)(?![\d.,])", r"\1:\2", text)
    text = re.sub(r"\bRp\.?\s*(\d[\d.]*)", r"\1 rupiah", text, flags=re.IGNORECASE)
    text = re.sub(r"\bdr\b(?!\.)", "dari", text)
    text = re.sub(r"\b([A-Za-z]+)\.(?=\s*\S)", _with_stop, text)
    text = re.sub(r"\b(?:No|Nomor)\b\s*(?=\d)", "nomor ", text, flags=re.IGNORECASE)
    text = re.sub(r"\b([A-Za-z]+)\b\.?", _abbreviation, text)
    text = re.sub(r"(?<=\d)\s*m\b", " meter", text)
    text = re.sub(r"(?<=\d)\s*km\b|\bkm\b(?=\s*\d)", " kilometer", text, flags=re.IGNORECASE)
    text = re.sub(r"(?<=\d)\s*-\s*(?=\d)", " sampai ", text)
    text = re.sub(r"([a-z])\1{2,}", r"\1", text, flags=re.IGNORECASE)
    text = text.replace("&", " dan ").replace("+", " dan ").replace("/", " ")
    is_shouted = not re.search(r"[a-z]", text)
    text = _CAPITALS.sub(lambda word: _capitals(word[0], is_shouted=is_shouted), text)
    text = re.sub(r"\s+([.,:;!?])", r"\1", " ".join(text.split()))
    return re.sub(r"^[.,:;!? -]+|[,:;\s-]+$", "", text) or text


def _unit(found: re.Match[str]) -> str:
    """A unit of neighbours and its number, without what a synthesiser would spell."""
    return f"{found[1].upper()} {found[2]}"


def _with_stop(found: re.Match[str]) -> str:
    """An abbreviation that needs its full stop, written out."""
    whole = _WITH_STOP.get(found[1].casefold())
    return found[0] if whole is None else f"{whole} "


def _abbreviation(found: re.Match[str]) -> str:
    whole = _ABBREVIATIONS.get(found[1].casefold())
    return found[0] if whole is None else whole


def _capitals(word: str, *, is_shouted: bool) -> str:
    """A word of capitals: as a word where it can be said as one, else by its letters."""
    as_word = _SAID.fullmatch(word) is not None and word not in _LETTERS
    return word.lower() if as_word and (is_shouted or len(word) > 2) else " ".join(word)
