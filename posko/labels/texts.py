"""Every text that an operator reads: both languages side by side. Pure data.

To change a text, change it here; nothing else has to be run. That is why these are no gettext catalogues: those need
a tool that a Raspberry Pi does not have, a second file that is compiled from the first, and they show the wrong
language in silence where an entry is missing. Here a type checker finds a text that lacks a language, a misspelt name
of a text is an error before the program runs, and a reader sees both languages at once.

Tables are keyed by the words of the wire. `{name}` stands for a value; a text has the same ones in both languages.
"""

from collections.abc import Mapping

from contract.wire import timing
from posko.labels.language import Text

# A post's state, or what keeps it from sounding: in a word, and as a reason.
STATES: Mapping[str, Text] = {
    "ready": Text("siap", "ready"),
    "sounding": Text("BERBUNYI", "SOUNDING"),
    "silenced": Text("disenyapkan", "silenced"),
    "locked": Text("terkunci", "locked"),
    "fault": Text("gangguan", "fault"),
    "offline": Text("terputus", "offline"),
    "away": Text("tidak ada kabar", "away"),
    "unheard": Text("belum pernah melapor", "never reported"),
    "waiting": Text("menunggu", "waiting"),
    "quiet": Text("tidak berbunyi", "quiet"),
    "mute": Text("sirene tanpa arus", "siren mute"),
    "unanswered": Text("tidak menjawab", "no answer"),
}
REASONS: Mapping[str, Text] = {
    "away": Text(
        f"tidak ada kabar {timing.POST_LOST_S:g} detik lebih", f"no report for {timing.POST_LOST_S:g} s or longer"
    ),
    "offline": Text("terputus dari server pesan (broker)", "offline: its connection to the broker has ended"),
    "unheard": STATES["unheard"],
    "locked": Text("terkunci: alarm dari luar tidak berbunyi di sana", "locked: its key shuts the network out"),
    "silenced": Text("disenyapkan di sana", "silenced there"),
    "waiting": Text("menunggu: ada yang lebih gawat berbunyi di sana", "waits: something more urgent sounds there"),
    "quiet": Text("tersambung, tetapi tidak berbunyi", "linked, but quiet"),
    "mute": Text("dinyalakan, tetapi sirenenya tanpa arus", "it is on, but its siren draws no current"),
    "unanswered": Text("tidak menjawab", "it does not answer"),
}
LEFT: Mapping[str, Text] = {  # why a post is offline
    "revoked": Text("dicabut", "revoked"),
}
SO_IT_REPORTS = Text("begitu laporannya sendiri", "so it reports itself")
SOUNDED = Text("terakhir masih berbunyi; {why}", "it sounded when last seen; {why}")
SEVERITIES: Mapping[str, Text] = {
    "rendah": Text("rendah", "low"), "sedang": Text("sedang", "medium"), "tinggi": Text("tinggi", "high"),
}
# What a node or the hub reports.
EVENTS: Mapping[str, Text] = {
    "pressed": Text("tombol ditekan", "button pressed"),
    "published": Text("terkirim", "published"),
    "listed": Text("sudah masuk ke posko", "recorded by the hub"),
    "sounding": Text("berbunyi", "sounding"),
    "resumed": Text("berbunyi lagi", "sounding again"),
    "extended": Text("diperpanjang", "extended"),
    "preempted": Text("ditunda, ada yang lebih gawat", "preempted by something more urgent"),
    "resting": Text("jeda (batas waktu bunyi)", "resting"),
    "finished": Text("berakhir", "over"),
    "cleared": Text("aman", "cleared"),
    "silenced": Text("disenyapkan", "silenced"),
    "locked": Text("terkunci", "locked"),
    "unlocked": Text("kunci dibuka", "unlocked"),
    "refused": Text("DITOLAK", "REFUSED"),
    "warning": Text("peringatan", "warning"),
    "late": Text("terlambat, tidak dibunyikan", "too late, not sounded"),
    "tested": Text("tes alat", "self-test"),
    "fault": Text("gangguan", "fault"),
    "recovered": Text("pulih", "recovered"),
    "linked": Text("tersambung", "linked"),
    "ronda": Text("ronda", "patrol"),
    "accepted": Text("sudah masuk", "recorded"),
    "proven": Text("semua pos berbunyi", "all posts ring"),
    "missing": Text("ADA POS YANG TIDAK BERBUNYI", "NOT ALL POSTS RING"),
    "away": Text("tidak ada kabar", "away"),
    "back": Text("ada kabar lagi", "back"),
    "restored": Text("aktif lagi", "in force again"),
    "responded": Text("dijawab", "response"),
    "unanswered": Text("BELUM ADA YANG MENJAWAB", "NOBODY HAS RESPONDED"),
    "lapor": Text("laporan masuk", "report recorded"),
    "closed": Text("laporan ditutup", "report closed"),
}

