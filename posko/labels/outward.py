"""What messages outward say: both languages side by side. Pure data; see `posko.labels.texts`."""

from collections.abc import Mapping

from posko.labels.language import Text

TITLE = Text("KENTONGAN {district}: {what}", "KENTONGAN {district}: {what}")
# The titles, by the occasion.
ALARM = Text("{exercise}ALARM {alarm}", "{exercise}ALARM {alarm}")
CLEARED = Text("{exercise}AMAN {alarm}", "{exercise}ALL-CLEAR {alarm}")
OVER = Text("{exercise}BERAKHIR {alarm}", "{exercise}OVER {alarm}")
UNANSWERED = Text("{exercise}BELUM ADA YANG MENJAWAB {alarm}", "{exercise}NOBODY HAS RESPONDED {alarm}")
MISSING = Text("{exercise}ADA POS YANG TIDAK BERBUNYI {alarm}", "{exercise}NOT ALL POSTS RING {alarm}")
FAULT = Text("GANGGUAN {who}", "FAULT {who}")
RECOVERED = Text("PULIH {who}", "RECOVERED {who}")
REPORT = Text("LAPORAN dari {where}", "REPORT from {where}")
TEST = Text("pesan uji coba", "test message")
DELAYED = Text("TERTUNDA {length}: {title}", "DELAYED {length}: {title}")
SUMMARY = Text("{count} pesan sekaligus", "{count} messages in one")
# The lines.
EXERCISE = Text("Ini LATIHAN, bukan kejadian sungguhan.", "This is an EXERCISE, not an emergency.")
WHEN = Text("Pukul {at}", "At {at}")
SEVERITY = Text("Tingkat: {severity}", "Severity: {severity}")
SENDER = Text("Pengirim: {who}", "Sender: {who}")
PHONE = Text("Telepon pos: {phone}", "Telephone of the post: {phone}")
NOTE = Text("Catatan: {note}", "Note: {note}")
RINGS = Text("{rings} dari {expected} pos berbunyi", "{rings} of {expected} posts ring")
NO_POSTS = Text("Tidak ada pos yang harus membunyikannya", "No post is to sound it")
NOT_RINGING = Text("Tidak berbunyi: {post}: {why}{call}", "Does not ring: {post}: {why}{call}")
MORE = Text("… dan {count} pos lagi", "… and {count} more posts")
RESPONDER = Text("Jawaban: {who} {step}", "Response: {who} {step}")
AFTER = Text("Sudah {length} tanpa jawaban petugas", "{length} without a response")
LASTED = Text("Berlangsung {length}", "It lasted {length}")
LATE = Text("Pesan ini terlambat: alarm itu sudah berakhir", "This message is late: that alarm is over")
ENDED: Mapping[str, Text] = {
    "cleared": Text("Sudah ada tanda aman", "The all-clear was given"),
    "time": Text("Waktunya habis; belum ada tanda aman", "Its time is over; there was no all-clear"),
    "unknown": Text("Tidak ada lagi di daftar server posko; tanda aman belum tentu ada",
                    "It is not on the hub's list any more; whether there was an all-clear is not known"),
}
HUB = Text("server posko", "the hub")
LINK = Text("sambungan ke server pesan (broker)", "the connection to the broker")
HUB_SILENT = Text("Server posko tidak menjawab: alarm tidak diulang, dan yang terlewat tidak akan berbunyi",
                  "The hub does not answer: alarms are not repeated, and who misses one will not ring")
SINCE = Text("Sejak pukul {at}", "Since {at}")
WHY = Text("Sebab: {why}", "Reason: {why}")
TEST_BODY = Text(
    "Ini pesan uji coba dari server posko. Kalau terbaca, pesan keluar dari sini sampai. Tidak ada alarm.",
    "This is a test message of the hub. If you read it, messages from here arrive. There is no alarm.",
)
