"""The Indonesian that people read: what an editor found misleading stands nowhere in the product, and a concept has one
name.

Text is compared with its line breaks, its quotes and the joins of Python's strings left out.
"""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Recorded findings and English pages quote or speak English; what is tested here is what the product shows.
FOLDERS = ("posko", "demo", "kentongan", "broker", "node", "testing", "contract", "runtime", "config", "docs/id",
           "systemd")
PAGES = ("README.md", "docs/settings.md", "docs/glossary.md", "broker/README.md")
KINDS = (".py", ".yaml", ".md", ".service", ".conf")

# The phrase, and what is written instead.
MISLEADING = {
    "tekanan terasa": "tombol sudah tertekan",
    "tombol kejadiannya": "tombol yang sesuai",
    "kentongan memukul kodenya": "kode kentongan menyusul",
    "menunggu supaya serempak": "bisa setengah menit kemudian",
    "belum pasti sampai": "masih dikirim; desa lain mungkin belum tahu",
    "didengar posko": "sudah masuk ke posko",
    "tanda bahaya dari tempat lain": "bahaya dilaporkan dari luar pos ini",
    "telepon petugas": "telepon teknisi",
    "panggil petugas": "telepon teknisi",
    "kedip singkat sesekali": "sekali-sekali berkedip",
    "kedip pelan": "berkedip lambat",
    "mati = siap": "padam = siap",
    "juga bila sirene": "walaupun sirene",
    "dikirim sendiri": "dikirim otomatis",
    "dinyalakan ulang sendiri": "menyala lagi otomatis",
    "dirender": "dibuat otomatis",
    "merender": "membuat",
    "sirene di pos ini harus diam": "mematikan bunyi di pos ini saja",
    "tanda bahaya yang baru": "kalau ada tanda bahaya baru",
    "dari jaringan?": "padahal tidak ada kejadian?",
    "setelah aman": "setelah ada kabar dari posko",
    "keluarga jawa timur": "ragam Jawa Timur",
    "tidak terdengar": "tidak ada kabar",
    "belum terdengar": "belum pernah melapor",
    "belum pernah terdengar": "belum pernah melapor",
    "kabar terakhirnya": "terakhir masih berbunyi",
    "dibungkam": "disenyapkan",
    "tidak baik": "bermasalah",
    "uji diri": "tes alat",
    "posko tidak menjawab: yang": "server posko tidak menjawab",
    "izin menulisnya": "tidak berhak mengirimnya",
    "nama dan sandi": "nama pengguna dan kata sandi",
    "berkas district": "berkas wilayah",
    "di meja ini": "di komputer ini",
    "alarm berlaku": "alarm aktif",
    "masih berlaku": "masih aktif",
    "mengalah": "ditunda, ada yang lebih gawat",
    "istirahat": "jeda",
    "menjadi nyata": "ternyata nyata",
    "tidak dapat dibaca orang": "berisi huruf yang tidak terbaca",
    "bita": "huruf",
    "menjelaskan dirinya": "Bantuan: tambahkan --help",
    "broker tidak terjangkau": "server pesan (broker) tidak bisa dihubungi",
    "disebut latihan": "pengeras suara mengatakan bahwa ini latihan",
    "sebab sebuah pos": "mengapa sebuah pos",
    "sambungannya berakhir": "sambungan putus",
    "menutup jaringan": "alarm dari luar tidak berbunyi di sana",
    "satu ulangan posko": "5 detik",
    "yang menelepon anda": "tidak ada pemberitahuan lewat telepon",
    "tanda palsu": "alarm palsu",
    "jawaban atas salah ketik": "koreksi salah ketik",
    "suara pengeras": "rekaman suara untuk pengeras suara",
    "potong apa saja": "daftar potongan suara",
    "satu potong ": "satu potongan",
    "telepon genggam": "HP",
    "pengeras masjid": "pengeras suara (toa) masjid",
    "ayam jantan": "kokok ayam",
    "menyamakan kerasnya": "volumenya disamakan",
    "alarm yang tertunda sampai": "alarm yang tertunda akhirnya masuk",
    "dengan umurnya": "dengan waktu tekannya",
    "umur": "sudah berjalan, waktu",
    "irama": "kode",
    "disentuh": "ditekan",
    "dikatakan mengapa": "alasannya disebutkan",
    "tombol sini": "tombol di pos ini",
    "terbukti berbunyi": "dipastikan berbunyi",
    "posko sesuai": "sesuai harapan",
    "pelan sekali": "satu kali dengan suara kecil",
    "ketukan pelan": "satu ketukan, suara kecil",
    "kode patroli": "kode ronda",
    "siaga": "siap",
    "posko mati": "server posko tidak menjawab",
    "posko diam": "server posko tidak menjawab",
    "ditolak posko": "ditolak server posko",
    "sirene sendiri": "sirene pos itu",
    "ia membaca": "perintah ini membaca",
    "ia meneruskan": "program ini meneruskan",
    "ia tidak berbunyi": "perintah ini tidak berbunyi",
}


def shown() -> dict[str, str]:
    """What the product shows, by file, in small letters, each run of blanks and string joins as one blank."""
    files = [file for name in FOLDERS for file in (ROOT / name).rglob("*") if file.suffix in KINDS]
    files += [ROOT / page for page in PAGES]
    found = {str(file.relative_to(ROOT)): file.read_text("utf-8") for file in files}
    return {name: re.sub(r"[\"'*`\s]+", " ", text).casefold() for name, text in found.items()}


TEXTS = shown()


def test_the_texts_are_found() -> None:
    assert len(TEXTS) > 150
    assert "tidak ada kabar" in TEXTS["posko/labels/texts.py"]
    assert "sudah masuk ke posko" in TEXTS["posko/labels/texts.py"]


@pytest.mark.parametrize("phrase", MISLEADING)
def test_no_misleading_phrase_is_left(phrase: str) -> None:
    end = r"(?!\w)" if phrase[-1].isalnum() else ""
    pattern = re.compile(rf"(?<!\w)(?<!server ){re.escape(phrase)}{end}")  # the program is the server posko

    assert [name for name, text in TEXTS.items() if pattern.search(text)] == [], f"write: {MISLEADING[phrase]}"


@pytest.mark.parametrize("word", ["hening", "bisu", "bungkam"])
def test_mute_has_one_name_wherever_a_volunteer_or_an_operator_reads(word: str) -> None:
    folders = ("docs/id", "posko/labels", "posko/poster", "demo", "config/node.yaml")
    read = {name: text for name, text in TEXTS.items() if name.startswith(folders)}

    assert [name for name, text in read.items() if re.search(rf"\b{word}\b", text)] == []