# Names and values.
EVERYWHERE = Text("semua desa dan kelurahan", "all villages")
UNLISTED = Text("tak terdaftar", "unlisted")
HELP = Text("Minta tolong", "Call for help")  # a private incident on an open screen
PRIVATE = Text("(catatan hanya di laporan)", "(note in the report only)")
CLAIMED = Text("mengaku {who}", "claims to be {who}")
NAMELESS = Text("tanpa nama", "nameless")
PATROL = Text("Ronda", "Patrol")
LAPOR = Text("Laporan warga", "Resident's report")
EXERCISE = Text("LATIHAN ", "EXERCISE ")
WHAT_WHERE = Text("{what} di {where}", "{what} in {where}")
SECONDS = Text("{number} detik", "{number} s")
LENGTH_S = Text("{seconds} dtk", "{seconds} s")
LENGTH_MIN = Text("{minutes} mnt {seconds} dtk", "{minutes} min {seconds} s")
LENGTH_H = Text("{hours} jam", "{hours} h")

# An order: what it is, and how it ends well or badly, by its act.
ACTS: Mapping[str, Text] = {
    "alarm": Text("ALARM", "ALARM"), "clear": Text("AMAN", "CLEAR"), "silence": Text("SENYAP", "SILENCE"),
    "test": Text("TES ALAT", "TEST"),
}
TITLES: Mapping[str, Text] = {
    "clear": Text("Sudah aman di {where}", "All-clear in {where}"),
    "silence": Text("Bunyi dihentikan di {where}", "Silence in {where}"),
    "test": Text("Tanpa bunyi di {where}", "Self-test without a sound in {where}"),
    "knock": Text("Satu ketukan, suara kecil, di {where}", "Self-test with one soft tap in {where}"),
}
THINGS: Mapping[str, Text] = {
    "alarm": Text("alarm", "alarm"), "clear": Text("tanda aman", "all-clear"),
    "silence": Text("perintah senyap", "silence"), "test": Text("perintah tes alat", "self-test"),
}
GOOD: Mapping[str, Text] = {
    "alarm": Text("berbunyi", "rings"), "clear": Text("sudah tidak berbunyi", "quiet"),
    "silence": Text("sudah tidak berbunyi", "quiet"), "test": Text("normal", "well"),
}
BAD: Mapping[str, Text] = {
    "alarm": Text("TIDAK berbunyi", "does NOT ring"), "clear": Text("MASIH berbunyi", "STILL sounds"),
    "silence": Text("MASIH berbunyi", "STILL sounds"), "test": Text("BERMASALAH", "NOT well"),
}
ALREADY = Text(", sudah sebelumnya", ", already before")
RETRYING = Text("{why}; mencoba lagi", "{why}; trying again")
DESK_FAULT = Text("gangguan di komputer ini: {part}: {why}", "a fault of this computer: {part}: {why}")
ACKNOWLEDGED = Text("diterima server pesan (broker)", "the broker has it")
RECORDED = Text("sudah masuk ke posko", "recorded by the hub")
REPEATED = Text("; diulang sampai berakhir", "; repeated until it is over")
SIMULATED = Text(" SIMULASI", " SIMULATED")
LOUDSPEAKER = Text(", pengeras suara {sound}", ", loudspeaker {sound}")
VOICE = Text(", suara {voice}", ", voice {voice}")
BROKEN_OFF = Text("! tidak ditunggu lagi", "! not waited for any longer")
NOT_SENT = Text("✗ {thing} TIDAK terkirim: {why}", "✗ {thing} NOT sent: {why}")
NO_RIGHT = Text("{why}. Akun ini tidak berhak mengirimnya", "{why}. This account has no right to send it")
NO_ACKNOWLEDGEMENT = Text("server pesan (broker) tidak membalas dalam {wait_s} detik. Ulangi perintahnya",
                          "the broker did not acknowledge it within {wait_s} s. Try again")
