"""What people and home automation write into an alarm's payload, and what they mean by it. Pure.

    bytes ──> text, and what of it could not be read ──> a word that switches? an exercise? an object?

Home Assistant's switches, sirens and buttons publish ON, OFF, PRESS, true, 1, `{"state":"OFF"}`; an entity without a
value publishes None, unknown or unavailable (seen in its MQTT integration, 2026.2). A Windows editor or shell writes
bytes of Windows-1252 or UTF-16. cmd.exe leaves single quotes around an argument, and takes double ones out of it.
"""

import re
from collections.abc import Iterable, Mapping
from enum import Enum

from contract.text import readable

OFF_ADVICE = "it sounds nothing; to end an alarm publish to …/alarm/aman (all-clear) or …/command/silence"

_QUOTES = "'\"`´‘’“”"
# Blanks, and what programs leave around a text without anybody seeing it: NUL, the byte order mark, blanks of no width.
_BLANKS = " \t\r\n\0\N{NO-BREAK SPACE}\N{ZERO WIDTH NO-BREAK SPACE}\u200b\u200c\u200d\u2060\u3000"
_ON = frozenset({
    "on", "1", "1.0", "true", "yes", "y", "ya", "nyala", "nyalakan", "hidup", "hidupkan", "aktif", "aktifkan", "active",
    "enable", "enabled", "start", "started", "trigger", "triggered", "press", "pressed", "turn_on",
})
_OFF = frozenset({
    "off", "0", "0.0", "-1", "false", "no", "n", "tidak", "mati", "matikan", "padam", "padamkan", "diam", "senyap",
    "hening", "stop", "stopped", "berhenti", "hentikan", "cancel", "canceled", "cancelled", "batal", "batalkan",
    "clear", "cleared", "all-clear", "aman", "sudah aman", "selesai", "salah", "salah tekan", "salah pencet", "disable",
    "disabled", "disarm", "disarmed", "inactive", "idle", "standby", "reset", "silence", "mute", "end", "ended",
    "nonaktif", "nonaktifkan", "release", "released", "turn_off",
})
_NOTHING = frozenset({"none", "null", "nil", "nan", "undefined", "unknown", "unavailable"})
_ZERO = re.compile(r"0+([.,]0+)?")
# Marks around a word that are no part of it: `(OFF)`, `off;`. A minus is: -1 is no 1.
_MARKS = ".,;:!?()<>*#~=…"
# What takes an alarm back, with nothing besides but _POLITE words: `maaf, salah tekan`, `matikan sirine pak`. What may
# be a call for help is in neither: mati (dead), padamkan (put the fire out), tolong (help).
_TAKEN_BACK = frozenset({
    "batal", "batalkan", "dibatalkan", "tidak jadi", "tdk jadi", "gak jadi", "ga jadi", "nggak jadi", "ndak jadi",
    "salah", "salah tekan", "salah pencet", "kepencet", "keliru", "palsu", "matikan", "hentikan",
    "stop", "aman", "selesai", "off", "cancel", "false", "mistake", "hoaks", "hoax",
})
_POLITE = frozenset({
    "maaf", "sori", "sorry", "ya", "yaa", "pak", "bu", "mas", "mbak", "dong", "alarm", "alarmnya", "sirine", "sirene",
    "sirinenya", "sirenenya", "siren", "itu", "ini", "sudah", "udah", "the", "turn", "switch", "turned", "switched",
})
# Members by which programs switch a thing, and those that mark an exercise; both folded as `fold` does.
_SWITCHES = frozenset({
    "state", "value", "on", "power", "switch", "action", "command", "cmd", "enable", "enabled", "active", "alarm",
    "siren", "relay", "output", "payload", "set", "turn", "mode", "type", "messagetype", "data", "message",
})
# What stands before or after such a name: is_on, POWER1 (Tasmota), state_l1, state_left (zigbee2mqtt).
_AFFIXES = re.compile(r"^is|(l?\d+|left|right|center|top|bottom)$")
# Members that hold a switch: {"params": {"switch": "off"}}, {"warning": {"mode": "stop"}}.
_HOLDERS = frozenset({"params", "warning", "desired", "body"})
# Members by which other programs say of which kind a message is, and those that hold text for people.
_DESCRIPTIONS = frozenset({
    "mode", "type", "kind", "category", "jenis", "kategori", "event", "title", "judul", "message", "msg", "text",
    "description", "keterangan", "catatan", "pesan", "isi",
})
_EXERCISES = frozenset({"exercise", "drill", "latihan", "simulasi", "ujicoba", "gladi", "test", "tes"})
# How a note begins that announces an exercise.
_ANNOUNCED = re.compile(
    r"[\W_]*(status\s*[:=]\s*|mode\s*[:=]?\s*)?((ini|hanya|cuma|cuman|sekadar|sekedar|this|is|just|only|an?)[\W_]+){0,4}"
    r"(latihan|latian|simulasi|uji[\s_-]*coba|ge?ladi|tes|test|testing|exercise|drill)(?![^\W\d_])", re.IGNORECASE
)
_CAP_XML = re.compile(r"<(\?xml|([a-z0-9]+:)?alert)\b", re.IGNORECASE)


