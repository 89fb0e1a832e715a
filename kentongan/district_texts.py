"""What `kentongan district new` asks and answers, in both languages."""

from posko.labels.language import Text

NAME = Text("Nama kecamatan, misalnya Kecamatan Situbondo", "Name of the kecamatan, such as Kecamatan Situbondo")
CODE = Text("Kode Kemendagri kecamatan, misalnya 35.12.07", "Kemendagri's code of the kecamatan, such as 35.12.07")
SLUG = Text("Nama pendeknya, untuk topik dan berkas", "Its short name, for topics and files")
RHYTHMS = Text("Ragam kode kentongan: {known}", "Code family of the drum: {known}")
PHONE = Text("Nomor telepon posko (kosong: belum ada)", "Telephone number of the posko (empty: none yet)")
VILLAGE = Text("Nama desa atau kelurahan ke-{count} (kosong: selesai)", "Name of village {count} (empty: no more)")
VILLAGE_CODE = Text(
    "Kode {name}, misalnya {code}.2001 atau 2001 (kosong: ganti namanya)",
    "Code of {name}, such as {code}.2001 or 2001 (empty: another name)",
)
KIND = Text("{name} desa atau kelurahan?", "Is {name} a desa or a kelurahan?")
FIRST_POST = Text("Nama pos pertama di {name} (- : tanpa pos)", "Name of the first post in {name} (- : no post)")
POST = Text("Nama pos ke-{count} di {name} (kosong: selesai)", "Name of post {count} in {name} (empty: no more)")
AT = Text(
    "Letak {name}, lintang dan bujur seperti di HP: -7.7019, 113.9908 (kosong: belum tahu)",
    "Place of {name}, latitude and longitude as a telephone shows them: -7.7019, 113.9908 (empty: not known yet)",
)
OFFICE = Text(
    "Kantor yang mendengar semua desa, misalnya Polsek Situbondo (kosong: selesai)",
    "An office that hears all villages, such as Polsek Situbondo (empty: no more)",
)
OFFICE_AT = Text("Di desa atau kelurahan mana {name}?", "In which village is {name}?")
NEIGHBOURS = Text(
    "Tetangga {name}, pisahkan dengan koma; di kecamatan lain: panarukan/sumberkolak (kosong: cukup){known}",
    "Neighbours of {name}, with commas between them; in another kecamatan: panarukan/sumberkolak "
    "(empty: no more){known}",
)
KNOWN = Text("; sudah: {names}", "; already: {names}")
OVERWRITE = Text("{path} sudah ada. Timpa? (y/t)", "{path} is there already. Overwrite it? (y/n)")
WRITTEN = Text(
    "{path}: ditulis; {villages} desa/kelurahan, {posts} pos. Selanjutnya:\n"
    "  kentongan district check {path}\n"
    "  sudo kentongan broker provision --district {path} --host posko.local",
    "{path}: written; villages: {villages}, posts: {posts}. Next:\n"
    "  kentongan district check {path}\n"
    "  sudo kentongan broker provision --district {path} --host posko.local",
)
ACROSS = Text(
    "Alarm dari kecamatan lain terdengar di sini; supaya alarm di sini terdengar di sana, berkas mereka menulis:",
    "Alarms of the other kecamatan are heard here. For those of here to be heard there, their files must say:",
)
BAD_CODE = Text(
    "kode itu tidak bisa dipakai; tulis seperti 35.12.07", "that code cannot be used; write it as 35.12.07")
BAD_VILLAGE_CODE = Text(
    "kode itu bukan kode desa di {code}; tulis seperti {code}.2001, atau empat angka terakhirnya",
    "that is no code of a village of {code}; write it as {code}.2001, or its last four digits",
)
BAD_SLUG = Text("hanya huruf kecil, angka dan tanda hubung", "small letters, digits and hyphens only")
BAD_NAME = Text("nama itu tidak bisa dipakai; pakai huruf", "that name cannot be used; write letters")
RESERVED = Text("nama pendek {slug} punya arti lain; pakai nama lain", "{slug} means something else; take another name")
TAKEN = Text("{name} sudah ada", "{name} is there already")
BAD_CHOICE = Text("pilih {known}", "choose {known}")
BAD_PLACE = Text(
    "tulis lintang lalu bujur, misalnya -7.7019, 113.9908", "write latitude, then longitude, such as -7.7019, 113.9908")
NO_VILLAGE = Text("tidak ada desa {word}; yang ada: {known}", "there is no village {word}; known: {known}")
NEAR_VILLAGE = Text("tidak ada desa {word}; maksudnya {near}?", "there is no village {word}; did you mean {near}?")
BAD_BEYOND = Text(
    "{word}: tulis kecamatan/desa, misalnya panarukan/sumberkolak",
    "{word}: write kecamatan/village, such as panarukan/sumberkolak",
)
EXCHANGED = Text(
    "{word}: sebelum garis miring tertulis kecamatannya, padahal {home} desa di sini; terbalik?",
    "{word}: before the slash stands the kecamatan, and {home} is a village here; were they exchanged?",
)
BAD_PHONE = Text("nomor itu tidak bisa dipakai; tulis seperti 0338-671234", "write a number such as 0338-671234")
NOTHING_WRITTEN = Text("tidak ada yang ditulis", "nothing was written")
NO_ANSWER = Text(
    "tidak ada yang ditulis: jawaban berakhir sebelum selesai", "nothing was written: the answers ended before the end")
EXISTS = Text(
    "{path} sudah ada; tidak ada yang ditulis. Pakai nama lain, atau --overwrite",
    "{path} is there already; nothing was written. Take another name, or give --overwrite",
)
NEEDS = Text("{option}: wajib bersama --yes", "{option}: is needed with --yes")
NEEDS_CODE = Text("--code: wajib bersama --village", "--code: is needed with --village")
FORM = Text("{option} {given!r}: tulis {form}", "{option} {given!r}: write {form}")
CANNOT_WRITE = Text("{path} tidak bisa ditulis: {reason}", "{path} cannot be written: {reason}")