NO_BROKER = Text("server pesan (broker) tidak menjawab", "the broker does not answer")
CHECK_LOGIN = Text("nama pengguna dan kata sandi", "the username and password")
CHECK_ADDRESS = Text("server pesan (broker) dan alamatnya", "the broker and its address")
NO_LINK = Text("{why}. Periksa {what}; sementara itu pakai tombol di pos, atau telepon",
               "{why}. Check {what}; meanwhile use the buttons at the posts, or the telephone")
NO_MQTT_5 = Text("{why}. Pakai Mosquitto 2; sementara itu pakai tombol di pos, atau telepon",
                 "{why}. Use Mosquitto 2; meanwhile use the buttons at the posts, or the telephone")
DOUBTED = Text("! {why}. Yang menentukan: apa yang dilaporkan pos di atas ini",
               "! {why}. What the posts report decides")
CANNOT_BE_TOLD = Text("? TIDAK DAPAT DIPASTIKAN apakah masih berbunyi: {post}: {why}",
                      "? CANNOT BE TOLD whether it still sounds: {post}: {why}")
STILL_SOUNDS = Text("! {post} masih membunyikan {alarm}; itu alarm lain: kentongan clear {village}",
                    "! {post} still sounds {alarm}; that is another alarm: kentongan clear {village}")
HUB_SILENT_ALARM = Text(
    "! SERVER POSKO TIDAK MENJAWAB. Alarm ini tidak diulang: pos yang sekarang terputus TIDAK akan berbunyi nanti. "
    "Telepon pos itu.",
    "! THE HUB DOES NOT ANSWER. This alarm is not repeated: posts that are away now will NOT ring later. Call them.",
)
HUB_SILENT = Text(
    "! SERVER POSKO TIDAK MENJAWAB: pos yang sekarang terputus tidak akan menerima perintah ini nanti. Telepon pos "
    "itu.",
    "! THE HUB DOES NOT ANSWER: posts that are away now will not get this order later. Call them.",
)
HUB_BEHIND = Text("! server posko hidup, tetapi belum mencatatnya", "! the hub is running, but has not recorded it")
HUB_SHUT_OUT = Text(
    "! Sebuah kotak di {place} mengirim berlebihan, jadi server posko tidak menerima kiriman desa/kelurahan itu. Cari "
    "kotaknya, lalu di komputer server pesan (broker): kentongan broker revoke {village}.NAMA-POS --reload",
    "! A box in {place} publishes far too much, so the hub takes nothing of that village. Find it, then on the "
    "broker's machine: kentongan broker revoke {village}.POST --reload",
)
HUB_REFUSED = Text("✗ DITOLAK server posko: {why}", "✗ REFUSED by the hub: {why}")
CALL = Text("; telepon {phone}", "; call {phone}")
NO_POST_IN_REACH = Text("✗ di berkas wilayah tidak ada pos yang harus membunyikannya",
                        "✗ no post in the district file is to sound it")
NO_POST_HERE = Text("✗ di berkas wilayah desa/kelurahan ini tidak punya pos",
                    "✗ this village has no post in the district file")
ALL_RING = Text("{mark} {total} dari {total} pos berbunyi{took}", "{mark} {total} of {total} posts ring{took}")
SOME_RING = Text("{mark} {good} dari {total} pos berbunyi; {bad} TIDAK",
                 "{mark} {good} of {total} posts ring; {bad} NOT")
ANSWERED = Text("{mark} {good} dari {total} pos menjawab dan normal",
                "{mark} {good} of {total} posts answered and are well")
STILL_SOUNDING = Text("{mark} {bad} pos masih berbunyi", "{mark} {bad} posts still sound")
UNKNOWN_TOO = Text("; {unknown} tidak dapat dipastikan", "; of {unknown} it cannot be told")
UNKNOWN = Text("{mark} tidak dapat dipastikan: {unknown} pos tidak menjawab. Lihat sendiri, atau telepon",
               "{mark} cannot be told: {unknown} posts did not answer. Look there, or call")
