"""The desk's words, in Bahasa Indonesia with English beside it. Pure; must not draw.

What came from outside is shown within one line, and nothing of it can move a cursor.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from contract.domain.alarm import Key
from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import PATROL, Catalogue
from posko.core.proof import Trouble
from posko.operator.core.orders import Act, Order

LONGEST = 300  # signs of what came from outside
TROUBLES = {
    Trouble.AWAY: "tidak terdengar 30 s atau lebih (not heard for 30 s)",
    Trouble.OFFLINE: "terputus dari broker (offline)",
    Trouble.UNHEARD: "belum pernah terdengar (never heard)",
    Trouble.LOCKED: "terkunci, jaringan tidak didengar (locked: its key keeps the network out)",
    Trouble.SILENCED: "dibungkam di sana (silenced there)",
    Trouble.WAITING: "menunggu, alarm lain berbunyi di sana (waits: another alarm sounds there)",
    Trouble.QUIET: "tersambung tetapi diam (linked, but quiet)",
}
SHORT = {
    Trouble.AWAY: "hilang (away)", Trouble.OFFLINE: "terputus (offline)", Trouble.UNHEARD: "belum terdengar (unheard)",
    Trouble.LOCKED: "terkunci (locked)", Trouble.SILENCED: "dibungkam (silenced)",
    Trouble.WAITING: "menunggu (waiting)", Trouble.QUIET: "diam (quiet)",
}
STATES = {
    "ready": "siaga", "sounding": "BERBUNYI", "silenced": "dibungkam", "locked": "terkunci", "fault": "gangguan",
    "offline": "terputus", "away": "hilang", "unheard": "belum terdengar",
}
ENGLISH = {
    "ready": "ready", "sounding": "SOUNDING", "silenced": "silenced", "locked": "locked", "fault": "fault",
    "offline": "offline", "away": "away", "unheard": "never heard",
}
# What ends well, for each act; and what does not.
GOOD = {
    Act.ALARM: "berbunyi (rings)", Act.CLEAR: "diam (quiet)", Act.SILENCE: "diam (quiet)", Act.TEST: "baik (well)",
}
BAD = {
    Act.ALARM: "TIDAK berbunyi (does NOT ring)", Act.CLEAR: "MASIH berbunyi (STILL sounds)",
    Act.SILENCE: "MASIH berbunyi (STILL sounds)", Act.TEST: "TIDAK baik (NOT well)",
}
THINGS = {
    Act.ALARM: ("alarm", "alarm"), Act.CLEAR: ("tanda aman", "all-clear"), Act.SILENCE: ("perintah diam", "silence"),
    Act.TEST: ("perintah uji diri", "self-test"),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What people call the district's posts, villages and incidents."""

    district: str
    villages: Mapping[str, str]
    posts: Mapping[str, str]
    labels: Mapping[str, str]
    english: Mapping[str, str]

    def post(self, post: str) -> str:
        """A post by its name in topics and its name for people."""
        return f"{clean(post)}, {self.posts.get(post, 'tak terdaftar (unlisted)')}"

    def place(self, village: str) -> str:
        """A village, for people."""
        return "semua desa" if village == EVERYWHERE else self.villages.get(village, clean(village))

    def alarm(self, key: Key) -> str:
        """What is reported where."""
        return f"{self.labels.get(key.incident, clean(key.incident))} di {self.place(key.village)}"


def names(district: District, catalogue: Catalogue) -> Names:
    """The names in *district* and *catalogue*."""
    return Names(
        district=district.name,
        villages={slug: village.name for slug, village in district.villages.items()},
        posts={f"{slug}/{name}": post.name for slug, village in district.villages.items()
               for name, post in village.posts.items()},
        labels={PATROL: "Ronda", **{name: each.label for name, each in catalogue.incidents.items()}},
        english={PATROL: "Watch's round", **{name: each.english for name, each in catalogue.incidents.items()}},
    )


def title(order: Order, called: Names) -> str:
    """What is ordered."""
    village, incident = order.key
    place = called.place(village)
    where = "all villages" if village == EVERYWHERE else place
    exercise = ("LATIHAN ", "EXERCISE: ") if order.exercise else ("", "")
    match order.act:
        case Act.ALARM:
            note = f": {clean(order.note)}" if order.note else ""
            label, english = called.labels.get(incident, incident), called.english.get(incident, incident)
            return f"{exercise[0]}{label} di {place} ({exercise[1]}{english} in {where}){note}"
        case Act.CLEAR:
            return f"{exercise[0]}Aman di {place} ({exercise[1]}all-clear in {where})"
        case Act.SILENCE:
            return f"Diam di {place} (silence in {where})"
        case Act.TEST:
            how, english = ("dengan satu ketukan pelan", "with one quiet stroke") if order.knock else (
                "tanpa bunyi", "silent")
            return f"Uji diri {how} di {place} (self-test in {where}, {english})"


def trouble(why: Trouble | None, reasons: Iterable[str] = ()) -> str:
    """What keeps a post from what was ordered, and what it said of it."""
    found = [*([TROUBLES[why]] if why is not None else []), *map(clean, reasons)]
    return "; ".join(found) or "kabar terakhirnya berbunyi, kini tidak menjawab (no answer since its last word)"


def state(word: str) -> str:
    """A post's state."""
    return f"{STATES[word]} ({ENGLISH[word]})" if word in STATES else clean(word)


def after(seconds: float | None) -> str:
    """How long after the order something was so."""
    return "sudah sebelumnya (already)" if seconds is None else f"{seconds:.2f} s"


def length(seconds: float) -> str:
    """A length of time, short: 9 s, 4:05, 2 jam."""
    whole = max(0, int(seconds))
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60}:{whole % 60:02}" if whole < 3600 else f"{whole // 3600} jam"


def when(epoch_s: float | None, now_s: float) -> str:
    """An instant of today by its time, of another day by its date; both in seconds since the epoch."""
    if epoch_s is None:
        return ""
    try:
        there, here = datetime.fromtimestamp(epoch_s).astimezone(), datetime.fromtimestamp(now_s).astimezone()
    except (ValueError, OverflowError, OSError):
        return "?"
    return f"{there:%H:%M:%S}" if there.date() == here.date() else f"{there:%Y-%m-%d}"


def clean(found: object) -> str:
    """*found*, from outside, as part of one printable line."""
    text = " ".join(str(found).split())
    text = "".join(sign if sign.isprintable() else "\N{REPLACEMENT CHARACTER}" for sign in text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
