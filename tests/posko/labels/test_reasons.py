"""What programs report in English reads as Indonesian to an operator; what nobody foresaw is shown as it came."""

import pytest

from contract.domain.alarm import Name
from contract.domain.incidents import ALL_CLEAR
from contract.wire import answers
from contract.wire.alarm import Body, read_alarm
from contract.wire.codec import Refusal
from contract.wire.faults import Fault
from posko.labels import reasons
from tests.contract.shipped import catalogue, district
from tests.posko.labels import made_reasons
from tests.posko.operator.told import ENGLISH, LABELS


def refusal(payload: bytes) -> str:
    found = read_alarm(payload)
    assert isinstance(found, Refusal)
    return found.reason


def doubt(payload: bytes) -> str:
    found = read_alarm(payload)
    assert isinstance(found, Body)
    return found.doubts[0]


VILLAGES, INCIDENTS = district().villages, catalogue().incidents
# Reasons as the programs make them now.
MADE = [
    (answers.unknown_name("kotakan", "pencurain", VILLAGES, INCIDENTS),
     "kejadian 'pencurain' tidak dikenal; maksudnya pencurian?"),
    (answers.unknown_name("kotakn", "pencurian", VILLAGES, INCIDENTS),
     "desa/kelurahan 'kotakn' tidak dikenal; maksudnya kotakan?"),
    (answers.unknown_name("kotakan", "zzz", VILLAGES, INCIDENTS, look_up=False),
     "kejadian 'zzz' tidak dikenal; periksa namanya"),
    (answers.unknown_name("kotakan", ALL_CLEAR.upper(), VILLAGES, INCIDENTS),
     "kejadian 'AMAN' tidak dikenal; tanda aman ditulis aman"),
    (answers.unknown_name("kotakan", "tsunami", VILLAGES, INCIDENTS),
     "tsunami hanya untuk semua desa sekaligus; kirim ke …/semua/alarm/tsunami"),
    (answers.unknown_command("silnce"), "perintah 'silnce' tidak dikenal; maksudnya silence?"),
    (answers.overdue(Body(age_s=500.0), 180.0, None), "waktunya sudah lewat ketika sampai"),
    (answers.RETAINED, "dikirim dengan tanda retain; hilangkan -r"),
    (refusal(b'{"status": "Actual"'),
     "JSON-nya tidak utuh; tulislah catatan sebagai teks biasa, tanpa kurung di awalnya"),
    (answers.shared(Name("kotakan", "pencurian", "x")),
     "namanya sama dengan pencurian di kotakan; keduanya tetap dihitung"),
    (refusal(b'{"identifier": "%s"}' % (b"x" * 65)),
     "identifier-nya tidak bisa dipakai; tulis 1 sampai 64 huruf ASCII tanpa spasi, koma, < atau &, atau hilangkan"),
    (answers.unknown_command("aman"), "perintah 'aman' tidak dikenal; tanda aman dikirim ke …/alarm/aman"),
    (refusal(b"<alert></alert>"), "XML tidak dibaca; kirim JSON, atau catatan sebagai teks biasa"),
    (refusal(b'{"note": "Ma\x92ruf"}'), "JSON harus UTF-8 seluruhnya; kirim catatan sebagai teks biasa"),
    (refusal(b'{"scope": "Private"}'), "scope: hanya pesan Public yang boleh dibunyikan"),
    (doubt(b"Ma\x92ruf"), "catatannya bukan UTF-8; dibaca sebagai Windows-1252"),
    (doubt("rumah".encode("utf-16")), "catatannya UTF-16, dibaca begitu; pakailah UTF-8"),
    (doubt(b"rumah\0"), "catatannya berisi huruf yang tidak terbaca; huruf itu dihilangkan"),
    (answers.wants_stroke(b"ketok"),
     "isi 'ketok' tidak dikenal, jadi tidak ada ketukan; ketuk meminta satu ketukan kecil"),
    (refusal(b'{"status": "Real"}'), "status: 'Real' tidak boleh; pakai Actual atau Exercise atau Test"),
    (refusal(b'{"note": 3}'), "note: harus berupa teks"),
    (refusal(b'{"sent": "besok"}'),
     "sent: 'besok' harus waktu RFC 3339, misalnya 2026-01-31T20:15:00+07:00"),
    (refusal(b'{"note": "a", "Note": "b"}'), "isian 'note' tertulis dua kali; tulis satu kali"),
    (refusal(b"OFF"), "'OFF': tidak membunyikan apa-apa; alarm diakhiri dengan …/alarm/aman, atau …/command/silence"),
]
# Reasons as they come over the wire.
CAME = [
    ("broker 10.0.0.1:8883: [Errno 111] Connection refused", "10.0.0.1:8883: tidak ada yang menjawab di alamat itu"),
    ("broker 10.0.0.1:8883: connection lost", "10.0.0.1:8883: sambungan putus"),
    ("broker x:1 refuses camat: Not authorized", "x:1 menolak camat: tidak berhak"),
    ("broker x:1 refuses the account 'camat': Not authorized", "x:1 menolak akun 'camat': tidak berhak"),
    ("broker x:1 refuses a.b, which names no account: Not authorized", "x:1 menolak a.b (tanpa akun): tidak berhak"),
    (("broker x:1: closed the connection without an answer; a broker without MQTT 5, or one whose port speaks TLS "
      "(then give ca_file), does that"),
     "x:1: memutus sambungan tanpa menjawab: broker tanpa MQTT 5, atau port itu memakai TLS (isilah ca_file)"),
    ("broker x:1: closed the connection without an answer; a broker without MQTT 5 does that",
     "x:1: memutus sambungan tanpa menjawab: broker tanpa MQTT 5"),
    (("broker x:1: [Errno 104] Connection reset by peer; this port speaks no TLS, it seems: give the port that does "
     "(8883), or leave ca_file out"),
     "x:1: sepertinya port itu tanpa TLS: pakai port yang memakai TLS (8883), atau hapus ca_file"),
    ("broker x:1: does not speak MQTT 5, which is needed; see docs/protocol.md",
     "x:1: tidak mengenal MQTT 5, padahal itu diperlukan"),
    ("broker x:1: no answer to CONNECT within 10 s; it must speak MQTT 5",
     "x:1: 10 detik tidak menjawab; harus mengenal MQTT 5"),
    (("broker x:1: its certificate is for another name than x; write that one under host, or provision the broker with "
     "--host x"), "x:1: sertifikatnya untuk nama lain, bukan x; tulis nama itu di host"),
    ("broker x:1: its certificate is not signed by the authority in ca_file; take the ca.crt of this installation",
     "x:1: sertifikatnya bukan dari instalasi ini; pakai ca.crt instalasi ini"),
    ("broker x:1: its certificate is not valid at this machine's time (certificate is not yet valid); check the clock",
     "x:1: sertifikatnya tidak berlaku menurut jam komputer ini; periksa jamnya"),
    (("broker x:1: the connection is renewed on purpose: no beacon came for 15 s, and the connection may be dead "
     "unnoticed"), "x:1: sambungan sengaja dimulai ulang: 15 detik tidak ada kabar dari server posko"),
    ("not a topic; write kentongan/situbondo/olean/ronda, in small letters and without a slash at either end",
     "bukan topik; tulis kentongan/situbondo/olean/ronda, dengan huruf kecil dan tanpa garis miring di ujungnya"),
    ("more of kotakan, olean than fits into 16384 bytes; notes are cut, and names follow by turns",
     "terlalu banyak dari kotakan, olean; catatan dipotong, nama-nama ditampilkan bergiliran"),
    ("the time of a round, 2031-01-01T00:00:00+00:00, lies far from the hub's (posko); it is recorded as of now",
     "jam ronda itu, 2031-01-01T00:00:00+00:00, jauh dari jam server posko; dicatat menurut waktu diterima"),
    ("its time was over before it came; it claims to be 40 days old, and is recorded as of now",
     "waktunya sudah lewat ketika sampai; mengaku dari 40 hari yang lalu, dicatat menurut waktu diterima"),
    ("nobody can respond to it: no alarm of this name was ever in force here",
     "tidak bisa dijawab: di sini tidak pernah ada alarm dengan nama itu"),
    ("response: step: 'pulang' is not allowed; use diterima or menuju or di-lokasi or selesai",
     "jawaban: step: 'pulang' tidak boleh; pakai diterima atau menuju atau di-lokasi atau selesai"),
    ("response: by: has 81 characters; at most 80", "jawaban: by terlalu panjang: 81 huruf, paling banyak 80"),
    ("response: more than 4096 bytes", "isinya terlalu panjang (lebih dari 4096 huruf)"),
    ("kebakaran in olean is more urgent", "kebakaran di olean lebih gawat"),
    ("all-clear", "dinyatakan aman"), ("button", "tombol"), ("operator; 2 alarms in force", "operator; 2 alarm aktif"),
    ("operator; 1 alarm in force", "operator; 1 alarm aktif"),
    ("7 messages came faster than they could be read", "7 pesan masuk lebih cepat daripada dapat dibaca"),
    ("1 message came faster than they were read", "1 pesan masuk lebih cepat daripada dapat dibaca"),
    ("nothing from its village is received: it publishes far more than posts do",
     "kiriman desanya sedang tidak diterima, karena berlebihan"),
    ("not heard for 30 s, and never before", "tidak ada kabar 30 detik lebih; belum pernah melapor"),
    ("too many of this incident at once; it sounds already", "terlalu banyak sekaligus; kejadian ini sudah berbunyi"),
    ("siren: its thread is dead", "sirene: programnya mati"),
    ("button pencurian: held for more than 10 s; release it, or repair the contact",
     "tombol pencurian: ditekan lebih dari 10 detik; lepaskan, atau perbaiki kontaknya"),
    ("the clock of kotakan/pos-1, here, is 7200 s ahead of the hub's (posko); both count as synchronised",
     "jam kotakan/pos-1 selisih 7200 detik dengan jam server posko, padahal keduanya dianggap sinkron"),
    ("the hub's clock (posko) is 7200 s behind that of kotakan/pos-1; both count as synchronised",
     "jam server posko selisih 7200 detik dengan jam kotakan/pos-1, padahal keduanya dianggap sinkron"),
    ("kotakan/pos-1 has another district file than the hub (posko), here; on the machine that has the old one: sudo",
     ("berkas wilayah kotakan/pos-1 berbeda dengan server posko; di komputer yang berkasnya masih lama: sudo ./install "
      "district kentongan-district.tar")),
    ("the hub (posko) has another district file than kotakan/pos-1, here; on the machine that has the old one: sudo",
     ("berkas wilayah server posko berbeda dengan kotakan/pos-1; di komputer yang berkasnya masih lama: sudo ./install "
      "district kentongan-district.tar")),
    ("the hub (posko) has another district file than this computer; copy the new one to ~/.config/kentongan",
     "berkas wilayah di komputer ini berbeda dengan server posko; salin yang baru ke ~/.config/kentongan"),
    ("the posts of more villages disagree with the hub's clock (posko) than agree with it",
     "jam server posko berbeda dari jam kebanyakan pos"),
    ("all-clear, which came to kotakan/pos-1 and not to the hub",
     "dinyatakan aman di kotakan/pos-1; server posko tidak menerimanya"),
    ("all-clear came here, and the hub repeats what it ended",
     "sudah dinyatakan aman di sini, padahal server posko masih mengulangnya"),
    ("begins in 13 s at the earliest: an operator has silenced what this sender raised 2 times",
     "berbunyi paling cepat 13 detik lagi: operator sudah 2 kali menyenyapkan pengirim ini"),
    ("a beacon of run h1 of the hub, which run h2 has followed: that run is over, or two hubs are at work",
     "daftar alarm dari server posko yang lama (h1); yang sekarang h2"),
    ("kotakan/pos-1: pressed while the link was down; its time is over, so it sounds nowhere now",
     "kotakan/pos-1: ditekan sewaktu sambungan putus, waktunya sudah lewat; tidak dibunyikan lagi"),
    ("kotakan/pos-1: the flux is low", "kotakan/pos-1: teknis: the flux is low"),
    ("all-clear, as the hub repeats it", "dinyatakan aman, menurut ulangan server posko"),
    ("no longer listed by the hub", "tidak ada lagi di daftar server posko"),
    ("operator, as the hub repeats it", "operator, menurut ulangan server posko"),
    ("its time is over; one of many", "waktunya sudah lewat; satu dari banyak"),
    ("severity 'Dire' is not one of CAP's", "severity 'Dire' tidak dikenal CAP; alarmnya tetap dibunyikan"),
    ("status Actual and exercise: they contradict each other; keep one of them",
     "status Actual bertentangan dengan exercise; pakai salah satu"),
    ("not a topic of this district; did you mean …/alarm/…?", "bukan topik wilayah ini; maksudnya …/alarm/…?"),
    ("not a topic of this district; use V/alarm/INCIDENT, V/command/silence or V/ronda",
     "bukan topik wilayah ini; pakai DESA/alarm/KEJADIAN, DESA/command/silence atau DESA/ronda"),
    ("sounded for max_sounding_s (300 s); rests for 1.5 s", "sudah berbunyi 300 detik; jeda 1,5 detik"),
    ("pin 6 cannot be an output: GPIO busy; the post runs without it until it is started again",
     "pin 6 tidak bisa dipakai (GPIO busy); pos berjalan tanpa itu sampai dinyalakan ulang"),
    ("runs without pin of lamp aman, striker", "pos berjalan tanpa pin lampu aman, pemukul kentongan"),
    ("cannot switch siren", "tidak bisa menyalakan atau mematikan sirene"),
    ("its thread hangs", "programnya macet"), ("the disk hangs", "disk macet"),
    (("broker x:1: the connection is renewed on purpose: no post reported for 15 s, and the connection may be dead "
      "unnoticed"),
     "x:1: sambungan sengaja dimulai ulang: 15 detik tidak ada kabar dari pos mana pun"),
    ("broker x:1: the link failed and begins anew", "x:1: sambungan gagal dan dimulai ulang"),
    ("the broker answers what x publishes with code 131 (Implementation specific error); some may have received it",
     "server pesan (broker) menjawab kiriman x dengan kode 131; sebagian mungkin sudah menerimanya"),
    ("there is no folder /suara that this user may read; its recordings are not heard",
     "folder rekaman /suara tidak ada atau tidak boleh dibaca"),
    ("espeak-ng is not installed (apt-get install espeak-ng) and 3 of 25 pieces have no recording",
     "espeak-ng belum dipasang, dan 3 dari 25 potongan tanpa rekaman"),
    ("/suara/a.wav cannot be played: it holds no sound", "rekaman /suara/a.wav tidak bisa diputar (tanpa suara)"),
    ("", ""),
]


