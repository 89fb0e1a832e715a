"""The words of a report, in Bahasa Indonesia, and the names of the district's places. Pure; must not draw."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from contract.domain.alarm import Status
from contract.domain.district import EVERYWHERE, District
from contract.domain.incidents import Catalogue
from posko.core.effects import End
from posko.report.core.history import UNDATED, Alarm, Dated
from posko.report.core.rounds import OPERATOR, Round

MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli", "Agustus", "September", "Oktober",
          "November", "Desember")
NAMELESS = "tanpa nama"
MARKS = {Dated.SYNCED: "", Dated.UNSYNCED: "~", Dated.BEFORE: "<"}
LEGEND = {
    Dated.UNSYNCED: "~ jam posko atau pos belum sinkron saat itu, jadi waktunya mungkin meleset",
    Dated.BEFORE: "< terjadi sebelum waktu itu; kapan tepatnya tidak diketahui",
}
_ENDS = {
    End.FINISHED: "waktu habis", End.CLEARED: "aman", End.EARNEST: "menjadi nyata", End.LATE: "terlambat",
    End.UNKNOWN: "tidak diketahui",
}
_ORIGINS = {"button": "tombol", "schedule": "jadwal", OPERATOR: "operator"}


@dataclass(frozen=True, slots=True)
class Names:
    """What people call incidents, villages and posts; what has no name (any more) is called by its slug."""

    incidents: Mapping[str, str]
    villages: Mapping[str, str]
    posts: Mapping[str, str]

    def incident(self, slug: str) -> str:
        """The label of an incident."""
        return self.incidents.get(slug, slug) or "?"

    def village(self, slug: str) -> str:
        """The name of a village."""
        return self.villages.get(slug, slug) or "?"

    def who(self, origin: str) -> str:
        """The name of a post, or of whoever else it was."""
        return self.posts.get(origin, origin) or NAMELESS


def names(district: District, catalogue: Catalogue) -> Names:
    """The names of *district* and *catalogue*. Posts of one name are told apart by their slugs."""
    posts = {f"{slug}/{node}": post.name for slug, village in district.villages.items()
             for node, post in village.posts.items()}
    many = Counter(posts.values())
    return Names(
        {slug: incident.label for slug, incident in catalogue.incidents.items()},
        {EVERYWHERE: "semua desa", **{slug: village.name for slug, village in district.villages.items()}},
        {post: name if many[name] == 1 else f"{name} ({post})" for post, name in posts.items()},
    )


def month(name: str) -> str:
    """The month *name*, such as `2026-11`, as a heading."""
    return "Tanpa tanggal" if name == UNDATED else f"{MONTHS[int(name[5:7]) - 1]} {name[:4]}"


def when(at: datetime | None, dated: Dated) -> str:
    """A day and an hour below the heading of their month."""
    return "?" if at is None else f"{MARKS[dated]}{at:%d-%m %H:%M}"


def night(begun: date | None) -> str:
    """The two dates of a night."""
    if begun is None:
        return "?"
    ended = begun + timedelta(days=1)
    return f"{begun:%d}-{ended:%d} {MONTHS[begun.month - 1]}" if begun.month == ended.month else (
        f"{begun:%d} {MONTHS[begun.month - 1]}-{ended:%d} {MONTHS[ended.month - 1]}")


def hour(each: Round) -> str:
    """The hour of a round, and what made it known."""
    at = "?" if each.at is None else f"{MARKS[each.dated]}{each.at:%H:%M}"
    return f"{at} {_ORIGINS.get(each.origin, each.origin)}"


def status(alarm: Alarm) -> str:
    """In earnest or not."""
    return {Status.ACTUAL: "nyata", Status.EXERCISE: "latihan", Status.TEST: "uji"}[alarm.status]


def end(alarm: Alarm) -> str:
    """How an alarm ended."""
    if alarm.end is not None:
        return f"{_ENDS[alarm.end]}{' (palsu)' if alarm.false else ''}"
    return "MASIH BERLAKU" if alarm.in_force else "tidak tercatat"


def sirens(alarm: Alarm) -> str:
    """After how many seconds the first post sounded, and the last."""
    if alarm.first_siren_s is None or alarm.last_siren_s is None:
        return ""
    first, last = f"{alarm.first_siren_s:.1f}", f"{alarm.last_siren_s:.1f}"
    return first if first == last else f"{first} - {last}"


def sounded(alarm: Alarm) -> str:
    """How many posts sounded of how many."""
    return f"{alarm.sounded}/{len(alarm.expected)}" if alarm.expected else ""


def doubt(what: str, identifier: str, columns: tuple[str, ...]) -> str:
    """A row that could not be read whole."""
    return f"peringatan: {what} {identifier or '?'}: {', '.join(columns)} tidak terbaca di jurnal; sisanya ditampilkan"