class Switch(Enum):
    """What a word says to a thing that is switched."""

    ON = "on"
    OFF = "off"
    NOTHING = "nothing"  # a program had no value to send


def decode(payload: bytes) -> tuple[str, str | None]:
    """The text in *payload*, and in words what of it was no UTF-8; None if all of it was.

    Bytes that are no UTF-8 are read as Windows-1252, which is what such bytes are most often.
    """
    encoding, doubt = "utf-8-sig", None
    if payload.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding, doubt = "utf-16", "payload: UTF-16; it was read as such, but use UTF-8"
    try:
        return payload.decode(encoding), doubt
    except UnicodeDecodeError:
        return payload.decode("cp1252", "replace"), "payload: not UTF-8; it was read as Windows-1252"


def unquoted(text: str) -> str:
    """*text* without the quotes and blanks around it that a shell or an editor left."""
    return text.strip(_QUOTES + _BLANKS)


def is_xml(text: str) -> bool:
    """Whether *text* is CAP's own form, XML, which is not read: it may be a Cancel as well as an Alert."""
    return _CAP_XML.match(unquoted(text)) is not None


def switch(found: object) -> Switch | None:
    """What *found*, a payload's text or a member's value, switches; None if it is no such word."""
    if found is None:
        return Switch.NOTHING
    if isinstance(found, bool | int | float):
        return Switch.ON if found == 1 else Switch.OFF if found in (0, -1) else None
    if not isinstance(found, str):
        return None
    word = " ".join(unquoted(readable(found)).strip(_MARKS + _BLANKS).casefold().split())
    if word in _ON:
        return Switch.ON
    if word in _OFF or _ZERO.fullmatch(word) or _takes_back(word):
        return Switch.OFF
    return Switch.NOTHING if word in _NOTHING else None


def _takes_back(phrase: str) -> bool:
    words = [word.strip(_MARKS) for word in phrase[:80].split()]
    return " ".join(word for word in words if word and word not in _POLITE) in _TAKEN_BACK


def announces_exercise(note: str) -> bool:
    """Whether *note* begins by announcing an exercise: `latihan`, `uji coba`, `ini hanya tes`, `(simulasi)`."""
    return _ANNOUNCED.match(unquoted(note)) is not None


def fold(name: str) -> str:
    """The member *name* without regard to capitals, hyphens, blanks and underscores."""
    return re.sub(r"[\s_-]", "", name).casefold()


def is_switch(name: str) -> bool:
    """Whether programs switch a thing by a member called *name*."""
    word = fold(name)
    return word in _SWITCHES or _AFFIXES.sub("", word) in _SWITCHES


def holds_switch(name: str) -> bool:
    """Whether a member called *name* may hold an object by whose members a thing is switched."""
    return is_switch(name) or fold(name) in _HOLDERS


def is_exercise(name: str) -> bool:
    """Whether a member called *name* says that an alarm is an exercise."""
    return fold(name).removeprefix("is") in _EXERCISES


def describes(name: str) -> bool:
    """Whether other programs describe a message, to people or by its kind, in a member called *name*."""
    return fold(name) in _DESCRIPTIONS


def renamed(found: Mapping[str, object], known: Iterable[str]) -> dict[str, object] | str:
    """The members *found*, each under the name among *known* that it has in other letters.

    Where two of them are one and the same, a sentence about that is returned instead.
    """
    names = {fold(name): name for name in known}
    result: dict[str, object] = {}
    for written, value in found.items():
        name = names.get(fold(written), written)
        if name in result:
            return f"the member {name!r} is given twice, in different letters; give it once"
        result[name] = value
    return result
