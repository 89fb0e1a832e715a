"""What the page's server says to people, in both languages; `posko.labels.texts` has the rest."""

from collections.abc import Mapping

from posko.labels.language import Text
from posko.web.core.asked import Outcome

PRESS_STATES: Mapping[str, Text] = {
    "disimpan": Text("tersimpan, belum terkirim", "kept, not sent yet"),
    "terkirim": Text("terkirim", "sent"),
    "dicatat": Text("dicatat posko", "recorded by the posko"),
    "berbunyi": Text("pos berbunyi", "posts ring"),
    "petugas": Text("petugas menjawab", "a responder has answered"),
    "berakhir": Text("berakhir", "over"),
    "ditolak": Text("ditolak", "refused"),
    "terlambat": Text("terlambat, tidak dibunyikan", "too late, not sounded"),
}
SALAH: Mapping[Outcome, Text] = {
    Outcome.FORBIDDEN: Text("Anda tidak berhak melakukan ini.", "You may not do this."),
    Outcome.STRANGER: Text("Anda belum masuk, atau kartu Anda sudah diganti. Minta kartu baru ke posko.",
                           "You are not logged in, or your card was replaced. Ask the posko for a new one."),
    Outcome.BAD: Text("Isian tidak dapat dibaca: {what}.", "This cannot be read: {what}."),
    Outcome.UNKNOWN: Text("Nama desa, kejadian, atau alarm itu tidak dikenal. Muat ulang halaman ini.",
                          "No such village, incident or alarm is known. Load this page again."),
    Outcome.TOO_LATE: Text("Sudah terlambat untuk itu. Telepon posko.", "It is too late for that. Call the posko."),
    Outcome.OTHERS: Text("Ada alarm lain yang masih aktif di sini, jadi hanya posko yang boleh mengakhirinya. "
                         "Telepon posko.",
                         "Another alarm is in force here, so only the posko may end it. Call the posko."),
    Outcome.TOO_OFTEN: Text("Terlalu sering. Coba lagi nanti; kalau darurat, telepon posko.",
                            "Too often. Try again later; in an emergency call the posko."),
    Outcome.FULL: Text("Terlalu banyak yang menunggu dikirim. Telepon posko.",
                       "Too much waits to be sent. Call the posko."),
    Outcome.DISK: Text("Kiriman tidak dapat disimpan di komputer posko. Kalau darurat, telepon posko sekarang.",
                       "It cannot be kept on the posko's computer. In an emergency call the posko now."),
    Outcome.UNLINKED: Text("Komputer posko tidak tersambung ke server pesan. Kalau darurat, telepon posko.",
                           "The posko's computer has no link to the broker. In an emergency call the posko."),
    Outcome.NOT_READY: Text("Komputer posko baru saja dinyalakan. Coba lagi sebentar lagi.",
                            "The posko's computer has just started. Try again in a moment."),
    Outcome.USED: Text("Kode itu sudah dipakai. Minta kartu baru ke posko.",
                       "That code was used before. Ask the posko for a new card."),
}
WRONG_CODE = Text("Kode itu tidak dikenal. Periksa hurufnya, atau minta kartu baru ke posko.",
                  "No such code is known. Check its letters, or ask the posko for a new card.")
FORGED = Text("Halaman ini sudah lama terbuka. Muat ulang, lalu coba lagi.",
              "This page has been open for too long. Load it again, then try once more.")
NOT_THERE = Text("Halaman itu tidak ada.", "There is no such page.")
FAILED = Text("Ada kesalahan di komputer posko. Coba lagi; kalau darurat, telepon posko.",
              "Something failed on the posko's computer. Try again; in an emergency call the posko.")
