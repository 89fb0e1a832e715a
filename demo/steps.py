"""The tour, as data: what is done, and what each of the seven posts ought to do. By hand; must not ask the code.

Who hears whom is read off the map, not computed: Kalibagor borders Kotakan and Talkandang; Patokan borders Dawuhan
and Olean; Dawuhan borders Talkandang, too; the Polsek hears everyone. A post that a step does not name stays quiet.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from demo.expect import AgeCounted, AtRest, Expectation, GoesOn, Logged, Quiet, Says, Told
from demo.expect_pins import Beats, Lit, OwnSiren, SirenOn, Stops

PATOKAN, DAWUHAN, KALIBAGOR = "patokan.pos-1", "dawuhan.pos-1", "kalibagor.pos-1"
KOTAKAN, TALKANDANG, OLEAN, POLSEK = "kotakan.pos-1", "talkandang.pos-1", "olean.pos-1", "patokan.polsek"
ALL = (PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN, TALKANDANG, OLEAN, POLSEK)

# The published codes, by hand. ●●‖: two strokes and a pause; ●●●●‖: four. ● ●●●●●●● ●: one, seven, one (doro muluk).
TWO = Beats((0.30, 1.20, 0.30, 1.20))
FOUR = Beats((0.30, 0.30, 0.30, 1.20))
DORO_MULUK = Beats((0.75, 0.30, 0.30, 0.30, 0.30, 0.30, 0.30, 0.75), once=True)


@dataclass(frozen=True, slots=True)
class Publish:
    """A `mosquitto_pub` line: the topic below the district's, and the options after it."""

    topic: str
    options: tuple[str, ...] = ("-n",)


@dataclass(frozen=True, slots=True)
class Hold:
    """A volunteer holds a button."""

    post: str
    button: str


@dataclass(frozen=True, slots=True)
class KillBroker:
    """The broker dies, as in a power cut; Patokan's line dies with it."""


@dataclass(frozen=True, slots=True)
class StartBroker:
    """The broker is back; when all others are linked again, so is Patokan's line.

    Without a posko, who is not linked when an alarm is published does not learn of it; so the line comes last.
    """


Act = Publish | Hold | KillBroker | StartBroker


@dataclass(frozen=True, slots=True)
class Step:
    """Something is done, and each post does what is `expected` of it, within `wait_s`, or stays quiet.

    `look` tells people what to look at. `dwell_s` is how long what must not happen is waited for; `linger_s` is added
    where people look on.
    """

    title: str
    english: str
    look: str
    acts: tuple[Act, ...]
    expected: Mapping[str, tuple[Expectation, ...]]
    wait_s: float = 4.0
    dwell_s: float = 0.3
    linger_s: float = 0.0

    def of(self, post: str) -> tuple[Expectation, ...]:
        """What is expected of *post*."""
        return self.expected.get(post, (Quiet(),))