@pytest.mark.parametrize(("english", "indonesian"), [*MADE, *CAME])
def test_a_reason_reads_as_indonesian_to_who_reads_indonesian_and_as_it_came_to_others(
    english: str, indonesian: str
) -> None:
    assert LABELS.reason(english) == indonesian
    assert ENGLISH.reason(english) == english


# Reasons that hold another one, or a word of two: those above have them whole.
COMPOSED = {
    "7: nothing was sounding", "7: 7", "77",
    "the clock of 7/7, here, is 7 the hub's (posko); both count as synchronised",
    "7 publishes far more than posts do; 7 for 7 s",
    "sounded for max_sounding_s (7 s); 7", "self-test, 7", "not a topic of this district7",
    "the hub's clock (posko) is 7 that of 7; both count as synchronised",
    "7; write a note as plain text, without a bracket at its beginning",
    "closed the connection without an answer; a broker without MQTT 57 does that",
    "7 came faster than they could be read", "operator; 7 in force",
}


def test_every_reason_that_a_program_makes_reads_as_indonesian() -> None:
    found = dict(made_reasons.made())

    assert len(found) > 90
    assert [f"{where}: {reason}" for where, reason in found.items()
            if reason not in COMPOSED and "teknis:" in LABELS.reason(reason)] == []
    assert {*found.values()} >= COMPOSED  # what no program makes any more is taken out here


def test_a_reason_that_nobody_foresaw_is_shown_as_it_came_for_whoever_is_called() -> None:
    assert LABELS.reason("the flux is low\x07") == "teknis: the flux is low\ufffd"


@pytest.mark.parametrize("fault", Fault)
def test_every_fault_has_a_name_in_indonesian(fault: Fault) -> None:
    assert LABELS.part(fault) == reasons.PARTS[fault]
    assert LABELS.part(fault.of("pencurian")) == f"{reasons.PARTS[fault]} pencurian"
    assert ENGLISH.part(fault) == fault.value


def test_a_part_of_a_newer_program_keeps_its_name() -> None:
    assert LABELS.part("flux") == "flux"


def test_no_rule_hides_another_one() -> None:
    """A rule that an earlier one always matches would never be used."""
    patterns = [english for english, _ in reasons._RULES]

    assert len(patterns) == len({*patterns})