ALL_QUIET = Text("{mark} semua sudah tidak berbunyi{took}", "{mark} all quiet{took}")
NOTHING_SOUNDED = Text("{mark} tidak ada yang berbunyi", "{mark} quiet: nothing was sounding")
TOOK = Text(" setelah {time}", " after {time}")

# A response, and how far who gives it is.
STEPS: Mapping[str, Text] = {
    "diterima": Text("sudah menerima", "has seen it"), "menuju": Text("menuju lokasi", "is coming"),
    "di-lokasi": Text("di lokasi", "is there"), "selesai": Text("selesai", "has done"),
}
RESPONDS = Text("JAWABAN  {alarm}: {by} {step}", "RESPONSE  {alarm}: {by} {step}")
RESPONSE_RECORDED = Text("✓ tercatat: {step}", "✓ recorded: {step}")
RESPONSE_UNSENT = Text("✗ jawaban TIDAK terkirim: {why}", "✗ response NOT sent: {why}")
RESPONSE_NOT_RECORDED = Text(
    "✗ BELUM TERCATAT: server posko tidak menjawab dalam {wait_s} detik. Ulangi perintahnya, atau telepon posko",
    "✗ NOT RECORDED: the hub did not show it within {wait_s} s. Try again, or call the posko")
NOTHING_TO_RESPOND_TO = Text(
    "✗ tidak ada yang bisa dijawab: dalam 12 jam terakhir tidak ada alarm {alarm}",
    "✗ nothing to respond to: no alarm in the last 12 hours: {alarm}")
NO_OPEN_REPORT = Text("✗ tidak ada yang bisa dijawab: tidak ada laporan yang terbuka: {alarm}",
                      "✗ nothing to respond to: no report is open: {alarm}")
REPORTS = Text("LAPORAN  {where} (tingkat {severity}): {what}", "REPORT  {where} (severity {severity}): {what}")
REPORT_RECORDED = Text("✓ tercatat dengan nomor {identifier}", "✓ recorded under the number {identifier}")
REPORT_UNSENT = Text("✗ laporan TIDAK terkirim: {why}", "✗ report NOT sent: {why}")
NUMBER = Text("; nomor {identifier}", "; number {identifier}")
NUMBER_TITLE = Text("Nomor", "Number")
RESPONDERS = Text("; jawaban: {who}", "; responses: {who}")
NOBODY_YET = Text("belum ada", "nobody yet")

# What is typed.
UNKNOWN_STEP = Text("langkah {found} tidak dikenal; {hint}", "unknown step {found}; {hint}")
BAD_BY = Text("--by {found}: tulis 1 sampai 80 huruf yang terbaca, misalnya petugas/polsek",
              "--by {found}: write 1 to 80 readable characters, such as petugas/polsek")
UNKNOWN_SEVERITY = Text("tingkat (--severity) {found} tidak dikenal; {hint}", "unknown --severity {found}; {hint}")
ONE_VILLAGE = Text("laporan harus dari satu desa/kelurahan; {hint}", "a report is of one village; {hint}")
REPORT_UNREADABLE = Text("laporan berisi huruf yang tidak terbaca: {found}",
                         "the report has characters that people cannot read: {found}")
REPORT_LENGTH = Text("laporan harus 1 sampai {most} huruf; ini {count}",
                     "a report has 1 to {most} characters; this has {count}")
BAD_IDENTIFIER = Text("--id {found}: tulis nomor laporan seperti yang tampil di kentongan watch",
                      "--id {found}: write the report's number as kentongan watch shows it")
ID_OF_ALARM = Text("--id hanya untuk laporan: kentongan respond lapor {village} {step} --id NOMOR",
                   "--id is for reports only: kentongan respond lapor {village} {step} --id NUMBER")
WRONG_RESPONSE = Text("urutannya terbalik: kentongan respond {incident} {village} {step}",
                      "the other way round: kentongan respond {incident} {village} {step}")
WRONG_ORDER = Text("urutannya terbalik: kentongan alarm {village} {incident}",
                   "the other way round: kentongan alarm {village} {incident}")
NOT_AN_ALARM = Text("aman bukan alarm; pakai: kentongan clear {village}",
                    "aman is not an alarm; use: kentongan clear {village}")
ORDERED_AS = Text("sebagai {who}, di {district}, lewat server pesan (broker) {broker}",
                  "as {who}, in {district}, at the broker {broker}")
