"""The tour, as data: what is done, and what each of the seven posts ought to do, and the hub.

Written by hand; must not ask the code. A post that a step does not name stays quiet.
"""

from demo.expect import AtRest, GoesOn, Says, Told
from demo.expect_hub import Lists
from demo.expect_pins import Lit, NoSiren, OwnSiren
from demo.ought import (
    DAWUHAN,
    DORO_MULUK,
    KALIBAGOR,
    KOTAKAN,
    OLEAN,
    PATOKAN,
    PATROL,
    POLSEK,
    TALKANDANG,
    TWO,
    also,
    cleared,
    refuses,
    rings,
)
from demo.outages import BROKER_BACK, BROKER_DIES, DISASTER, DISASTER_OVER, HUB_BACK, HUB_DIES, PATOKAN_OVER, POWER_BACK
from demo.step import Hold, Publish, Step, Tap

THEFT = Step(
    "Pencurian di Kalibagor: tetangga ikut berbunyi", "A theft in Kalibagor: the neighbours sound, too",
    "lima detik sirene, lalu irama ●● ●●: pencuri · the siren, then two-two: a thief",
    (Publish("kalibagor/alarm/pencurian", ("-m", "rumah Pak RT 3")),),
    {
        **rings("pencurian", "kalibagor", KOTAKAN, POLSEK),
        **also(rings("pencurian", "kalibagor", KALIBAGOR, TALKANDANG), TWO),
    },
    (Lists((("pencurian", "kalibagor"),)), Told("proven", {"incident": "pencurian"})),
    wait_s=12.0,
)
THEFT_OVER = Step(
    "Kalibagor aman", "All-clear for Kalibagor",
    "kode aman ● ●●●●●●● ●, doro muluk · the safe code: one, seven, one",
    (Publish("kalibagor/alarm/aman"),),
    cleared("pencurian", "kalibagor", KALIBAGOR, KOTAKAN, TALKANDANG, POLSEK),
    (Lists(), Told("cleared", {"incident": "pencurian", "village": "kalibagor"})),
    wait_s=8.0,
)
ROUND = Step(
    "Ronda di Patokan: tombol aman disentuh sebentar, tanpa sirene",
    "The watch's round in Patokan: a short touch of the all-clear's button, no siren",
    "●   ●   ● pelan, di Patokan dan Polsek; posko mencatat · three slow strokes; the hub writes it down",
    (Tap(PATOKAN, "aman"),),
    {
        PATOKAN: (Told("ronda", {"village": "patokan", "origin": "button"}), PATROL, NoSiren(), AtRest()),
        POLSEK: (Told("ronda", {"village": "patokan", "origin": "network"}), PATROL, NoSiren(), AtRest()),
    },
    (Told("ronda", {"village": "patokan", "origin": "patokan/pos-1"}), Lists()),
    wait_s=10.0,
)
PRESS = Step(
    "Relawan menahan tombol kebakaran di Olean", "A volunteer holds the fire button in Olean",
    "lampu k saat disentuh, sirene sesudah sedetik · lamp at the touch, siren after a second",
    (Hold(OLEAN, "kebakaran"),),
    {
        OLEAN: (
            OwnSiren(), Lit("kebakaran"), Says("kebakaran", "olean"),
            Told("pressed"), Told("published"), Told("listed"),
        ),
        **rings("kebakaran", "olean", PATOKAN, POLSEK),
    },
    (Lists((("kebakaran", "olean"),)), Told("proven", {"incident": "kebakaran"})),
    linger_s=8.0,
)
PRESS_OVER = Step(
    "Olean aman, dari tombol di pos itu juga", "All-clear for Olean, from the same post's button",
    "Patokan dan Polsek ikut berhenti · Patokan and the Polsek stop, too",
    (Hold(OLEAN, "aman"),),
    {
        **cleared("kebakaran", "olean", PATOKAN, POLSEK, within_s=3.0),  # of which two are holding
        **also(cleared("kebakaran", "olean", OLEAN, within_s=3.0), Told("pressed", {"incident": "aman"})),
    },
    (Lists(), Told("cleared", {"incident": "kebakaran", "village": "olean"})),
    wait_s=8.0,
)
LOWER = Step(
    "Pencurian di Dawuhan …", "A theft in Dawuhan …",
    "Dawuhan, Patokan, Talkandang, Polsek: ●● · theft, at four posts",
    (Publish("dawuhan/alarm/pencurian", ("-m", "sepeda motor")),),
    rings("pencurian", "dawuhan", DAWUHAN, PATOKAN, TALKANDANG, POLSEK),
    (Lists((("pencurian", "dawuhan"),)), Told("proven", {"incident": "pencurian"})),
    linger_s=2.0,
)
HIGHER = Step(
    "… lalu kebakaran di Talkandang: yang lebih gawat didahulukan",
    "… then a fire in Talkandang: the more urgent one goes first",
    "Patokan bukan tetangga Talkandang: tetap ●● · Patokan is no neighbour: still two-two",
    (Publish("talkandang/alarm/kebakaran", ("-m", "pasar")),),
    {
        **also(
            rings("kebakaran", "talkandang", TALKANDANG, DAWUHAN, POLSEK),
            Told("preempted", {"incident": "pencurian", "village": "dawuhan"}),
        ),
        **rings("kebakaran", "talkandang", KALIBAGOR),
        PATOKAN: (GoesOn("pencurian", "dawuhan"),),
    },
    (Lists((("kebakaran", "talkandang"), ("pencurian", "dawuhan"))), Told("proven", {"incident": "kebakaran"})),
    linger_s=8.0,
)
BOTH_OVER = Step(
    "Semua aman", "All-clear for everyone",
    "kebakaran dan pencurian berakhir bersama · both end",
    (Publish("semua/alarm/aman"),),
    {
        **dict.fromkeys((KOTAKAN, OLEAN), (DORO_MULUK, AtRest())),
        **cleared("kebakaran", "talkandang", KALIBAGOR),
        **cleared("pencurian", "dawuhan", PATOKAN),
        **also(
            cleared("kebakaran", "talkandang", TALKANDANG, DAWUHAN, POLSEK),
            Told("cleared", {"incident": "pencurian", "village": "dawuhan"}),
        ),
    },
    (Lists(), Told("cleared", {"incident": "kebakaran"}), Told("cleared", {"incident": "pencurian"})),
    wait_s=8.0,
)
BAD_PAYLOAD = Step(
    "Pesan rusak: ditolak, dan dikatakan mengapa", "A bad payload: refused, and the reason is told",
    "tidak ada yang berbunyi · nothing sounds",
    (Publish("kalibagor/alarm/pencurian", ("-m", '{"status": "Actual"')),),
    refuses("JSON", KALIBAGOR, KOTAKAN, TALKANDANG, POLSEK),
    (Told("refused", {"reason": "JSON"}), Lists()),
    dwell_s=1.0, linger_s=2.0,
)
TYPO = Step(
    "Salah ketik: pencurain", "A typo: did you mean pencurian?",
    "ditolak, dengan saran · refused, with a suggestion",
    (Publish("kotakan/alarm/pencurain"),),
    refuses("did you mean pencurian", KOTAKAN, POLSEK),
    (Told("refused", {"reason": "did you mean pencurian"}), Lists()),
    dwell_s=1.0, linger_s=2.0,
)
TOUR = (
    THEFT, THEFT_OVER, ROUND, PRESS, PRESS_OVER, DISASTER, POWER_BACK, HUB_DIES, HUB_BACK, DISASTER_OVER, LOWER, HIGHER,
    BOTH_OVER, BAD_PAYLOAD, TYPO, BROKER_DIES, BROKER_BACK, PATOKAN_OVER,
)
