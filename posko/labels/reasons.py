"""What programs report in English, in Bahasa Indonesia: the names of what has a fault, and reasons. Pure.

Reasons travel as English sentences, made where something is refused or fails; a program of any version may send one. So
each is recognised by its words. What is not recognised is shown as it came, after "teknis:", for whoever is called.
"""

import re
from collections.abc import Mapping

from contract.wire.faults import Fault

# What has a fault. A name with something after it, such as `button pencurian`, is that of its beginning.
PARTS: Mapping[str, str] = {
    Fault.SIREN: "sirene", Fault.STRIKER: "pemukul kentongan", Fault.STROBE: "lampu strobo",
    Fault.SIREN_MUTE: "arus sirene", Fault.SIREN_STUCK: "relai sirene", Fault.REST: "pengaman sirene",
    Fault.SETTINGS: "berkas pengaturan", Fault.SETTINGS_COPY: "salinan pengaturan",
    Fault.SIREN_THREAD: "program sirene", Fault.SIREN_WATCH: "program sirene", Fault.SOUND: "pengeras suara",
    Fault.RECORDINGS: "rekaman suara", Fault.VOICE: "suara", Fault.BUTTON: "tombol", Fault.NOISE: "kabel tombol",
    Fault.PIN_OF_BUTTON: "pin tombol", Fault.PIN_OF_LAMP: "pin lampu", Fault.BUTTONS_THREAD: "program tombol",
    Fault.BUTTONS_WATCH: "program tombol", Fault.LINK: "sambungan", Fault.LINK_THREAD: "program sambungan",
    Fault.LINK_WATCH: "program sambungan", Fault.SUBSCRIPTIONS: "izin membaca", Fault.PUBLISH: "izin mengirim",
    Fault.HUB: "server posko", Fault.RONDA: "jam ronda", Fault.CLOCK: "jam", Fault.JOURNAL: "catatan di disk",
    Fault.JOURNAL_WATCH: "catatan di disk", Fault.JOURNAL_ENTRY: "catatan di disk",
    Fault.JOURNAL_FILE: "berkas catatan", Fault.OUTPUT: "keluaran log",
    Fault.BEACON: "daftar alarm", Fault.ANOTHER_HUB: "server posko kedua", Fault.DOUBLE_OF: "kembaran pos",
    Fault.CLOCK_OF: "jam pos", Fault.INBOX: "pesan masuk",
}
_WHAT = {"incident": "kejadian", "village": "desa/kelurahan", "command": "perintah"}
_WHERE = {"button": "tombol", "operator": "operator"}
# The English, and what is shown for it: {0}, {1} are what it holds, in Indonesian where that is known, too.
_RULES: tuple[tuple[str, str], ...] = (
    # A name that nobody knows.
    (r"unknown (incident|village|command) (.+?); did you mean (.+)\?", "{0} {1} tidak dikenal; maksudnya {2}?"),
    (r"unknown (incident|village|command) (.+?); known: (.+)", "{0} {1} tidak dikenal; yang dikenal: {2}"),
    (r"unknown (incident|village|command) (.+?); look it up", "{0} {1} tidak dikenal; periksa namanya"),
    (r"unknown incident (.+?); the all-clear is written (.+)", "kejadian {0} tidak dikenal; tanda aman ditulis {1}"),
    (r"unknown command (.+?); the all-clear is published to (.+)",
     "perintah {0} tidak dikenal; tanda aman dikirim ke {1}"),
    (r"unknown district (.+?); did you mean (.+)\?", "wilayah {0} tidak dikenal; maksudnya {1}?"),
    # A payload.
    (r"(?:payload: )?not JSON: .+; write a note as plain text.*",
     "JSON-nya tidak utuh; tulislah catatan sebagai teks biasa, tanpa kurung di awalnya"),
    (r"(.+): it sounds nothing; to end an alarm publish to (\S+) \(all-clear\) or (\S+)",
     "{0}: tidak membunyikan apa-apa; alarm diakhiri dengan {1}, atau {2}"),
    (r"payload: XML is not read; .+", "XML tidak dibaca; kirim JSON, atau catatan sebagai teks biasa"),
    (r"payload: a JSON object must be UTF-8 throughout; .+",
     "JSON harus UTF-8 seluruhnya; kirim catatan sebagai teks biasa"),
    (r"payload: not UTF-8; it was read as Windows-1252", "catatannya bukan UTF-8; dibaca sebagai Windows-1252"),
    (r"payload: UTF-16; it was read as such, but use UTF-8", "catatannya UTF-16, dibaca begitu; pakailah UTF-8"),
    (r"payload: holds characters that people cannot read; they were left out",
     "catatannya berisi huruf yang tidak terbaca; huruf itu dihilangkan"),
    (r"payload (.+): unknown, so nothing is beaten; (\S+) asks for one quiet stroke",
     "isi {0} tidak dikenal, jadi tidak ada ketukan; {1} meminta satu ketukan kecil"),
    (r"scope: only a Public message may be sounded", "scope: hanya pesan Public yang boleh dibunyikan"),
    (r"not a topic; write (\S+), in small letters and without a slash at either end",
     "bukan topik; tulis {0}, dengan huruf kecil dan tanpa garis miring di ujungnya"),
    (r"payload: more than (\d+) bytes", "isinya terlalu panjang (lebih dari {0} huruf)"),
    (r"unknown members ignored: (.+)", "isian yang tidak dikenal diabaikan: {0}"),
    (r"status Test: nothing sounds", "berstatus tes: tidak ada yang berbunyi"),
    (r"status Test: no round is made", "berstatus tes: bukan ronda"),
    (r"published with the retain flag; leave out -r", "dikirim dengan tanda retain; hilangkan -r"),
    (r"a round is published with the retain flag; leave out -r", "ronda dikirim dengan tanda retain; hilangkan -r"),
    (r"published with the retain flag while the hub was away; .+",
     "dikirim dengan tanda retain sewaktu server posko mati; tandanya dihapus, tidak ada yang berbunyi"),
    # Too late, too often, seen before.
    (r"identifier seen before", "sudah pernah diterima"),
    (r"the same identifier was seen for (\S+) in (\S+); it names both",
     "namanya sama dengan {0} di {1}; keduanya tetap dihitung"),
    (r"identifier: .+ is not allowed; use 1 to (\d+) printable ASCII characters.*",
     "identifier-nya tidak bisa dipakai; tulis 1 sampai {0} huruf ASCII tanpa spasi, koma, < atau &, atau hilangkan"),
    (r"the time of a round, (\S+), lies far from the hub's \(posko\); .+",
     "jam ronda itu, {0}, jauh dari jam server posko; dicatat menurut waktu diterima"),
    (r"(.+); it claims to be (\d+) days old, and is recorded as of now",
     "{0}; mengaku dari {1} hari yang lalu, dicatat menurut waktu diterima"),
    (r"its time was over before it came|it expired before it came|it was sent too long ago",
     "waktunya sudah lewat ketika sampai"),
    (r"a round that is over", "rondanya sudah lewat"),
    (r"pressed before the all-clear(?:; one of many)?", "ditekan sebelum tanda aman"),
    (r"too many of this incident at once; it sounds already", "terlalu banyak sekaligus; kejadian ini sudah berbunyi"),
    (r"too many of this incident at once; it is in force already", "terlalu banyak sekaligus; alarm ini sudah aktif"),
    (r"too many rounds at once", "terlalu banyak ronda sekaligus"),
    (r"too many self-tests at once", "terlalu banyak tes alat sekaligus"),
    (r"(\d+) messages came faster than they (?:could be|were) read",
     "{0} pesan masuk lebih cepat daripada dapat dibaca"),
    (r"(\d+) more answers left out: too many messages", "{0} jawaban lagi tidak ditampilkan: terlalu banyak pesan"),
    (r"(\d+) older events are only in the log here", "{0} kejadian yang lebih lama hanya ada di log pos itu"),
    # What sounds, and what ends it.
    (r"(\S+) in (\S+) is more urgent", "{0} di {1} lebih gawat"),
    (r"all-clear", "dinyatakan aman"),
    (r"all-clear; nothing was in force", "dinyatakan aman; memang tidak ada alarm aktif"),
    (r"all-clear, which came to (\S+) and not to the hub", "dinyatakan aman di {0}; server posko tidak menerimanya"),
    (r"all-clear came here, and the hub repeats what it ended",
     "sudah dinyatakan aman di sini, padahal server posko masih mengulangnya"),
    (r"begins in (\d+) s at the earliest: an operator has silenced what this sender raised (\d+) times",
     "berbunyi paling cepat {0} detik lagi: operator sudah {1} kali menyenyapkan pengirim ini"),
    (r"an alarm began", "ada alarm mulai"),
    (r"the exercise became earnest", "latihannya ternyata kejadian nyata"),
    (r"an exercise of what is in force in earnest", "latihan, padahal kejadian itu sungguh aktif"),
    (r"nothing to clear here: (\S+) is in force in (\S+), nothing in (\S+); .+",
     "tidak ada alarm {2}; {0} aktif di {1}: pos desa itu atau operator yang mengakhirinya, SENYAP untuk pos ini saja"),
    (r"nothing to clear here: no alarm of (\S+) is in force.*", "tidak ada yang diakhiri: di {0} tidak ada alarm"),
    (r"no round is recorded while an alarm sounds: (\S+) is in force in (\S+)",
     "ronda tidak dicatat selama ada alarm: {0} aktif di {1}"),
    (r"(button|operator): nothing was sounding", "{0}: memang tidak ada yang berbunyi"),
    (r"button", "tombol"),
    (r"operator", "operator"),
    (r"operator; (\d+) alarms in force", "operator; {0} alarm aktif"),
    (r"locked", "terkunci"),
    (r"(?:locked: )?the key in the box keeps the network out",
     "kunci terpasang: alarm dari luar tidak berbunyi di sana"),
    (r"sounded for max_sounding_s \((\S+) s\); rests for (\S+) s", "sudah berbunyi {0} detik; jeda {1} detik"),
    (r"no time is left for it before max_sounding_s", "tidak ada waktu lagi sebelum batas bunyi"),
    (r"self-test, without a sound", "tanpa bunyi"),
    (r"self-test, with one quiet stroke", "dengan satu ketukan, suara kecil"),
    (r"this box has neither striker nor loudspeaker; nothing is beaten",
     "kotak ini tanpa pemukul dan tanpa pengeras suara; tidak ada yang dibunyikan"),
    (r"(\S+) reports it as in force; it was not known here", "{0} melaporkannya aktif; di sini belum diketahui"),
    # Posts, the hub, the clock.
    (r"more of (.+) than fits into (\d+) bytes; .+",
     "terlalu banyak dari {0}; catatan dipotong, nama-nama ditampilkan bergiliran"),
    (r"not heard for (\S+) s", "tidak ada kabar {0} detik lebih"),
    (r"not heard for (\S+) s, and never before", "tidak ada kabar {0} detik lebih; belum pernah melapor"),
    (r"no beacon for (\S+) s; .+", "tidak ada kabar {0} detik; alarm tetap berbunyi langsung, tetapi tidak diulang"),
    (r"no post in the district file hears it", "di berkas wilayah tidak ada pos yang harus membunyikannya"),
    (r"no such post in the district file; .+", "pos ini tidak ada di berkas wilayah; tambahkan di sana"),
    (r"two boxes take turns under this name; .+", "dua kotak memakai nama ini; salah satunya memakai salinan kartu SD"),
    (r"(\S+) cannot be written: (.+)", "{0} tidak dapat ditulis: {1}"),
    (r"the clock of (\S+), here, is (\S+) s (?:ahead of|behind) the hub's \(posko\); .+",
     "jam {0} selisih {1} detik dengan jam server posko, padahal keduanya dianggap sinkron"),
    (r"the hub's clock \(posko\) is (\S+) s (?:ahead of|behind) that of (\S+); .+",
     "jam server posko selisih {0} detik dengan jam {1}, padahal keduanya dianggap sinkron"),
    (r"more posts disagree with the hub's clock \(posko\) than agree with it",
     "jam server posko berbeda dari jam kebanyakan pos"),
    (r"a beacon of run (\S+) of the hub, which run (\S+) has followed: .+",
     "daftar alarm dari server posko yang lama ({0}); yang sekarang {1}"),
    (r"the post rings on those of (\S+ \S+), the last that worked; .+",
     "rusak; pos memakai pengaturan terakhir yang baik ({0})"),
    # What a box feels of itself.
    (r"it is switched on and draws no current after (\S+) s", "dinyalakan, tetapi {0} detik tanpa arus"),
    (r"it is switched off and draws current after (\S+) s", "dimatikan, tetapi {0} detik masih ada arus"),
    (r"mains: lost", "listrik padam"), (r"mains: on", "listrik menyala lagi"),
    (r"battery: low", "aki lemah"), (r"battery: ok", "aki baik lagi"),
    (r"door: open", "pintu kotak terbuka"), (r"door: closed", "pintu kotak tertutup lagi"),
    # Buttons.
    (r"closed when the node started; .+", "sudah tertekan ketika pos menyala; lepaskan, atau perbaiki kontaknya"),
    (r"held for more than (\S+) s; .+", "ditekan lebih dari {0} detik; lepaskan, atau perbaiki kontaknya"),
    (r"its contact chatters as no finger does.*", "kontaknya bergetar, bukan karena jari; periksa kabelnya"),
    # The link.
    (r"not connected yet", "belum tersambung"),
    (r"connection lost", "sambungan putus"),
    (r"closed the connection without an answer; a broker without MQTT 5, or one whose port speaks TLS .+",
     "memutus sambungan tanpa menjawab: broker tanpa MQTT 5, atau port itu memakai TLS (isilah ca_file)"),
    (r"closed the connection without an answer; a broker without MQTT 5 does that",
     "memutus sambungan tanpa menjawab: broker tanpa MQTT 5"),
    (r"does not speak MQTT 5, which is needed; .+", "tidak mengenal MQTT 5, padahal itu diperlukan"),
    (r"no answer to CONNECT within (\S+) s; it must speak MQTT 5", "{0} detik tidak menjawab; harus mengenal MQTT 5"),
    (r"its certificate is for another name than (\S+); .+",
     "sertifikatnya untuk nama lain, bukan {0}; tulis nama itu di host"),
    (r"its certificate is not signed by the authority in ca_file; .+",
     "sertifikatnya bukan dari instalasi ini; pakai ca.crt instalasi ini"),
    (r"its certificate is not valid at this machine's time.+",
     "sertifikatnya tidak berlaku menurut jam komputer ini; periksa jamnya"),
    (r"the connection is renewed on purpose: no beacon came for (\S+) s, .+",
     "sambungan sengaja dimulai ulang: {0} detik tidak ada kabar dari server posko"),
    (r"broker (\S+): (.+)", "{0}: {1}"),
    (r".+; this port speaks no TLS, it seems: .+",
     "sepertinya port itu tanpa TLS: pakai port yang memakai TLS (8883), atau hapus ca_file"),
    (r"the account '(.+)'", "akun '{0}'"),
    (r"(.+), which names no account", "{0} (tanpa akun)"),
    (r"broker (\S+) refuses (.+): (.+)", "{0} menolak {1}: {2}"),
    (r"the broker refuses what (.+) publishes: (.+)", "server pesan (broker) menolak kiriman {0}: {1}"),
    (r"the broker refuses (.+)", "server pesan (broker) menolak {0}"),
    (r"(?:\[Errno -?\d+\] )?Connection refused", "tidak ada yang menjawab di alamat itu"),
    (r"(?:\[Errno -?\d+\] )?(?:No route to host|Network is unreachable)", "tidak ada jalan ke alamat itu"),
    (r"(?:\[Errno -?\d+\] )?(?:Name or service not known|Temporary failure in name resolution)",
     "nama itu tidak dikenal"),
    (r"(?:\[Errno -?\d+\] )?(?:timed out|Connection timed out)", "tidak menjawab pada waktunya"),
    (r"refused", "ditolak"),
    (r"its thread is dead", "programnya mati"),
    (r"Not authorized", "tidak berhak"),
    (r"Bad user name or password", "nama pengguna atau kata sandi salah"),
    # The loudspeaker.
    (r"the player did not answer for (\S+) s and was killed", "tidak menjawab {0} detik; dimulai ulang otomatis"),
    (r"the player did not .+ and was killed", "macet; dimulai ulang otomatis"),
    (r"the sound device is gone, or takes no more sound", "kartu suara tercabut, atau tidak menerima suara lagi"),
    (r"the sound device took nothing for (\S+) s", "kartu suara tidak menerima suara {0} detik"),
    (r"espeak-ng", "komputer"),
    (r"recorded", "rekaman"),
    (r"recorded, espeak-ng for (\d+)", "rekaman; komputer untuk {0} potongan"),
    (r"(?:silent|incomplete): espeak-ng is not installed .+ and (\d+) of (\d+) pieces have no recording",
     "espeak-ng belum dipasang, dan {0} dari {1} potongan tanpa rekaman"),
    (r"ok", "ok"),
)
_COMPILED = tuple((re.compile(english), indonesian) for english, indonesian in _RULES)


def part(name: str) -> str:
    """What is called *name* where it has a fault."""
    if name in PARTS:
        return PARTS[name]
    kind = max((each for each in PARTS if name.startswith(f"{each} ")), key=len, default=None)
    return name if kind is None else f"{PARTS[kind]} {name[len(kind) + 1:]}"


def reason(english: str) -> str:
    """*english*, a reason that a program gave, in Indonesian."""
    found = _translated(english)
    if found is not None or not english:
        return found or ""
    name, _, why = english.partition(": ")
    return f"{part(name)}: {reason(why)}" if why and part(name) != name else f"teknis: {english}"


def _translated(english: str) -> str | None:
    for pattern, indonesian in _COMPILED:
        match = pattern.fullmatch(english)
        if match is not None:
            return indonesian.format(*map(_inner, match.groups()))
    return None


def _inner(text: str) -> str:
    """What a reason holds: a word of the wire, another reason, or a name."""
    if text in _WHAT or text in _WHERE:
        return (_WHAT | _WHERE)[text]
    return _translated(text) or text