NO_ACCOUNT = Text("{login} (tanpa akun)", "{login} (no account)")
EVERYWHERE_ONLY = Text("{incident} hanya untuk semua desa sekaligus; tulis semua sebagai nama desa",
                       "{incident} is raised for all villages at once; write semua as the village")
UNKNOWN_INCIDENT = Text("kejadian {found} tidak dikenal; {hint}", "unknown incident {found}; {hint}")
UNKNOWN_VILLAGE = Text("desa/kelurahan {found} tidak dikenal; {hint}", "unknown village {found}; {hint}")
MEANT = Text("maksudnya {name}?", "did you mean {name}?")
KNOWN = Text("yang dikenal: {names}", "known: {names}")
NOTE_UNREADABLE = Text("catatan (--note) berisi huruf yang tidak terbaca: {found}",
                       "--note has characters that people cannot read: {found}")
NOTE_TOO_LONG = Text("catatan (--note) terlalu panjang; kurangi {over} huruf",
                     "--note is too long; shorten it by {over} bytes")
NOTE_OF_EXERCISE = Text("catatan (--note) mengumumkan latihan; tambahkan --exercise, atau awali dengan kata lain",
                        "--note announces an exercise; add --exercise, or begin it with another word")
NOTE_TAKES_BACK = Text("catatan (--note) {note} berarti batal; untuk mengakhiri alarm: kentongan clear {village}",
                       "--note {note} takes it back; to end an alarm: kentongan clear {village}")
NOTE_WITHOUT_OPTION = Text("tulis catatan dengan --note {note}", "write a note with --note {note}")
WATCHED_TWICE = Text("--also: {district} ditulis dua kali", "--also: {district} is given twice")
OTHER_ZONE = Text("--also: jam {district} {zone}, yang pertama {here}; lihat masing-masing sendiri",
                  "--also: times of {district} are {zone}, of the first {here}; watch each by itself")
NO_OUTPUT = Text("keluaran tidak bisa ditulis: {why}", "the output cannot be written: {why}")

# The watch.
LINKED = Text("tersambung ke server pesan (broker); semua jam {zone}", "linked to the broker; times are {zone}")
UNLINKED = Text("PUTUS dari server pesan (broker), mencoba lagi: {why}", "NO LINK to the broker, trying again: {why}")
NEVER_LINKED = Text("✗ tidak pernah tersambung: {why}", "✗ never linked: {why}")
HUB_NAME = Text("server posko", "hub")
HUB_LIVES = Text("server posko hidup", "the hub is running")
HUB_LOST = Text("!! SERVER POSKO TIDAK MENJAWAB: alarm tidak diulang",
                "!! THE HUB DOES NOT ANSWER: alarms are not repeated")
HUB_LOST_BAR = Text("SERVER POSKO TIDAK MENJAWAB: alarm tidak diulang; yang terlewat tidak akan berbunyi",
                    "THE HUB DOES NOT ANSWER: alarms are not repeated; who misses one will not ring")
HUB_FAULT = Text("gangguan server posko: {part}: {why}", "a fault of the hub: {part}: {why}")
CLOCKS: Mapping[str, Text] = {
    "synced": Text("jam sudah sinkron", "clock synchronised"),
    "unsynced": Text("jam belum sinkron", "clock not synchronised"),
}
OUTBOX = Text("{count} kiriman belum sampai", "{count} presses not yet delivered")
IN_FORCE = Text("aktif: {alarm}{severity}{about}: {rings} dari {total} pos berbunyi",
                "in force: {alarm}{severity}{about}: {rings} of {total} posts ring")
SEVERITY = Text(" (tingkat {severity})", " (severity {severity})")
SENT_BY = Text("; pengirim: {who}", "; sender: {who}")
RAISED_AGAIN = Text("⚠ {alarm} masuk lagi walau sudah disenyapkan {count} kali",
                    "⚠ {alarm} was raised again after {count} silences")
REVOKE = Text("Kalau kotaknya dicuri atau rusak, ketik di komputer server posko: {line}",
              "If that box is stolen or broken, type on the hub's computer: {line}")
