"""The tour, as data: what is done, and what is awaited of each of the seven posts, and of the hub.

Written by hand; must not ask the code. Who hears whom is read off the map: Kalibagor borders Kotakan; Talkandang
borders Patokan, Dawuhan and Olean; Patokan borders Dawuhan, too; the Polsek hears everyone. A post that a step does
not name stays silent.
"""

from demo.tour import (
    SAFE_CODE,
    Answer,
    Check,
    Hold,
    Kill,
    KillBroker,
    Phone,
    Publish,
    Start,
    StartBroker,
    Step,
    Tap,
    at_rest,
    ends,
    goes_on,
    no_siren,
    off,
    reports,
    rings,
)
from posko.labels.language import Text
from posko.operator.core.fold import POSKO

PATOKAN, DAWUHAN, KALIBAGOR = "patokan/pos-1", "dawuhan/pos-1", "kalibagor/pos-1"
KOTAKAN, TALKANDANG, OLEAN, POLSEK = "kotakan/pos-1", "talkandang/pos-1", "olean/pos-1", "patokan/polsek"
ALL = (PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN, TALKANDANG, OLEAN, POLSEK)


def at(*posts: str, awaits: tuple[Check, ...]) -> dict[str, tuple[Check, ...]]:
    """The same is awaited of each of *posts*."""
    return dict.fromkeys(posts, awaits)