def _rings(incident: str, village: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    told = Told("sounding", {"incident": incident, "village": village})
    return dict.fromkeys(posts, (SirenOn(), Says(incident, village), told))


def _cleared(
    incident: str, village: str, *posts: str, within_s: float = 1.0
) -> dict[str, tuple[Expectation, ...]]:
    told = Told("cleared", {"incident": incident, "village": village})
    return dict.fromkeys(posts, (told, Stops(within_s), DORO_MULUK, AtRest()))


def _refuses(reason: str, *posts: str) -> dict[str, tuple[Expectation, ...]]:
    return dict.fromkeys(posts, (Told("refused", {"reason": reason}), Quiet()))


def _also(expected: Mapping[str, tuple[Expectation, ...]], *more: Expectation) -> dict[str, tuple[Expectation, ...]]:
    return {post: (*each, *more) for post, each in expected.items()}


THEFT = Step(
    "Pencurian di Kalibagor: tetangga ikut berbunyi", "A theft in Kalibagor: the neighbours sound, too",
    "lima detik sirene, lalu irama ●● ●●: pencuri · the siren, then two-two: a thief",
    (Publish("kalibagor/alarm/pencurian", ("-m", "rumah Pak RT 3")),),
    {
        **_rings("pencurian", "kalibagor", KOTAKAN, POLSEK),
        **_also(_rings("pencurian", "kalibagor", KALIBAGOR, TALKANDANG), TWO),
    },
    wait_s=12.0,
)
THEFT_OVER = Step(
    "Kalibagor aman", "All-clear for Kalibagor",
    "kode aman ● ●●●●●●● ●, doro muluk · the safe code: one, seven, one",
    (Publish("kalibagor/alarm/aman"),),
    _cleared("pencurian", "kalibagor", KALIBAGOR, KOTAKAN, TALKANDANG, POLSEK),
    wait_s=8.0,
)
PRESS = Step(
    "Relawan menahan tombol kebakaran di Olean", "A volunteer holds the fire button in Olean",
    "lampu k saat disentuh, sirene sesudah sedetik · lamp at the touch, siren after a second",
    (Hold(OLEAN, "kebakaran"),),
    {
        OLEAN: (OwnSiren(), Lit("kebakaran"), Says("kebakaran", "olean"), Told("pressed"), Told("published")),
        **_rings("kebakaran", "olean", PATOKAN, POLSEK),
    },
    linger_s=8.0,
)
PRESS_OVER = Step(
    "Olean aman, dari tombol di pos itu juga", "All-clear for Olean, from the same post's button",
    "Patokan dan Polsek ikut berhenti · Patokan and the Polsek stop, too",
    (Hold(OLEAN, "aman"),),
    {
        **_cleared("kebakaran", "olean", PATOKAN, POLSEK, within_s=3.0),  # of which two are holding
        **_also(_cleared("kebakaran", "olean", OLEAN, within_s=3.0), Told("pressed", {"incident": "aman"})),
    },
    wait_s=8.0,
)
DISASTER = Step(
    "Bencana: semua desa dan kelurahan", "A disaster: every village",
    "sirene di ketujuh pos, lalu ●●●● · all seven sirens, then four strokes",
    (Publish("semua/alarm/bencana", ("-m", "banjir bandang, naik ke bukit")),),
    {
        **_rings("bencana", "semua", *ALL),
        **_also(_rings("bencana", "semua", PATOKAN, TALKANDANG), FOUR),
    },
    wait_s=12.0, linger_s=2.0,
)
DISASTER_OVER = Step(
    "Semua aman", "All-clear for everyone",
    "● ●●●●●●● ● di ketujuh pos · the safe code at all seven posts",
    (Publish("semua/alarm/aman"),),
    _cleared("bencana", "semua", *ALL),
    wait_s=8.0,
)
LOWER = Step(
    "Pencurian di Dawuhan …", "A theft in Dawuhan …",
    "Dawuhan, Patokan, Talkandang, Polsek: ●● · theft, at four posts",
    (Publish("dawuhan/alarm/pencurian", ("-m", "sepeda motor")),),
    _rings("pencurian", "dawuhan", DAWUHAN, PATOKAN, TALKANDANG, POLSEK),
    linger_s=2.0,
)
HIGHER = Step(
    "… lalu kebakaran di Talkandang: yang lebih gawat didahulukan",
    "… then a fire in Talkandang: the more urgent one goes first",
    "Patokan bukan tetangga Talkandang: tetap ●● · Patokan is no neighbour: still two-two",
    (Publish("talkandang/alarm/kebakaran", ("-m", "pasar")),),
    {
        **_also(
            _rings("kebakaran", "talkandang", TALKANDANG, DAWUHAN, POLSEK),
            Told("preempted", {"incident": "pencurian", "village": "dawuhan"}),
        ),
        **_rings("kebakaran", "talkandang", KALIBAGOR),
        PATOKAN: (GoesOn("pencurian", "dawuhan"),),
    },
    linger_s=8.0,
)
BOTH_OVER = Step(
    "Semua aman", "All-clear for everyone",
    "kebakaran dan pencurian berakhir bersama · both end",
    (Publish("semua/alarm/aman"),),
    {
        **dict.fromkeys((KOTAKAN, OLEAN), (DORO_MULUK, AtRest())),
        **_cleared("kebakaran", "talkandang", KALIBAGOR),
        **_cleared("pencurian", "dawuhan", PATOKAN),
        **_also(
            _cleared("kebakaran", "talkandang", TALKANDANG, DAWUHAN, POLSEK),
            Told("cleared", {"incident": "pencurian", "village": "dawuhan"}),
        ),
    },
    wait_s=8.0,
)
BAD_PAYLOAD = Step(
    "Pesan rusak: ditolak, dan dikatakan mengapa", "A bad payload: refused, and the reason is told",
    "tidak ada yang berbunyi · nothing sounds",
    (Publish("kalibagor/alarm/pencurian", ("-m", '{"status": "Actual"')),),
    _refuses("JSON", KALIBAGOR, KOTAKAN, TALKANDANG, POLSEK),
    dwell_s=1.0, linger_s=2.0,
)
TYPO = Step(
    "Salah ketik: pencurain", "A typo: did you mean pencurian?",
    "ditolak, dengan saran · refused, with a suggestion",
    (Publish("kotakan/alarm/pencurain"),),
    _refuses("did you mean pencurian", KOTAKAN, POLSEK),
    dwell_s=1.0, linger_s=2.0,
)
BROKER_DIES = Step(
    "Broker mati, tombol ditekan di Patokan: sirene sendiri tetap berbunyi",
    "The broker dies, a button is held in Patokan: its own siren sounds all the same",
    "hanya Patokan yang berbunyi; alarmnya disimpan · only Patokan sounds; the alarm is kept",
    (KillBroker(), Hold(PATOKAN, "pencurian")),
    {PATOKAN: (OwnSiren(), Lit("pencurian"), Logged("sounding", {"incident": "pencurian", "village": "patokan"}))},
    dwell_s=1.0, linger_s=2.0,
)
BROKER_BACK = Step(
    "Broker kembali: alarm yang tertunda sampai, dengan umurnya",
    "The broker is back: the kept alarm arrives, and says its age",
    "Dawuhan, Olean, Polsek menyusul · the others follow",
    (StartBroker(),),
    {
        PATOKAN: (Says("pencurian", "patokan"), Told("pressed", {"incident": "pencurian"}), AgeCounted()),
        **dict.fromkeys((DAWUHAN, OLEAN, POLSEK), (
            SirenOn(within_s=20.0), Says("pencurian", "patokan"),
            Told("sounding", {"incident": "pencurian", "village": "patokan"}),
        )),
    },
    wait_s=15.0, linger_s=2.0,
)
PATOKAN_OVER = Step(
    "Patokan aman: kode doro muluk, lalu sunyi", "All-clear for Patokan: the safe code, then silence",
    "● ●●●●●●● ●, lalu sunyi · one, seven, one, then silence",
    (Publish("patokan/alarm/aman"),),
    _cleared("pencurian", "patokan", PATOKAN, DAWUHAN, OLEAN, POLSEK),
    wait_s=8.0,
)

TOUR = (
    THEFT, THEFT_OVER, PRESS, PRESS_OVER, DISASTER, DISASTER_OVER, LOWER, HIGHER, BOTH_OVER, BAD_PAYLOAD, TYPO,
    BROKER_DIES, BROKER_BACK, PATOKAN_OVER,
)