NOT_RINGING = Text("; tidak: {posts}", "; not: {posts}")
BEYOND = Text(", dari kecamatan tetangga", ", of a neighbouring district")
NOT_LISTED = Text(", tidak ada di daftar server posko", ", not on the hub's list")
OPEN_REPORT = Text("terbuka: {report}{severity}, sudah {age}: {what}", "open: {report}{severity}, for {age}: {what}")
NOT_KEPT = Text("; BELUM tercatat", "; NOT recorded yet")
MORE_REPORTS = Text(" … dan {count} laporan lagi", " … and {count} more reports")
REPORTS_TITLE = Text("Laporan warga", "Residents' reports")
OVER = Text("berakhir: {alarm}", "over: {alarm}")
NO_ALARM = Text("Tidak ada alarm", "No alarm in force")
NOT_KNOWN = Text("Belum diketahui apakah ada alarm", "Not known whether an alarm is in force")
MORE_POSTS = Text(" … dan {count} pos lagi", " … and {count} more posts")
MORE_DISTRICTS = Text(" … dan {count} kecamatan lagi tanpa alarm", " … and {count} more districts without an alarm")
POSTS = Text("{count} pos", "{count} posts")
DISTRICTS = Text("{count} kecamatan", "{count} districts")
ALARMS = Text("Alarm aktif: {count}", "In force: {count}")
NOT_READY = Text("Pos yang berbunyi, atau tidak siap", "Posts that sound, or are not ready")
EVENTS_TITLE = Text("Yang terjadi · Ctrl-C: keluar", "Events · Ctrl-C: leave")
ALARM_COLUMNS = (
    Text("Alarm aktif", "In force"), Text("Tingkat", "Severity"), Text("Sudah berjalan", "Age"), Text("Sisa", "Left"),
    Text("Berbunyi", "Ring"), Text("Asal:", "From:"), Text("Yang belum:", "Not:"), Text("Jawaban:", "Responses:"),
)
POST_COLUMNS = (
    Text("Pos", "Post"), Text("Keadaan", "State"), Text("Sejak", "Since"), Text("Kabar", "Report"),
    Text("Jam", "Clock"), Text("Bunyi, gangguan", "Sound, faults"),
)
UNLISTED_ALARM = Text("tak tercatat", "unlisted")
BEYOND_ALARM = Text("kecamatan tetangga", "neighbouring district")