THEFT = Step(
    Text("Pencurian di Kalibagor: tetangga ikut berbunyi", "A theft in Kalibagor: the neighbours sound, too"),
    Text("lima detik sirene, lalu ●● ●●: maling; Kalibagor dulu, kemudian giliran Kotakan",
         "five seconds of siren, then two-two: a thief; Kalibagor first, then it is Kotakan's turn"),
    (Publish("kalibagor/alarm/pencurian", ("-m", "rumah Pak RT 3")),),
    {
        **at(KALIBAGOR, KOTAKAN, awaits=rings("pencurian", "kalibagor", beaten=5)),
        POLSEK: rings("pencurian", "kalibagor"),
        POSKO: (reports("proven", incident="pencurian"),),
    },
)
THEFT_OVER = Step(
    Text("Kalibagor aman", "All-clear for Kalibagor"),
    Text("kode aman ● ●●●●●●● ●, doro muluk", "the safe code: one, seven, one"),
    (Publish("kalibagor/alarm/aman"),),
    {
        **at(KALIBAGOR, KOTAKAN, POLSEK, awaits=ends("pencurian", "kalibagor")),
        POSKO: (reports("cleared", incident="pencurian", village="kalibagor"),),
    },
)
PATROL = Step(
    Text("Ronda di Patokan: tombol aman ditekan sebentar, tanpa sirene",
         "A patrol in Patokan: a short touch of the all-clear's button, no siren"),
    Text("tiga ketukan kecil di Patokan dan Polsek; dicatat server posko",
         "three small taps, far apart; the hub records it"),
    (Tap(PATOKAN, "aman"),),
    {
        **at(PATOKAN, POLSEK, awaits=(reports("ronda", village="patokan"), reports("finished", incident="patroli"),
                                      no_siren, at_rest)),
        POSKO: (reports("ronda", village="patokan", origin="patokan/pos-1"),),
    },
)
PRESS = Step(
    Text("Relawan menahan tombol kebakaran di Olean", "A volunteer holds the fire button in Olean"),
    Text("lampu k berkelip selama ditekan, lalu sirene", "lamp k flickers while it is held, then the siren"),
    (Hold(OLEAN, "kebakaran"),),
    {
        OLEAN: (*rings("kebakaran", "olean"), reports("pressed"), reports("published"), reports("listed")),
        **at(TALKANDANG, POLSEK, awaits=rings("kebakaran", "olean")),
        POSKO: (reports("proven", incident="kebakaran"),),
    },
    linger_s=8.0,
)
PRESS_OVER = Step(
    Text("Olean aman, dari tombol di pos itu juga", "All-clear for Olean, from the same post's button"),
    Text("Talkandang dan Polsek ikut berhenti", "Talkandang and the Polsek stop, too"),
    (Hold(OLEAN, "aman"),),
    {
        OLEAN: (reports("pressed", incident="aman"), *ends("kebakaran", "olean")),
        **at(TALKANDANG, POLSEK, awaits=ends("kebakaran", "olean")),
        POSKO: (reports("cleared", incident="kebakaran", village="olean"),),
    },
)
DISASTER = Step(
    Text("Bencana di semua desa, sewaktu listrik padam di Olean",
         "A disaster in every village, while the power is out in Olean"),
    Text("pesan QoS 0, sekali: Olean tidak menerimanya", "sent once, at QoS 0: Olean misses it"),
    (Kill(OLEAN), Publish("semua/alarm/bencana", ("-q", "0", "-m", "banjir bandang, naik ke bukit"))),
    {
        **at(PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN, awaits=rings("bencana", "semua")),
        **at(POLSEK, TALKANDANG, awaits=rings("bencana", "semua", beaten=8)),
        OLEAN: (off,),
        POSKO: (reports("missing", incident="bencana", missing="{'olean/pos-1': 'offline'}"),),
    },
)
POWER_BACK = Step(
    Text("Listrik kembali di Olean: ikut berbunyi dalam 10 detik, dari daftar server posko",
         "The power is back in Olean: it rings within 10 s, from the hub's list"),
    Text("sekarang ketujuh pos berbunyi", "now all seven posts sound"),
    (Start(OLEAN),),
    {
        **at(PATOKAN, DAWUHAN, KALIBAGOR, KOTAKAN, TALKANDANG, POLSEK, awaits=(goes_on,)),
        OLEAN: (*rings("bencana", "semua"), reports("sounding", incident="bencana", origin="hub")),
        POSKO: (reports("proven", incident="bencana"),),
    },
    linger_s=2.0,
)
HUB_DIES = Step(
    Text("Server posko mati di tengah alarm: tidak ada yang berubah", "The hub dies in mid-alarm: nothing changes"),
    Text("ketujuh pos berbunyi terus", "all seven posts sound on"),
    (Kill(POSKO),),
    {**at(*ALL, awaits=(goes_on,)), POSKO: (off,)},
    dwell_s=3.0,
)
HUB_BACK = Step(
    Text("Server posko kembali: alarm yang sama diteruskan, dengan nama yang sama",
         "The hub is back: it lists the same alarm, by the same name"),
    Text("tetap tidak ada yang berubah", "still nothing changes"),
    (Start(POSKO),),
    {**at(*ALL, awaits=(goes_on,)), POSKO: (reports("restored", incident="bencana"),)},
    dwell_s=1.0, linger_s=2.0,
)
DISASTER_OVER = Step(
    Text("Semua aman", "All-clear for everyone"),
    Text("● ●●●●●●● ● di ketujuh pos", "the safe code at all seven posts"),
    (Publish("semua/alarm/aman"),),
    {**at(*ALL, awaits=ends("bencana", "semua")), POSKO: (reports("cleared", incident="bencana"),)},
)
LOWER = Step(
    Text("Pencurian di Dawuhan, dari ponsel seorang warga …", "A theft in Dawuhan, from a resident's phone …"),
    Text("Dawuhan, Patokan, Talkandang, Polsek: ●●", "Dawuhan, Patokan, Talkandang, Polsek: two-two"),
    (Phone("dawuhan", "pencurian", "sepeda motor"),),
    {
        **at(DAWUHAN, PATOKAN, TALKANDANG, POLSEK, awaits=rings("pencurian", "dawuhan")),
        POSKO: (reports("accepted", incident="pencurian", origin="warga/warga-dawuhan"),
                reports("proven", incident="pencurian")),
    },
    linger_s=2.0,
)
ANSWERED = Step(
    Text("… petugas Polsek menjawab: menuju lokasi", "… an officer of the Polsek answers: on the way"),
    Text("dicatat server posko; keempat pos berbunyi terus", "the hub records it; the four posts sound on"),
    (Answer("dawuhan", "pencurian", "menuju"),),
    {
        **at(DAWUHAN, PATOKAN, TALKANDANG, POLSEK, awaits=(goes_on,)),
        POSKO: (reports("responded", incident="pencurian", village="dawuhan", by="petugas/polsek", step="menuju"),),
    },
    linger_s=2.0,
)
HIGHER = Step(
    Text("… lalu kebakaran di Olean: yang lebih gawat didahulukan",
         "… then a fire in Olean: the more urgent one goes first"),
    Text("Patokan dan Dawuhan bukan tetangga Olean: tetap ●●",
         "Patokan and Dawuhan do not border Olean: still two-two"),
    (Publish("olean/alarm/kebakaran", ("-m", "pasar")),),
    {
        **at(TALKANDANG, POLSEK, awaits=(
            *rings("kebakaran", "olean"), reports("preempted", incident="pencurian", village="dawuhan"))),
        OLEAN: rings("kebakaran", "olean"),
        **at(PATOKAN, DAWUHAN, awaits=(goes_on,)),
        POSKO: (reports("proven", incident="kebakaran"),),
    },
    linger_s=8.0,
)
BOTH_OVER = Step(
    Text("Semua aman", "All-clear for everyone"),
    Text("kebakaran dan pencurian berakhir bersama", "both end"),
    (Publish("semua/alarm/aman"),),
    {
        **at(KOTAKAN, KALIBAGOR, awaits=SAFE_CODE),
        OLEAN: ends("kebakaran", "olean"),
        **at(PATOKAN, DAWUHAN, awaits=ends("pencurian", "dawuhan")),
        **at(TALKANDANG, POLSEK, awaits=(
            *ends("kebakaran", "olean"), reports("cleared", incident="pencurian", village="dawuhan"))),
        POSKO: (reports("cleared", incident="kebakaran"), reports("cleared", incident="pencurian")),
    },
)
BAD_PAYLOAD = Step(
    Text("Pesan rusak: ditolak, dengan sebabnya", "A bad payload: refused, with the reason"),
    Text("tidak ada yang berbunyi", "nothing sounds"),
    (Publish("kalibagor/alarm/pencurian", ("-m", '{"status": "Actual"')),),
    at(KALIBAGOR, KOTAKAN, POLSEK, POSKO, awaits=(reports("refused", reason="JSON"), at_rest)),
    dwell_s=1.0, linger_s=2.0,
)
TYPO = Step(
    Text("Salah ketik: pencurain", "A typo: pencurain"),
    Text("ditolak, dengan saran: maksudnya pencurian?", "refused, with a suggestion: did you mean pencurian?"),
    (Publish("kotakan/alarm/pencurain"),),
    at(KOTAKAN, POLSEK, POSKO, awaits=(reports("refused", reason="did you mean pencurian"), at_rest)),
    dwell_s=1.0, linger_s=2.0,
)
BROKER_DIES = Step(
    Text("Server pesan (broker) mati, tombol ditekan di Patokan: sirene pos itu tetap berbunyi",
         "The broker dies, a button is held in Patokan: its own siren sounds all the same"),
    Text("hanya Patokan yang berbunyi; alarmnya disimpan", "only Patokan sounds; the alarm is kept"),
    (KillBroker(), Hold(PATOKAN, "pencurian")),
    {PATOKAN: rings("pencurian", "patokan")},
    dwell_s=1.0, linger_s=2.0,
)
# If the post is linked before the hub is, the hub learns of its press from those who ring, or as it is sent again:
# it reports it as restored or as accepted, and in both cases that all ring.
BROKER_BACK = Step(
    Text("Server pesan (broker) kembali: alarm yang tertunda akhirnya masuk lewat server posko, dengan waktu tekannya",
         "The broker is back: the kept alarm arrives, through the hub, with its age"),
    Text("Dawuhan, Talkandang, Polsek menyusul", "Dawuhan, Talkandang and the Polsek follow"),
    (StartBroker(),),
    {
        **at(KALIBAGOR, KOTAKAN, OLEAN, awaits=(reports("linked"), at_rest)),
        PATOKAN: (reports("linked"), reports("published"), reports("listed", incident="pencurian")),
        **at(DAWUHAN, TALKANDANG, POLSEK, awaits=(reports("linked"), *rings("pencurian", "patokan"))),
        POSKO: (reports("linked"), reports("proven", incident="pencurian", village="patokan")),
    },
    linger_s=2.0,
)
PATOKAN_OVER = Step(
    Text("Patokan aman: kode doro muluk, lalu sunyi", "All-clear for Patokan: the safe code, then silence"),
    Text("● ●●●●●●● ●, lalu sunyi", "one, seven, one, then silence"),
    (Publish("patokan/alarm/aman"),),
    {
        **at(PATOKAN, DAWUHAN, TALKANDANG, POLSEK, awaits=ends("pencurian", "patokan")),
        POSKO: (reports("cleared", incident="pencurian", village="patokan"),),
    },
)
TOUR = (
    THEFT, THEFT_OVER, PATROL, PRESS, PRESS_OVER, DISASTER, POWER_BACK, HUB_DIES, HUB_BACK, DISASTER_OVER, LOWER,
    ANSWERED, HIGHER, BOTH_OVER, BAD_PAYLOAD, TYPO, BROKER_DIES, BROKER_BACK, PATOKAN_OVER,
)
