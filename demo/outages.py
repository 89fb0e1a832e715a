"""The tour's steps in which something is off: a post's power, the hub, the broker. Data, by hand."""

from demo.expect import AgeCounted, GoesOn, Logged, Off, Quiet, Says, Told
from demo.expect_hub import Lists, ListsAgain
from demo.expect_pins import Lit, OwnSiren, SirenOn, Steady
from demo.ought import ALL, DAWUHAN, FOUR, KALIBAGOR, KOTAKAN, OLEAN, PATOKAN, POLSEK, TALKANDANG, also, cleared, rings
from demo.sight import POSKO
from demo.step import Hold, Kill, KillBroker, Publish, Start, StartBroker, Step

FLOOD = ("bencana", "semua")
OTHERS = tuple(post for post in ALL if post != OLEAN)
# Of four strokes a cycle has: 5 s siren, 1 s rest, five figures of 2.1 s, 1 s rest, 4 s for a voice.
GOES_ON = (GoesOn(*FLOOD), Steady(cycle_s=21.5))
THEIRS = {"incident": "pencurian", "village": "patokan"}

DISASTER = Step(
    "Bencana di semua desa, sewaktu listrik padam di Olean",
    "A disaster in every village, while the power is out in Olean",
    "pesan QoS 0, sekali: Olean tidak mendengarnya · sent once, at QoS 0: Olean misses it",
    (Kill(OLEAN), Publish("semua/alarm/bencana", ("-q", "0", "-m", "banjir bandang, naik ke bukit"))),
    {
        **rings(*FLOOD, *OTHERS),
        **also(rings(*FLOOD, PATOKAN, TALKANDANG), FOUR),
        OLEAN: (Off(),),
    },
    (Lists((FLOOD,)), Told("missing", {"incident": "bencana", "missing": "{'olean/pos-1': 'offline'}"})),
    wait_s=16.0,
)
POWER_BACK = Step(
    "Listrik kembali di Olean: ikut berbunyi dalam 10 detik, dari daftar posko",
    "The power is back in Olean: it rings within 10 s, from the hub's list",
    "sekarang ketujuh pos berbunyi · now all seven posts sound",
    (Start(OLEAN),),
    {
        **dict.fromkeys(OTHERS, GOES_ON),
        OLEAN: (SirenOn(within_s=10.0), Says(*FLOOD), Told("sounding", {"incident": "bencana", "origin": "hub"})),
    },
    (Lists((FLOOD,)), Told("proven", {"incident": "bencana"})),
    wait_s=12.0, linger_s=2.0,
)
HUB_DIES = Step(
    "Posko mati di tengah alarm: tidak ada yang berubah", "The hub dies in mid-alarm: nothing changes",
    "ketujuh pos berbunyi terus · all seven posts sound on",
    (Kill(POSKO.name),),
    dict.fromkeys(ALL, GOES_ON),
    (Off(),),
    dwell_s=3.0,
)
HUB_BACK = Step(
    "Posko kembali: alarm yang sama diteruskan, dengan nama yang sama",
    "The hub is back: it lists the same alarm, by the same name",
    "tetap tidak ada yang berubah · still nothing changes",
    (Start(POSKO.name),),
    dict.fromkeys(ALL, GOES_ON),
    (ListsAgain(), Lists((FLOOD,)), Told("restored", {"incident": "bencana"})),
    wait_s=8.0, dwell_s=1.0, linger_s=2.0,
)
DISASTER_OVER = Step(
    "Semua aman", "All-clear for everyone",
    "● ●●●●●●● ● di ketujuh pos · the safe code at all seven posts",
    (Publish("semua/alarm/aman"),),
    cleared("bencana", "semua", *ALL),
    (Lists(), Told("cleared", {"incident": "bencana"})),
    wait_s=8.0,
)
BROKER_DIES = Step(
    "Broker mati, tombol ditekan di Patokan: sirene sendiri tetap berbunyi",
    "The broker dies, a button is held in Patokan: its own siren sounds all the same",
    "hanya Patokan yang berbunyi; alarmnya disimpan · only Patokan sounds; the alarm is kept",
    (KillBroker(), Hold(PATOKAN, "pencurian")),
    {PATOKAN: (OwnSiren(), Lit("pencurian"), Logged("sounding", THEIRS))},
    dwell_s=1.0, linger_s=2.0,
)
# If the post is linked before the hub is, its press is heard by nobody, and sent again after 10 s.
BROKER_BACK = Step(
    "Broker kembali: alarm yang tertunda sampai, lewat posko, dengan umurnya",
    "The broker is back: the kept alarm arrives, through the hub, and says its age",
    "Dawuhan, Olean, Polsek menyusul · the others follow",
    (StartBroker(),),
    {
        **dict.fromkeys((KALIBAGOR, KOTAKAN, TALKANDANG), (Logged("linked"), Quiet())),
        PATOKAN: (
            Logged("linked"), Says("pencurian", "patokan"), Told("pressed", {"incident": "pencurian"}), AgeCounted(),
            Told("listed", {"incident": "pencurian"}),
        ),
        **dict.fromkeys((DAWUHAN, OLEAN, POLSEK), (
            Logged("linked"), SirenOn(within_s=20.0), Says("pencurian", "patokan"), Told("sounding", THEIRS),
        )),
    },
    (Logged("linked"), Told("accepted", THEIRS), Lists((("pencurian", "patokan"),))),
    wait_s=22.0, linger_s=2.0,
)
PATOKAN_OVER = Step(
    "Patokan aman: kode doro muluk, lalu sunyi", "All-clear for Patokan: the safe code, then silence",
    "● ●●●●●●● ●, lalu sunyi · one, seven, one, then silence",
    (Publish("patokan/alarm/aman"),),
    cleared("pencurian", "patokan", PATOKAN, DAWUHAN, OLEAN, POLSEK),
    (Lists(), Told("cleared", THEIRS)),
    wait_s=8.0,
)
