"""Every text of the demo that is not a step's: both languages side by side. Pure data."""

from collections.abc import Mapping

from posko.labels.language import Text

# An act, as a comment of a shell.
HOLD = Text("# tahan tombol {button} di {post}, {seconds} detik",
            "# hold the button {button} at {post} for {seconds} s")
TAP = Text("# tekan tombol {button} di {post} sebentar, {seconds} detik",
           "# touch the button {button} at {post} for {seconds} s")
KILL_POST = Text("# listrik padam di {post}", "# power cut at {post}")
START_POST = Text("# listrik kembali di {post}", "# the power is back at {post}")
KILL_HUB = Text("# kill -9 posko", "# kill -9 posko")
START_HUB = Text("# server posko hidup lagi", "# the hub is started again")
KILL_BROKER = Text("# kill -9 mosquitto", "# kill -9 mosquitto")
PHONE = Text("# seorang warga menahan tombol di ponselnya: {alarm} ({note})",
             "# a resident holds the button on a phone: {alarm} ({note})")
ANSWER = Text("# petugas menjawab di ponselnya: {step}, {alarm}", "# a responder answers on a phone: {step}, {alarm}")
START_BROKER = Text("# server pesan (broker) hidup lagi", "# the broker is started again")

# The tour.
STARTING = Text("Server pesan (broker), server posko, dan tujuh pos sedang disiapkan …",
                "Starting a broker, a hub, and seven posts …")
STEP = Text("Langkah {number} dari {total}", "Step {number} of {total}")
AS_EXPECTED = Text("✓ 7 pos dan server posko sesuai harapan", "✓ 7 posts and the hub as expected")
SIREN_AFTER = Text("; sirene terakhir setelah {time}", "; the last siren after {time}")
ALL_WELL = Text("✓ {total} langkah sesuai harapan di 7 pos dan server posko",
                "✓ {total} steps as expected at 7 posts and the hub")
DIFFERENCES = Text("✗ {count} perbedaan:", "✗ {count} differences:")
OTHER_LANGUAGE = Text("English: {program} demo --lang en", "Bahasa Indonesia: {program} demo --lang id")
SMALL = Text("Terminal {width}x{height}; tampilan langsung perlu {wide}x{high}. Ini baris per baris. Ctrl-C: keluar",
             "Terminal {width}x{height}; the live view needs {wide}x{high}. Here are lines instead. Ctrl-C: leave")

# What can be tried afterwards.
TRY = Text("Silakan coba: tombol ini, atau di terminal lain:", "Try it: these keys, or in another terminal:")
TRY_ELSEWHERE = Text("Ketik di terminal lain:", "Type in another terminal:")
PAGE = Text("Di peramban: {address} · kode: {codes}", "In a browser: {address} · codes: {codes}")
CHOSEN = Text("Pos: {post}", "Post: {post}")
KEYS: Mapping[str, Text] = {
    "1-7": Text("pilih pos", "choose a post"), "p": Text("pencurian", "theft"), "k": Text("kebakaran", "fire"),
    "a": Text("aman", "all-clear"), "s": Text("senyap", "silence"), "r": Text("ronda", "patrol"),
    "l": Text("kunci", "lock"), "x": Text("pos mati/hidup", "post off/on"),
    "o": Text("server posko mati/hidup", "hub off/on"),
    "b": Text("broker mati/hidup", "broker off/on"), "q": Text("keluar", "quit"),
}
HOLDS = Text("tombol {button} ditahan {seconds} detik …", "the button {button} is held for {seconds} s …")
NO_BUTTON = Text("tidak ada tombol {button} di pos ini", "this post has no button {button}")
TAPS = Text("tombol aman ditekan sebentar: ronda", "a short touch of the all-clear's button: a patrol")
LOCKED = Text("kunci diputar: alarm dari luar tidak berbunyi di sini",
              "the key is turned: alarms from outside are shut out")
UNLOCKED = Text("kunci dibuka", "the key is turned back")
IS_OFF = Text("pos ini mati; tekan x", "this post is off; press x")
GOES_OFF = Text("{what} dimatikan", "{what} is stopped")
GOES_ON = Text("{what} dihidupkan lagi", "{what} is started again")
BROKER_OFF = Text("server pesan (broker) dimatikan; tombol tetap membunyikan sirene pos itu",
                  "the broker is killed; a button still rings its own siren")
BROKER_ON = Text("server pesan (broker) dihidupkan lagi; pos-pos tersambung dalam beberapa detik",
                 "the broker is started again; the posts link within seconds")
CANNOT = Text("tidak bisa: {why}", "cannot: {why}")
PINS = Text("━ sirene ● pukulan", "━ siren ● stroke")
