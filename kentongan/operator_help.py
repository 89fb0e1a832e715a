"""`--help` of an operator's commands in Indonesian, where their output would be; in English it is click's own."""

from collections.abc import Mapping
from dataclasses import dataclass

import click

from kentongan import usage
from posko.labels.language import Language

_TELLS = "Hasilnya 0 jika {good}, 1 jika tidak, 2 jika salah ketik (lalu tidak ada yang dikirim)."


@dataclass(frozen=True, slots=True)
class _Help:
    """What a command does, in paragraphs; its arguments, and an example."""

    about: tuple[str, ...]
    example: str
    arguments: str = ""


_HELP: Mapping[str, _Help] = {
    "alarm": _Help(
        ("Membunyikan alarm, dan memperlihatkan pos mana yang berbunyi. DESA boleh `semua`.",
         _TELLS.format(good="semua pos yang seharusnya memang berbunyi")),
        "kentongan alarm pencurian kalibagor --note 'rumah Pak RT 3'", "KEJADIAN DESA"),
    "clear": _Help(
        (("Aman: mengakhiri alarm DESA di mana pun berbunyi, dan memperlihatkan bahwa semua sudah diam. `semua` "
         "mengakhiri semuanya."), _TELLS.format(good="tidak ada pos yang masih berbunyi")),
        "kentongan clear kalibagor", "DESA"),
    "silence": _Help(
        ("Mendiamkan semua pos di DESA, apa pun yang dibunyikannya; `semua`: semua pos. Tanda aman tidak dipukul.",
         _TELLS.format(good="tidak ada pos yang masih berbunyi")), "kentongan silence kalibagor", "DESA"),
    "test": _Help(
        (("Menyuruh pos di DESA (`semua`: semua pos) memeriksa diri, dengan satu pukulan pelan di pengeras suaranya. "
         "Sirene, pemukul dan lampu strobo tidak menyala."),
         _TELLS.format(good="semua menjawab dan tidak ada gangguan")), "kentongan test semua", "DESA"),
    "respond": _Help(
        (("Menjawab alarm terakhir KEJADIAN di DESA, juga kalau sirenenya sudah berhenti; atau laporan warga, kalau "
          "KEJADIAN ditulis lapor: langkah selesai menutupnya. LANGKAH: diterima, menuju, "
          "di-lokasi atau selesai. Sejak menuju, lampu tombol yang ditekan memberi tahu bahwa ada yang datang."),
         "Dikirim berulang-ulang sampai tercatat di posko.",
         _TELLS.format(good="jawaban itu tercatat di posko")),
        "kentongan respond pencurian kalibagor menuju", "KEJADIAN DESA LANGKAH"),
    "lapor": _Help(
        ("Melaporkan yang bukan alarm di DESA: ribut, kerumunan mencurigakan. Tidak ada yang berbunyi.",
         "Dikirim berulang-ulang sampai tercatat di posko. Petugas menjawabnya: kentongan respond lapor DESA LANGKAH.",
         _TELLS.format(good="laporan itu tercatat di posko")),
        "kentongan lapor kalibagor 'Ribut di depan balai desa' --severity sedang", "DESA LAPORAN"),
    "watch": _Help(
        (("Melihat seluruh kecamatan: pos, alarm yang aktif, siapa yang berbunyi dan siapa yang tidak, dan apa yang "
         "terjadi. Tanpa layar terminal: satu baris setiap ada perubahan."),
         "Hasilnya 0, atau 1 jika server pesan (broker) tidak pernah tersambung."), "kentongan watch"),
    "doctor": _Help(
        (("Mencari semua yang membuat pos ini tidak bisa berbunyi, atau posko ini tidak bekerja, dan apa yang harus "
          "dilakukan. Pos yang sedang berjalan tidak terganggu. Jalankan di komputernya sendiri, dengan sudo."),
         "Satu baris setiap hal: ✔ baik, ! perlu diperbaiki, ✘ gangguan, ? tidak bisa diketahui, – tidak ada.",
         "Hasilnya 0 jika semua baik, 1 jika ada yang tidak, 2 jika ada yang tidak bisa diperiksa."),
        "sudo kentongan doctor"),
    "new": _Help(
        (("Menulis berkas wilayah: menanyakan nama, pos dan tetangga, dan menulis setiap pasangan tetangga di kedua "
          "sisi. BERKAS ialah NAMA-PENDEK.yaml di sini, kecuali disebut. Tidak ada yang ditulis sebelum semuanya "
          "lengkap dan benar."),),
        "kentongan district new", "[BERKAS]"),
    "report": _Help(
        (("Apa yang terjadi: alarm tiap bulan, ronda, atau laporan warga. Perintah ini membaca catatan server posko "
          "dan tidak mengubah apa pun; jalankan di komputer server posko. Jamnya jam kecamatan. Satu malam dihitung "
          "dari siang ke siang."),
         "Waktu jawaban dihitung sejak tombol ditekan, sampai jawaban pertama dan sampai ada yang tiba di lokasi.",
         ("Alarm palsu ialah alarm nyata yang diakhiri dengan aman dalam 60 detik. Yang terlambat datang ketika "
         "waktunya sudah habis, dan tidak berbunyi di mana pun.")),
        "kentongan report --month 2026-11 --csv > november.csv"),
}
_OPTIONS: Mapping[str, str] = {
    "note": "Keterangan untuk orang: di mana, siapa, apa.",
    "exercise": "Hanya latihan.",
    "wait_s": "Berapa detik server pesan, lalu pos, boleh menjawab; bawaannya 10.",
    "silent": "Tanpa pukulan.",
    "by": "Siapa yang menjawab atau melapor: peran dan nama. Bawaannya petugas/AKUN, untuk laporan operator/AKUN.",
    "identifier": "Nomor laporannya (kalau KEJADIAN ditulis lapor); bawaannya laporan terakhir yang masih terbuka.",
    "severity": "Tingkatnya: rendah, sedang atau tinggi; bawaannya sedang.",
    "seconds": "Selesai setelah N detik; kalau tidak, dengan Ctrl-C.",
    "others": "Pengaturan satu kecamatan lagi, seperti --config; ulangi untuk setiap kecamatan. Semuanya tampil "
              "sebagai baris.",
    "plain": "Satu baris setiap ada perubahan, juga di terminal.",
    "path": "Pengaturannya, seperti config/posko.yaml. Kalau tidak: $KENTONGAN_CONFIG, ~/.config/kentongan/posko.yaml "
            "(dengan $XDG_CONFIG_HOME: di situ) atau /etc/kentongan/posko.yaml.",
    "speech": "Bahasa keluarannya: id, Indonesia, atau en, Inggris. Kalau tidak: $KENTONGAN_LANG.",
    "month": "Hanya bulan ini.",
    "ronda": "Ronda menurut pos dan malam, bukan alarm.",
    "of_residents": "Laporan warga, bukan alarm.",
    "as_csv": "Sebagai CSV, satu baris setiap alarm.",
    "dialect": "Bersama --csv. standard: RFC 4180. id: untuk Excel atau LibreOffice berbahasa Indonesia (titik koma).",
    "as_json": "Sebagai JSON, untuk program lain.",
    "settings": "Pengaturan pos, atau server posko. Kalau tidak: $KENTONGAN_NODE_CONFIG; kalau tidak, yang terpasang: "
                "/etc/kentongan/node.yaml, posko.yaml di sebelahnya, atau dua-duanya.",
    "loud": "Satu pukulan kecil di pengeras suara; tanpa ini tidak ada yang berbunyi.",
    "log_in": "Masuk dengan akun pos walaupun ini mungkin bukan kotaknya. Pos yang memakainya akan terputus.",
    "simulate": "Driver tiruan, yang tidak membunyikan apa-apa, juga boleh.",
    "name": "Kecamatannya, misalnya 'Kecamatan Situbondo'.",
    "code": "Kode Kemendagri-nya, misalnya 35.12.07.",
    "slug": "Namanya dalam topik; kalau tidak, dari --name.",
    "rhythms": "Ragam kode kentongan.",
    "villages": "Satu desa atau kelurahan: Olean=35.12.07.2006.",
    "posts": "Satu pos di desa V: 'olean=Pos Kamling Olean@-7.6712,114.0088'.",
    "offices": "Satu kantor di desa V yang mendengar semua desa: 'patokan=Polsek Situbondo'.",
    "neighbours": "Tetangga desa V; di desa itu juga ditulis. K/V ialah V di kecamatan lain K.",
    "sure": "Tidak bertanya; yang kurang ialah kesalahan.",
    "overwrite": "Menimpa BERKAS yang sudah ada.",
}
_THIS = "Menampilkan ini."


class OperatorCommand(click.Command):
    """A command whose help is in the language of its output."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Writes the help."""
        if usage.language_at(ctx) is not Language.ID:
            super().format_help(ctx, formatter)
            return
        found = _HELP[str(self.name)]
        formatter.write_usage(ctx.command_path, f"[PILIHAN] {found.arguments}".rstrip(), "Pemakaian: ")
        for paragraph in (*found.about, f"Contoh: {found.example}"):
            formatter.write_paragraph()
            with formatter.indentation():
                formatter.write_text(paragraph)
        options = [each for each in self.get_params(ctx) if isinstance(each, click.Option)]
        with formatter.section("Pilihan"):
            formatter.write_dl([
                (record[0], _THIS if "--help" in each.opts else _OPTIONS[str(each.name)])
                for each in options if (record := each.get_help_record(ctx)) is not None
            ])