# The report.
SUMMARY_COLUMNS = (
    Text("Kejadian", "Incident"), Text("Tingkat", "Severity"), Text("Desa/kelurahan", "Village"),
    Text("Alarm", "Alarms"), Text("palsu", "false"), Text("Latihan", "Exercises"), Text("Terlambat", "Late"),
    Text("Waktu tak\ndiketahui", "Unknown\nage"),
)
RESPONSE_COLUMNS = (
    Text("Jawaban", "Responses"), Text("Desa/kelurahan", "Village"), Text("Alarm", "Alarms"),
    Text("Dijawab", "Responded"), Text("Jawaban\npertama", "First\nresponse"), Text("Tiba di\nlokasi", "Arrival"),
)
LIST_COLUMNS = (
    Text("Waktu", "Time"), Text("Alarm", "Alarm"), Text("Sifat", "Kind"), Text("Lama\n(detik)", "Length\n(s)"),
    Text("Sirene\n(detik)", "Siren\n(s)"), Text("Pos", "Posts"), Text("Akhir", "End"),
)
NIGHT_COLUMNS = (Text("Pos", "Post"), Text("Desa/kelurahan", "Village"), Text("Malam", "Night"), Text("Pukul", "Hours"))
TOTAL = Text("Jumlah", "Total")
STATUSES: Mapping[str, Text] = {
    "Actual": Text("nyata", "actual"), "Exercise": Text("latihan", "exercise"), "Test": Text("tes", "test"),
}
ENDS: Mapping[str, Text] = {
    "finished": Text("waktu habis", "time over"), "cleared": Text("aman", "all-clear"),
    "earnest": Text("ternyata nyata", "became actual"), "late": Text("terlambat", "late"),
    "unknown": Text("tidak diketahui", "unknown"),
}
FALSE = Text(" (palsu)", " (false)")
STILL_IN_FORCE = Text("MASIH AKTIF", "STILL IN FORCE")
NOT_RECORDED = Text("tidak tercatat", "not recorded")
ORIGINS: Mapping[str, Text] = {
    "button": Text("tombol", "button"), "schedule": Text("jadwal", "schedule"),
    "operator": Text("operator", "operator"),
}
FROM = Text("asal: {who}", "from: {who}")
NOTE = Text("catatan: {note}", "note: {note}")
RESPONSE = Text("jawaban: {who} {step}, setelah {after}", "response: {who} {step}, after {after}")
NOT_IN_TIME = Text("tidak dijawab pada waktunya", "no response in time")
DID_NOT_RING = Text("tidak berbunyi: {posts}", "did not ring: {posts}")
NO_ALARMS_IN = Text("Tidak ada alarm pada {month}.", "No alarms in {month}.")
NO_ALARMS = Text("Belum ada alarm yang tercatat.", "No alarms are recorded yet.")
ROUNDS_IN = Text("Ronda {month}", "Patrols in {month}")
NO_ROUNDS_IN = Text("Tidak ada ronda pada {month}.", "No patrols in {month}.")
NO_ROUNDS = Text("Belum ada ronda yang tercatat.", "No patrols are recorded yet.")
REPORT_SUMMARY_COLUMNS = (
    Text("Desa/kelurahan", "Village"), Text("Laporan", "Reports"), Text("Terbuka", "Open"),
    Text("Dijawab", "Responded"), Text("Jawaban\npertama", "First\nresponse"), Text("Tiba di\nlokasi", "Arrival"),
)
REPORT_COLUMNS = (
    Text("Waktu", "Time"), Text("Laporan", "Report"), Text("Tingkat", "Severity"), Text("Akhir", "End"),
)
CLOSURES: Mapping[str, Text] = {
    "done": Text("selesai", "done"), "expired": Text("tidak ditutup siapa pun", "closed by nobody"),
    "open": Text("MASIH TERBUKA", "STILL OPEN"),
}
CLOSED_AFTER = Text(", setelah {after}", ", after {after}")
REPORTS_IN = Text("Laporan warga {month}", "Residents' reports in {month}")
NO_REPORTS_IN = Text("Tidak ada laporan warga pada {month}.", "No residents' reports in {month}.")
NO_REPORTS = Text("Belum ada laporan warga yang tercatat.", "No residents' reports are recorded yet.")
MADE_NONE = Text("Tidak meronda: {posts}", "Made no patrol: {posts}")
UNDATED = Text("Tanpa tanggal", "Undated")
LEGEND: Mapping[str, Text] = {
    "unsynced": Text("~ jam posko atau pos belum sinkron saat itu, jadi waktunya mungkin meleset",
                     "~ the hub's or the post's clock was not synchronised, so this time may be wrong"),
    "before": Text("< terjadi sebelum waktu itu; kapan tepatnya tidak diketahui",
                   "< happened before this time; exactly when is not known"),
}
ROW_SKIPPED = Text("peringatan: baris {row} di jurnal dilewati: {column} tidak terbaca",
                   "warning: row {row} of the journal skipped: {column} cannot be read")
NO_JOURNAL = Text(
    "{path}: tidak ada jurnal; jalankan di komputer server posko, tempat `kentongan posko` pernah berjalan, dan "
    "periksa state_dir di pengaturan",
    "{path}: there is no journal; run this on the hub's computer, where `kentongan posko` has run, and check "
    "state_dir in the settings",
)
JOURNAL_CLOSED = Text("{path}: tidak bisa dibaca: {why}; coba sebagai pengguna posko, atau dengan sudo",
                      "{path}: cannot be read: {why}; try as the hub's user, or with sudo")
JOURNAL_DAMAGED = Text(
    "{path}: jurnal tidak terbaca: {why}; berkas rusak; server posko menyisihkannya dan memulai yang baru",
    "{path}: the journal cannot be read: {why}; the file is damaged; the hub sets it aside and begins a new one",
)
JOURNAL_AWAY = Text(
    "{path}: jurnal tidak terbaca: {why}; periksa server basis data dan baris `journal` di pengaturan",
    "{path}: the journal cannot be read: {why}; check the database server, and `journal` in the settings",
)
JOURNAL_BUSY = Text(
    "{path}: jurnal tidak terbaca: {why}; coba lagi sebentar lagi, sebagai pengguna posko atau dengan sudo",
    "{path}: the journal cannot be read: {why}; try again in a moment, as the hub's user or with sudo",
)
