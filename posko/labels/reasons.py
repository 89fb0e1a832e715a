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
    Fault.CLOCK_OF: "jam pos", Fault.DISTRICT: "berkas wilayah", Fault.DISTRICT_OF: "berkas wilayah",
    Fault.INBOX: "pesan masuk",
    "buttons": "tombol",  # of a self-test
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
    (r"payload: not JSON: .+", "JSON-nya tidak utuh"),
    (r"payload: (?:JSON nested too deeply|JSON names a member twice|not a JSON object|.+ is not a number in JSON)",
     "JSON-nya tidak bisa dipakai: harus satu objek, tiap isian satu kali"),
    (r"the name of a member: must be text that people can read; it holds (.+)", "nama isian berisi {0}, tidak terbaca"),
    (r"the member (.+) is given twice, in different letters; give it once",
     "isian {0} tertulis dua kali; tulis satu kali"),
    (r"status Actual and (.+): they contradict each other; keep one of them",
     "status Actual bertentangan dengan {0}; pakai salah satu"),
    (r"severity (.+) is not one of CAP's", "severity {0} tidak dikenal CAP; alarmnya tetap dibunyikan"),
    (r"(.+): must be text", "{0}: harus berupa teks"),
    (r"(.+): must be text that people can read; it holds (.+)", "{0}: berisi {1}, tidak terbaca"),
    (r"(.+): must be UTF-8", "{0}: harus UTF-8"),
    (r"(.+): has (\d+) members; at most (\d+) are read", "{0}: {1} isian, padahal paling banyak {2} dibaca"),
    (r"payload: JSON of more than (\d+) values", "JSON-nya terlalu besar: lebih dari {0} nilai"),
    (r"(.+): must not be empty", "{0}: tidak boleh kosong"),
    (r"(.+): must be a number of seconds, 0 or more", "{0}: harus angka detik, 0 atau lebih"),
    (r"(.+): (.+) must be an instant of RFC 3339, such as (.+)", "{0}: {1} harus waktu RFC 3339, misalnya {2}"),
    (r"(.+): (.+) must be a date that exists", "{0}: tanggal {1} tidak ada"),
    (r"(.+): missing; it has no default", "{0}: tidak ada, padahal wajib"),
    (r"identifier: .+ is not allowed; use 1 to (\d+) printable ASCII characters.*",
     "identifier-nya tidak bisa dipakai; tulis 1 sampai {0} huruf ASCII tanpa spasi, koma, < atau &, atau hilangkan"),
    (r"(.+): (.+) is not allowed; use (.+?)(?: \(did you mean .+\?\))?", "{0}: {1} tidak boleh; pakai {2}"),
    (r"(\S+): more than (\d+) bytes", "{0}: terlalu panjang (lebih dari {1} huruf)"),
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
    (r"its time is over", "waktunya sudah lewat"),
    (r"pressed before a restart; how long ago cannot be told, .+",
     "ditekan sebelum pos menyala ulang, kapan tidak diketahui; tidak dibunyikan lagi"),
    (r"all-clear came before it was known to have arrived, .+",
     "sudah dinyatakan aman sebelum sampai; tidak dibunyikan lagi"),
    (r"the broker took it in time, but no hub ever listed it",
     "sampai di server pesan (broker), tetapi tidak ada server posko yang mencatatnya"),
    (r"pressed while the link was down; its time is over, .+",
     "ditekan sewaktu sambungan putus, waktunya sudah lewat; tidak dibunyikan lagi"),
    (r"more than (\d+) presses wait for the link; .+",
     "lebih dari {0} kiriman menunggu sambungan; yang tertua hanya tercatat di pos itu"),
    (r"a kept press of an incident that the catalogue no longer has",
     "kiriman lama, kejadiannya sudah tidak ada di daftar"),
    (r"in force before the machine restarted; how long ago cannot be told, .+",
     "aktif sebelum komputer server posko menyala ulang, sejak kapan tidak diketahui; tidak diulang lagi"),
    (r"over while the hub was away", "berakhir sewaktu server posko mati"),
    (r"(\d+) alarms of this incident began one after the other; this one is repeated in (\d+) s, .+",
     "{0} alarm berturut-turut untuk kejadian ini; yang ini diulang {1} detik lagi, kalau belum aman"),
    (r"(\d+) alarms are in force; no more can be repeated",
     "sudah ada {0} alarm aktif; lebih dari itu tidak dapat diulang"),
    (r"(.+); one of many", "{0}; satu dari banyak"),
    # What sounds, and what ends it.
    (r"(\S+) in (\S+) is more urgent", "{0} di {1} lebih gawat"),
    (r"all-clear", "dinyatakan aman"),
    (r"all-clear; nothing was in force", "dinyatakan aman; memang tidak ada alarm aktif"),
    (r"all-clear, which came to (\S+) and not to the hub", "dinyatakan aman di {0}; server posko tidak menerimanya"),
    (r"all-clear came here, and the hub repeats what it ended",
     "sudah dinyatakan aman di sini, padahal server posko masih mengulangnya"),
    (r"all-clear, as the hub repeats it", "dinyatakan aman, menurut ulangan server posko"),
    (r"operator, as the hub repeats it", "operator, menurut ulangan server posko"),
    (r"no longer listed by the hub", "tidak ada lagi di daftar server posko"),
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
    (r"(\S+|the hub \(posko\)) has another district file than (.+), here; .+",
     ("berkas wilayah {0} berbeda dengan {1}; di komputer yang berkasnya masih lama: sudo ./install district "
      "kentongan-district.tar")),
    (r"the hub \(posko\) has another district file than this computer; .+",
     "berkas wilayah di komputer ini berbeda dengan server posko; salin yang baru ke ~/.config/kentongan"),
    (r"the hub \(posko\)", "server posko"),
    (r"the hub's clock \(posko\) is (\S+) s (?:ahead of|behind) that of (\S+); .+",
     "jam server posko selisih {0} detik dengan jam {1}, padahal keduanya dianggap sinkron"),
    (r"the clock is not synchronised, so the hours of the round cannot be known",
     "jamnya belum sinkron, jadi jam ronda tidak diketahui"),
    (r"a second hub, of run (\S+), is at work in this district; .+",
     "ada server posko kedua ({0}) di wilayah ini; hentikan salah satunya"),
    (r"somebody else writes the beacon: .+", "ada yang lain mengirim daftar alarm; hanya server posko yang boleh"),
    (r"not a topic that a node hears", "topik ini tidak dibaca pos"),
    (r"not a topic of this district; did you mean (\S+)\?", "bukan topik wilayah ini; maksudnya {0}?"),
    (r"not a topic of this district; use V/alarm/INCIDENT, V/command/silence or V/ronda",
     "bukan topik wilayah ini; pakai DESA/alarm/KEJADIAN, DESA/command/silence atau DESA/ronda"),
    (r"more posts disagree with the hub's clock \(posko\) than agree with it",
     "jam server posko berbeda dari jam kebanyakan pos"),
    (r"a beacon of run (\S+) of the hub, which run (\S+) has followed: .+",
     "daftar alarm dari server posko yang lama ({0}); yang sekarang {1}"),
    (r"the (?:post rings|hub runs) on those of (\S+ \S+), the last that worked; .+",
     "rusak; yang dipakai: pengaturan terakhir yang baik ({0})"),
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
    # Outputs, pins, the disk. What the system says of it follows as it came: it is for a technician.
    (r"cannot be switched: (.+)", "tidak bisa dinyalakan atau dimatikan ({0})"),
    (r"cannot be let go: (.+)", "tidak bisa dilepas ({0})"),
    (r"cannot switch (.+)", "tidak bisa menyalakan atau mematikan {0}"),
    (r"failed and was hushed: (.+)", "gagal; bunyinya dihentikan ({0})"),
    (r"failed and goes on: (.+)", "gagal, lalu berjalan lagi ({0})"),
    (r"fails: (.+)", "tidak bekerja ({0})"),
    (r"runs without (.+)", "pos berjalan tanpa {0}"),
    (r"pin (\d+) cannot be an (?:output|input): (.+); the post runs without it until it is started again",
     "pin {0} tidak bisa dipakai ({1}); pos berjalan tanpa itu sampai dinyalakan ulang"),
    (r"its thread hangs", "programnya macet"),
    (r"the disk hangs", "disk macet"),
    (r"the disk fails", "disk tidak bisa ditulis"),
    (r"does not answer; what happens is kept in memory only", "disk tidak menjawab; catatan hanya di ingatan"),
    (r"cannot write (\S+): (.+); what happens is kept in memory only",
     "{0} tidak bisa ditulis ({1}); catatan hanya di ingatan"),
    (r"was damaged \((.+)\); it is kept as (\S+), and a new one begun: .+",
     "rusak ({0}); disimpan sebagai {1}, yang baru dimulai"),
    (r"a \S+ cannot be written and is left out: (.+)", "satu catatan tidak bisa ditulis dan dilewati ({0})"),
    (r"the \S+ (\S+) cannot be read and is left out: (.+)", "catatan {0} tidak terbaca dan dilewati ({1})"),
    (r"(\d+) of the oldest are lost for want of room", "{0} catatan tertua hilang karena tidak ada tempat"),
    (r"cannot be written: (.+); the journal has every event", "tidak bisa ditulis ({0}); catatan di disk lengkap"),
    (r"the settings cannot be kept: (.+)", "salinannya tidak bisa disimpan ({0})"),
    # The link.
    (r"not connected yet", "belum tersambung"),
    (r"the link failed and begins anew", "sambungan gagal dan dimulai ulang"),
    (r"no post reported for (\S+) s, and the connection may be dead unnoticed",
     "{0} detik tidak ada kabar dari pos mana pun"),
    (r"no beacon came for (\S+) s, and the connection may be dead unnoticed",
     "{0} detik tidak ada kabar dari server posko"),
    (r"the broker answers what (.+) publishes with code (\d+) .+; some may have received it",
     "server pesan (broker) menjawab kiriman {0} dengan kode {1}; sebagian mungkin sudah menerimanya"),
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
    (r"the connection is renewed on purpose: (.+)", "sambungan sengaja dimulai ulang: {0}"),
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
    (r"the player is still starting", "program suara sedang dimulai"),
    (r"the player took the driver (\S+), not (\S+)", "program suara memakai {0}, bukan {1}"),
    (r"the player ended by itself .+", "program suara berhenti; dimulai ulang otomatis"),
    (r"the player cannot be started: (.+)", "program suara tidak bisa dimulai ({0})"),
    (r"(\S+) cannot be played: (.+)", "rekaman {0} tidak bisa diputar ({1})"),
    (r"it holds no sound", "tanpa suara"),
    (r"the voice's files cannot be kept: (.+)", "suara komputer tidak bisa disimpan ({0})"),
    (r"espeak-ng wrote no whole sound for (.+); is the disk full.+", "espeak-ng gagal membuat {0}; apakah disk penuh?"),
    (r"espeak-ng is not installed .+ and (\d+) of (\d+) pieces have no recording",
     "espeak-ng belum dipasang, dan {0} dari {1} potongan tanpa rekaman"),
    (r"espeak-ng (?:hangs at|fails:) (.+); try: espeak-ng .+", "espeak-ng tidak bekerja ({0})"),
    (r"there is no folder (.+) that this user may read; .+", "folder rekaman {0} tidak ada atau tidak boleh dibaca"),
    (r"it was stopped", "dihentikan"),
    (r"not known: its files do not answer", "tidak diketahui: disk tidak menjawab"),
    (r"espeak-ng", "komputer"),
    (r"recorded", "rekaman"),
    (r"recorded, espeak-ng for (\d+)", "rekaman; komputer untuk {0} potongan"),
    (r"(?:silent|incomplete): espeak-ng is not installed .+ and (\d+) of (\d+) pieces have no recording",
     "espeak-ng belum dipasang, dan {0} dari {1} potongan tanpa rekaman"),
    (r"ok", "ok"),
)
_POST = re.compile(r"[a-z0-9-]+/[a-z0-9-]+")  # whose reason it is, where the hub passes it on
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
    known = why and (part(name) != name or _POST.fullmatch(name))
    return f"{part(name)}: {reason(why)}" if known else f"teknis: {english}"


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
    if re.fullmatch(r"[0-9]+\.[0-9]+", text):
        return text.replace(".", ",")
    if re.fullmatch(r"\S+(?: or \S+)+", text):
        return text.replace(" or ", " atau ")
    return _translated(text) or ", ".join(map(part, text.split(", ")))
