"""The doctor's lines, in both languages: by check, and what was found. Each says what to do where something is."""

from collections.abc import Mapping

from kentongan.diagnosis.core.finding import Check, Mark
from posko.labels.language import Text

SIGNS: Mapping[Mark, str] = {Mark.OK: "✔", Mark.WARNING: "!", Mark.FAULT: "✘", Mark.UNKNOWN: "?", Mark.NONE: "–"}
NAMES: Mapping[Check, Text] = {
    Check.SETTINGS: Text("pengaturan", "settings"), Check.UNITS: Text("layanan", "services"),
    Check.PROGRAM: Text("program", "program"), Check.PINS: Text("pin", "pins"),
    Check.DEVICES: Text("hak akses", "devices"), Check.SOUND: Text("pengeras suara", "loudspeaker"),
    Check.VOICE: Text("suara", "voice"), Check.CLOCK: Text("jam", "clock"), Check.DISK: Text("disk", "disk"),
    Check.POWER: Text("listrik", "power"), Check.BOOT: Text("saat menyala", "boot"),
    Check.WATCHDOG: Text("pengaman macet", "watchdog"), Check.REALTIME: Text("ketukan", "real time"),
    Check.BROKER: Text("server pesan", "broker"), Check.CERTIFICATE: Text("sertifikat", "certificate"),
    Check.LOGIN: Text("akun", "login"), Check.ACCESS: Text("izin", "access"),
    Check.BEACON: Text("server posko", "beacon"), Check.DISTRICT: Text("berkas wilayah", "district"),
    Check.MESSAGES: Text("pesan keluar", "messages"), Check.LOUD: Text("bunyi", "sound"),
}
_UNREAD = Text("tidak bisa diketahui: {reason}", "cannot be known: {reason}")
_NO_SESSION = Text("tidak bisa diketahui: {reason}", "cannot be known: {reason}")
_NO_PI = Text(
    "komputer ini bukan Raspberry Pi; tidak ada yang diperiksa",
    "this is not a Raspberry Pi; there is nothing to look at",
)
_NO_LOGIN = Text("tidak bisa diketahui, karena akunnya ditolak", "cannot be known, as the account is refused")
_UNLINKED = Text("tidak bisa diketahui selama tidak tersambung", "cannot be known while there is no link")
_TEXTS: Mapping[Check, Mapping[str, Text]] = {
    Check.MESSAGES: {
        "ok": Text("{count} alamat, tidak ada pesan yang tertahan; coba: sudo kentongan notify --test",
                   "{count} addresses, no message is held up; try them: sudo kentongan notify --test"),
        "fault": Text("{fault}", "{fault}"),
        "wait": Text(
            "{count} pesan belum terkirim, yang tertua {minutes} menit: periksa internet, lalu sudo kentongan notify "
            "--test; sebabnya: journalctl -u kentongan-notify -n 30",
            "{count} messages are not sent, the oldest for {minutes} min: check the Internet, then sudo kentongan "
            "notify --test; why: journalctl -u kentongan-notify -n 30",
        ),
        "unread": _UNREAD,
    },
    Check.SETTINGS: {
        "ok": Text("tidak ada yang salah", "no faults"),
        "fault": Text("{fault}", "{fault}"),
        "warning": Text("{reason}", "{reason}"),
    },
    Check.UNITS: {
        "ok": Text(
            "{unit} berjalan, dan menyala sendiri sesudah listrik padam",
            "{unit} runs, and is started with the machine",
        ),
        "absent": Text(
            "{unit} belum dipasang: jalankan ./install (docs/install.md)",
            "{unit} is not installed: run ./install (docs/install.md)",
        ),
        "masked": Text(
            "{unit} dimatikan paksa: sudo systemctl unmask {unit}, lalu sudo systemctl enable --now {unit}",
            "{unit} is masked: sudo systemctl unmask {unit}, then sudo systemctl enable --now {unit}",
        ),
        "down": Text(
            "{unit} tidak berjalan ({state}): sudo systemctl start {unit}; sebabnya: journalctl -u {unit} -n 30",
            "{unit} does not run ({state}): sudo systemctl start {unit}; why: journalctl -u {unit} -n 30",
        ),
        "begins": Text(
            "{unit} terus dicoba dinyalakan dan gagal; sebabnya: journalctl -u {unit} -n 30",
            "{unit} is started again and again and fails; why: journalctl -u {unit} -n 30",
        ),
        "not_enabled": Text(
            "{unit} berjalan, tetapi tidak akan menyala sesudah listrik padam: sudo systemctl enable {unit}",
            "{unit} runs, but will not after a power cut: sudo systemctl enable {unit}",
        ),
        "restarted": Text(
            "{unit} sudah {count} kali dimulai ulang otomatis; sebabnya: journalctl -u {unit}",
            "{unit} was started again {count} times; why: journalctl -u {unit}",
        ),
        "no_systemd": Text(
            "tidak bisa diketahui: systemd tidak berjalan di komputer ini; apakah programnya menyala sendiri sesudah "
            "listrik padam?",
            "cannot be known: systemd does not run here; does the program start after a power cut?",
        ),
    },
    Check.PROGRAM: {
        "ok": Text("berjalan, dan tidak melaporkan gangguan", "runs, and reports no fault"),
        "absent": Text("kentongan {kind} tidak berjalan di komputer ini", "kentongan {kind} does not run here"),
        "unread": _UNREAD,
        "fault": Text("gangguan {part}: {reason}", "fault {part}: {reason}"),
        "silent": Text(
            "server posko berjalan tetapi tidak menjawab: sudo systemctl restart kentongan-posko",
            "the hub runs and does not answer: sudo systemctl restart kentongan-posko",
        ),
    },
    Check.PINS: {
        "ok": Text(
            "sirene, tombol dan lampu bisa dipakai ({driver}, {chip})",
            "siren, buttons and lamps can be had ({driver}, {chip})",
        ),
        "fault": Text("{reason}", "{reason}"),
        "warning": Text("{reason}", "{reason}"),
        "simulated": Text(
            "pin tiruan ({driver}): tidak ada sirene yang berbunyi",
            "pins of no real box ({driver}): no siren sounds",
        ),
    },
    Check.DEVICES: {
        "ok": Text("pengguna {user} boleh membuka {devices}", "the user {user} may open {devices}"),
        "closed": Text(
            "pengguna {user} tidak boleh membuka {device}: sudo usermod --append --groups {group} {user}, lalu "
            "nyalakan ulang",
            "the user {user} may not open {device}: sudo usermod --append --groups {group} {user}, then start it again",
        ),
    },
    Check.SOUND: {
        "ok": Text("{device} bisa dibuka (kartu {card})", "{device} can be opened (card {card})"),
        "none": Text("pos ini tanpa pengeras suara", "this post has no loudspeaker"),
        "unheard": Text(
            "driver {driver} tidak membunyikan apa-apa; tulis alsa di sound.driver",
            "nobody hears the driver {driver}; write alsa under sound.driver",
        ),
        "fault": Text("{reason}", "{reason}"),
        "hdmi": Text(
            "{device} ialah HDMI, bukan pengeras suara: pilih kartu USB di sound.device (aplay -L)",
            "{device} is HDMI, and no loudspeaker: choose the USB card in sound.device (aplay -L)",
        ),
        "unknown_card": Text(
            "{device} bisa dibuka, tetapi kartunya tidak diketahui; dengarkan: kentongan play kebakaran --config "
            "BERKAS",
            "{device} can be opened, but on which card is not known; listen: kentongan play kebakaran --config FILE",
        ),
    },
    Check.VOICE: {
        "ok": Text("{total} potongan lengkap ({word})", "all {total} pieces are there ({word})"),
        "missing": Text(
            "{count} dari {total} potongan belum dibuat ({pieces}): jalankan kentongan voice",
            "{count} of {total} pieces are not made yet ({pieces}): run kentongan voice",
        ),
        "no_espeak": Text(
            "{count} dari {total} potongan tidak ada, dan espeak-ng belum dipasang: sudo apt-get install espeak-ng, "
            "lalu kentongan voice",
            "{count} of {total} pieces are missing, and espeak-ng is not installed: sudo apt-get install espeak-ng, "
            "then kentongan voice",
        ),
        "no_recordings": Text("{reason}", "{reason}"),
    },
    Check.CLOCK: {
        "synced_rtc": Text(
            "sinkron, oleh {services}; ada jam berbaterai (RTC)",
            "synchronised, by {services}; there is a clock with a battery (RTC)",
        ),
        "synced_no_rtc": Text(
            "sinkron, oleh {services}; tanpa jam berbaterai (RTC): sesudah listrik padam jamnya baru benar kalau "
            "jaringan sudah ada",
            "synchronised, by {services}; no clock with a battery (RTC): after a power cut it is right once there is "
            "a network",
        ),
        "unsynced_rtc": Text(
            "belum sinkron, padahal {services} berjalan: periksa jaringan (chronyc sources). Alarm tetap berbunyi; "
            "jam ronda dan laporan belum pasti",
            "not synchronised though {services} runs: see to the network (chronyc sources). Alarms ring all the same; "
            "hours of the patrol and of reports are not certain",
        ),
        "unsynced_no_rtc": Text(
            "belum sinkron, padahal {services} berjalan, dan tanpa jam berbaterai (RTC): periksa jaringan (chronyc "
            "sources). Alarm tetap berbunyi; jam ronda dan laporan belum pasti",
            "not synchronised though {services} runs, and no clock with a battery (RTC): see to the network (chronyc "
            "sources). Alarms ring all the same; hours are not certain",
        ),
        "unsynced": Text(
            "belum sinkron: periksa jaringan, dan layanan jamnya (chrony). Alarm tetap berbunyi; jam ronda dan "
            "laporan belum pasti",
            "not synchronised: see to the network, and to the time service (chrony). Alarms ring all the same; hours "
            "are not certain",
        ),
        "no_service": Text(
            "belum sinkron, dan tidak ada yang menyetelnya: sudo apt-get install chrony",
            "not synchronised, and nothing sets it: sudo apt-get install chrony",
        ),
        "several": Text(
            "disetel oleh beberapa layanan sekaligus ({services}): pakai satu saja, chrony",
            "set by several services at once ({services}): keep one, chrony",
        ),
    },
    Check.DISK: {
        "ok": Text("{folder} bisa ditulis, sisa {free} MB", "{folder} can be written, {free} MB are free"),
        "silent": Text(
            "disk tidak menjawab: kartu SD mungkin rusak, ganti",
            "the disk does not answer: the SD card may be worn out, replace it",
        ),
        "errors": Text(
            "disk dengan {folder} mencatat {count} kesalahan: kartu SD rusak, ganti",
            "the disk with {folder} has counted {count} errors: the SD card is worn out, replace it",
        ),
        "read_only": Text(
            "{folder} hanya bisa dibaca: catatan dan tekanan tombol hilang kalau listrik padam; nyalakan ulang, dan "
            "kalau terulang ganti kartu SD",
            "{folder} is read-only: presses and records are lost in a power cut; start the machine again, and if it "
            "comes back replace the SD card",
        ),
        "absent": Text(
            "{folder} belum ada; layanannya membuatnya saat dinyalakan",
            "{folder} is not there yet; the service makes it when it is started",
        ),
        "closed": Text(
            "pengguna {user} tidak bisa menulis di {folder}: sudo chown -R {user} {folder}",
            "the user {user} cannot write in {folder}: sudo chown -R {user} {folder}",
        ),
        "in_memory": Text(
            "{folder} hanya di ingatan ({kind}): isinya hilang setiap kali dimatikan; beri partisi tersendiri",
            "{folder} is in memory only ({kind}) and is lost at each start; give it a partition of its own",
        ),
        "full": Text(
            "disk dengan {folder} penuh (sisa {free} MB): hapus yang tidak perlu",
            "the disk with {folder} is full ({free} MB are free): make room",
        ),
        "nearly_full": Text(
            "disk dengan {folder} hampir penuh (sisa {free} MB): hapus yang tidak perlu",
            "the disk with {folder} is nearly full ({free} MB are free): make room",
        ),
        "unasked": Text(
            "tidak bisa diketahui apakah {user} bisa menulis di {folder}; jalankan dengan sudo",
            "cannot be known whether {user} can write in {folder}; run it with sudo",
        ),
    },
    Check.POWER: {
        "ok": Text("tegangan dan suhu normal sejak menyala", "voltage and heat are in order since the start"),
        "no_pi": _NO_PI,
        "unknown": Text(
            "tidak bisa diketahui: vcgencmd tidak ada atau tidak boleh dijalankan; sudo apt-get install raspi-utils, "
            "dan jalankan dengan sudo",
            "cannot be known: vcgencmd is missing or may not be run; sudo apt-get install raspi-utils, and run this "
            "with sudo",
        ),
        "under_voltage_now": Text(
            "tegangan kurang SEKARANG: pakai adaptor resmi dan kabel pendek; sirene di catu daya sendiri",
            "too little voltage NOW: take the official supply and a short cable; the siren on a supply of its own",
        ),
        "under_voltage_since": Text(
            "tegangan pernah kurang sejak menyala: pakai adaptor resmi dan kabel pendek; sirene di catu daya sendiri",
            "there was too little voltage since the start: take the official supply and a short cable; the siren on a "
            "supply of its own",
        ),
        "capped_now": Text(
            "kecepatan sedang dibatasi: periksa adaptor dan suhu",
            "the speed is capped now: see to the supply and the heat",
        ),
        "capped_since": Text(
            "kecepatan pernah dibatasi sejak menyala: periksa adaptor dan suhu",
            "the speed was capped since the start: see to the supply and the heat",
        ),
        "throttled_now": Text(
            "sedang diperlambat: periksa adaptor dan suhu",
            "it is throttled now: see to the supply and the heat",
        ),
        "throttled_since": Text(
            "pernah diperlambat sejak menyala: periksa adaptor dan suhu",
            "it was throttled since the start: see to the supply and the heat",
        ),
        "hot_now": Text("terlalu panas sekarang: beri lubang udara di kotak", "it is too hot now: give the box air"),
        "hot_since": Text(
            "pernah terlalu panas sejak menyala: beri lubang udara di kotak",
            "it was too hot since the start: give the box air",
        ),
    },
    Check.BOOT: {
        "ok": Text(
            "{path}: semua keluaran diam sejak listrik menyala, dan dilepas kalau program mati",
            "{path}: all outputs are at rest from power-on, and let go if the program dies",
        ),
        "no_pi": _NO_PI,
        "unread": Text(
            "tidak bisa diketahui: {path} tidak ada, atau tidak boleh dibaca tanpa sudo",
            "cannot be known: {path} is not there, or may not be read without sudo",
        ),
        "floats": Text(
            "{output} bisa berbunyi saat listrik menyala: tulis {line} di {path}",
            "the {output} may be on at power-on: write {line} into {path}",
        ),
        "wrong_level": Text(
            "{path} MENYALAKAN {output} saat listrik menyala: pin {pin} harus {line}",
            "{path} switches the {output} ON at power-on: pin {pin} must be {line}",
        ),
        "not_strict": Text(
            "kalau program mati, keluaran tetap seperti semula: tulis dtparam=strict_gpiod di {path}",
            "if the program dies, outputs stay as they were: write dtparam=strict_gpiod into {path}",
        ),
        "watchdog_off": Text(
            "{path} mematikan pengaman macet (watchdog): hapus dtparam=watchdog=off",
            "{path} switches the watchdog off: remove dtparam=watchdog=off",
        ),
        "wifi_off": Text(
            "{path} mematikan Wi-Fi (dtoverlay={overlay}): hapus, kecuali pos ini memakai kabel",
            "{path} switches Wi-Fi off (dtoverlay={overlay}): remove it, unless this post has a cable",
        ),
    },
    Check.WATCHDOG: {
        "ok": Text(
            "komputer yang macet dimulai ulang sesudah {seconds} detik",
            "a machine that hangs starts anew after {seconds} s",
        ),
        "unknown": Text("tidak bisa diketahui: systemd tidak menjawab", "cannot be known: systemd does not answer"),
        "absent": Text(
            "komputer ini tidak punya pengaman macet (/dev/watchdog): kalau macet, tetap macet",
            "this machine has no watchdog (/dev/watchdog): if it hangs, it stays so",
        ),
        "off": Text(
            "pengaman macet (watchdog) mati: jalankan ./install lagi (RuntimeWatchdogSec=14s)",
            "the watchdog is off: run ./install again (RuntimeWatchdogSec=14s)",
        ),
        "too_long": Text(
            "{seconds} detik lebih lama daripada yang bisa dihitung Pi (15,99): tulis RuntimeWatchdogSec=14s",
            "{seconds} s is longer than a Pi's can count (15.99): write RuntimeWatchdogSec=14s",
        ),
    },
    Check.REALTIME: {
        "ok": Text(
            "program didahulukan (SCHED_FIFO), dan tidak dipindahkan ke disk",
            "the program goes first (SCHED_FIFO), and is not swapped out",
        ),
        "allowed": Text("layanannya boleh didahulukan (LimitRTPRIO)", "the service may go first (LimitRTPRIO)"),
        "refused": Text(
            "program tidak didahulukan, ketukan bisa terlambat: jalankan sebagai layanan (sudo systemctl restart "
            "kentongan-node)",
            "the program does not go first, so strokes may be late: run it as the service (sudo systemctl restart "
            "kentongan-node)",
        ),
        "not_locked": Text(
            "ingatan program bisa dipindahkan ke disk (LimitMEMLOCK): jalankan sebagai layanan",
            "the program may be swapped out (LimitMEMLOCK): run it as the service",
        ),
        "forbidden": Text(
            "{unit} tidak boleh didahulukan (LimitRTPRIO): jalankan ./install lagi",
            "{unit} may not go first (LimitRTPRIO): run ./install again",
        ),
        "unknown": Text(
            "tidak bisa diketahui selama programnya tidak berjalan",
            "cannot be known while the program does not run",
        ),
    },
    Check.BROKER: {
        "ok": Text("{where} bisa dihubungi", "{where} is reached"),
        "out_of_reach": Text("{where} tidak bisa dihubungi: {reason}", "{where} is out of reach: {reason}"),
    },
    Check.CERTIFICATE: {
        "ok": Text("berlaku sampai {at}", "valid until {at}"),
        "plain": Text("{where} tanpa TLS", "{where} without TLS"),
        "unknown": Text(
            "tidak bisa diketahui: {where} tidak bisa dihubungi, atau sertifikatnya rusak",
            "cannot be known: {where} is out of reach, or its certificate is damaged",
        ),
        "not_yet": Text(
            "baru berlaku mulai {at}: periksa jam komputer ini",
            "valid from {at} on only: see to the clock of this machine",
        ),
        "over": Text(
            "berakhir {at}: periksa jam komputer ini; kalau jamnya benar, jalankan kentongan broker provision",
            "over since {at}: see to the clock of this machine; if it is right, run kentongan broker provision",
        ),
        "soon": Text(
            "berakhir {at}: jalankan kentongan broker provision",
            "over at {at}: run kentongan broker provision",
        ),
    },
    Check.LOGIN: {
        "ok": Text("akun {account} diterima", "the account {account} is let in"),
        "linked": Text("programnya tersambung dengan akunnya", "the program is linked with its account"),
        "unlinked": Text("programnya tidak tersambung: {reason}", "the program has no link: {reason}"),
        "refused": Text(
            "akun {account} ditolak (kode {code}): minta kotaknya diberi kata sandi baru, kentongan broker rotate",
            "the account {account} is refused (code {code}): have it given a new password, kentongan broker rotate",
        ),
        "answered": Text(
            "akun {account} dijawab dengan kode {code}",
            "the account {account} is answered with code {code}",
        ),
        "no_answer": Text(
            "server pesan (broker) tidak menjawab: {reason}",
            "the broker does not answer as it should: {reason}",
        ),
        "old": Text("server pesan (broker) tidak mengenal MQTT 5", "the broker does not speak MQTT 5"),
        "unread": _UNREAD, "no_session": _NO_SESSION,
        "not_tried": Text(
            "tidak dicoba: masuk dengan akun pos ini memutus pos yang sedang memakainya. Jalankan di kotak pos itu, "
            "atau dengan --log-in kalau posnya mati",
            "not tried: a login with this post's account would cut off the post that uses it. Run it on that box, or "
            "with --log-in while the post is off",
        ),
    },
    Check.ACCESS: {
        "back": Text("statusnya dikirim dan kembali", "its status was published, and came back"),
        "hub": Text("server posko ditanya, dan statusnya kembali", "the hub was asked, and its status came back"),
        "accepted": Text(
            "statusnya dikirim dan diterima server pesan (broker)",
            "its status was published, and the broker took it",
        ),
        "program": Text(
            "server pesan (broker) menerima statusnya dan memberi yang dimintanya",
            "the broker takes its status, and gives what it asks for",
        ),
        "denied": Text(
            "akun {account} tidak boleh mengirim statusnya: jalankan kentongan broker provision, lalu muat ulang "
            "server pesan",
            "the account {account} may not publish its status: run kentongan broker provision, then reload the broker",
        ),
        "answered": Text("statusnya dijawab dengan kode {code}", "its status was answered with code {code}"),
        "refused": Text("{reason}", "{reason}"),
        "unread": _UNREAD, "no_session": _NO_SESSION, "no_login": _NO_LOGIN, "unlinked": _UNLINKED,
    },
    Check.BEACON: {
        "ok": Text("daftar alarmnya diterima", "its beacon is received"),
        "no_hub": Text("pos ini tanpa server posko (hub: false)", "this post has no hub (hub: false)"),
        "missing": Text(
            "tidak ada kabar dari server posko: alarm berbunyi langsung, tetapi tidak diulang. Di posko: sudo "
            "kentongan doctor",
            "no beacon comes: alarms ring directly, and are not repeated. At the posko: sudo kentongan doctor",
        ),
        "unread": _UNREAD, "no_session": _NO_SESSION, "no_login": _NO_LOGIN, "unlinked": _UNLINKED,
    },
    Check.DISTRICT: {
        "ok": Text("sama dengan server posko", "the same as the hub's"),
        "differs": Text(
            "berbeda dengan server posko; di komputer yang berkasnya masih lama: sudo ./install district "
            "kentongan-district.tar",
            "another one than the hub's; on the machine that has the old one: sudo ./install district "
            "kentongan-district.tar",
        ),
    },
    Check.LOUD: {
        "ok": Text("satu pukulan sudah dibunyikan: terdengar?", "one stroke was played: was it heard?"),
        "unheard": Text("pukulannya tidak berbunyi: {reason}", "not heard: {reason}"),
    },
}
CLOSED = Text(
    "{place} tidak boleh dibaca: jalankan dengan sudo, atau tulis --config BERKAS",
    "{place} may not be read: run it with sudo, or give --config FILE",
)
NONE = Text(
    "tidak ada pengaturan di {place}: belum dipasang? Tulis --config BERKAS",
    "no settings in {place}: is it installed? Give --config FILE",
)
SUMMARY = {
    0: Text("Semua baik.", "All is well."),
    1: Text("Ada yang perlu diperbaiki: {count}.", "To be put right: {count}."),
    2: Text(
        "Tidak ada yang salah, tetapi {count} tidak bisa diketahui.",
        "Nothing is wrong, but {count} cannot be known.",
    ),
}


def text(check: Check, what: str) -> Text:
    """The line for *what* was found at *check*."""
    return _TEXTS[check][what]


def known() -> Mapping[Check, Mapping[str, Text]]:
    """All of them."""
    return _TEXTS
