"""An order's course as lines: what is new between two views, and how it ended. Pure; must not print."""

from posko.operator.core import hubsight, verdict, words
from posko.operator.core.hubsight import Standing
from posko.operator.core.orders import Act
from posko.operator.core.verdict import Row
from posko.operator.core.view import View
from posko.operator.core.words import Names

_HUB_SILENT = {
    Act.ALARM: "yang kini terputus TIDAK akan mendengarnya nanti (the hub does not answer: nobody repeats this alarm; "
               "who is away now will NOT hear it later)",
    Act.CLEAR: "yang kini terputus tidak akan mendengarnya nanti (the hub does not answer: who is away now will not "
               "hear it later)",
    Act.SILENCE: "yang kini terputus tidak akan mendengarnya nanti (the hub does not answer: who is away now will not "
                 "hear it later)",
}


def opening(view: View, called: Names) -> list[str]:
    """What is ordered."""
    order = view.order
    return [] if order is None else [f"{order.act.value.upper()}  {words.title(order, called)}"]


def progress(before: View, after: View, called: Names) -> list[str]:
    """What has come to be known between two views of an order, a line each."""
    order = after.order
    if order is None:
        return []
    found = []
    if after.trouble and after.trouble != before.trouble and not verdict.done(after):
        found.append(f"{words.clean(after.trouble)}; mencoba lagi (trying again)")
    for part, reason in after.faults.items():
        if part not in before.faults:
            found.append(f"gangguan di meja ini (a fault at this desk): {part}: {words.clean(reason)}")
    if after.acked_at is not None and before.acked_at is None:
        found.append("diterima broker (the broker has it)")
    known = {row.post for row in verdict.rows(before) if row.good}
    found += [_good(after, row, called) for row in verdict.rows(after) if row.good and row.post not in known]
    if hubsight.standing(after) is Standing.RECORDED is not hubsight.standing(before):
        repeats = "; diulang sampai selesai (recorded by the hub; repeated until it is over)"
        found.append("tercatat di posko" + (repeats if order.act is Act.ALARM else " (recorded by the hub)"))
    return [f"{_elapsed(after):6.2f} s  {text}" for text in found]


def closing(view: View, called: Names) -> list[str]:
    """How the order ended: those that did not obey first, each with its reason; the verdict last."""
    order = view.order
    if order is None:
        return []
    unsent = _unsent(view)
    if unsent and not any(row.good and row.after_s is not None for row in verdict.rows(view)):
        return [unsent]
    bad = [row for row in verdict.rows(view) if not row.good]
    lines = [f"✗ {words.BAD[order.act]}: {called.post(row.post)}: {words.trouble(row.trouble, row.reasons)}"
             for row in bad]
    return [*lines, *_notes(view, called), *([unsent] if unsent else []), _verdict(view, len(bad))]


def _good(view: View, row: Row, called: Names) -> str:
    act = view.order.act if view.order is not None else Act.TEST
    more = ", sudah sebelumnya (already)" if row.after_s is None else ""
    if act is Act.TEST:
        more = f": {answer(view, row.post)}"
    return f"{words.GOOD[act]}: {called.post(row.post)}{more}"


def answer(view: View, post: str) -> str:
    """What the self-test of *post* found, in a line."""
    known = view.posts[post]
    members = known.answer.members if known.answer is not None else {}
    results = members.get("results")
    parts = [f"{words.clean(part)} {words.clean(why)}" for part, why in results.items()] if isinstance(
        results, dict) else []
    return ", ".join([*parts, drivers(members.get("drivers"))])


def drivers(found: object) -> str:
    """A post's pin driver, and whether it moves real pins; its loudspeaker, and whose voice it has."""
    members = found if isinstance(found, dict) else {}
    simulated = " SIMULASI (simulated)" if members.get("simulated") is True else ""
    sound = members.get("sound", "none")
    heard = "" if sound == "none" else f", pengeras suara (loudspeaker) {words.clean(sound)}"
    voice = f", suara (voice) {words.clean(members['voice'])}" if "voice" in members else ""
    return f"pin {words.clean(members.get('pins', '?'))}{simulated}{heard}{voice}"


def _unsent(view: View) -> str:
    """That the order did not reach the broker, and what can be done; "" if it did."""
    if view.order is None or (view.acked_at is not None and not view.refused):
        return ""
    thing, english = words.THINGS[view.order.act]
    if view.refused:
        why = f"{words.clean(view.refused)}. Akun ini perlu izin menulisnya (this account needs the right to write it)"
    elif view.published_at is not None:
        why = (f"broker tidak membalas dalam {view.wait_s:g} s (the broker did not acknowledge it). "
               "Ulangi perintahnya (try again)")
    else:
        check = ("nama dan sandi (the username and password)" if " refuses " in view.trouble
                 else "broker dan alamatnya (the broker and its address)")
        why = (f"{words.clean(view.trouble) or 'broker tidak menjawab (the broker does not answer)'}. "
               f"Periksa (check) {check}; sementara itu pakai tombol di pos, atau telepon "
               "(meanwhile use the buttons at the posts, or the telephone)")
    return f"✗ {thing} TIDAK terkirim / {english} NOT sent: {why}"


def _notes(view: View, called: Names) -> list[str]:
    order = view.order
    found = [
        f"! tidak terjangkau, tidak diketahui apakah masih berbunyi (out of reach; it cannot be told whether it "
        f"sounds): {called.post(post)}" for post in verdict.out_of_reach(view)
    ]
    found += [
        f"! {called.post(post)} masih membunyikan {called.alarm(key)}; itu alarm lain (still sounds another alarm): "
        f"kentongan clear {key.village}" for post, key in verdict.still_sounding(view).items()
    ]
    if order is None or order.act not in _HUB_SILENT:
        return found
    match hubsight.standing(view):
        case Standing.SILENT:
            found.append(f"! POSKO TIDAK MENJAWAB: {_HUB_SILENT[order.act]}")
        case Standing.BEHIND:
            found.append("! posko hidup tetapi belum mencatatnya (the hub lives, but has not recorded it)")
        case Standing.REFUSED:
            found.append(f"✗ DITOLAK posko (the hub refuses it): {words.clean(view.hub.refusal)}")
        case Standing.RECORDED:
            pass
    return found


def _verdict(view: View, bad: int) -> str:
    order, rows = view.order, verdict.rows(view)
    act = order.act if order is not None else Act.TEST
    total = len(rows)
    last = max((row.after_s for row in rows if row.after_s is not None), default=None)
    took = "" if last is None else f" setelah (after) {last:.2f} s"
    sign = "✗" if verdict.exit_code(view) else "✓"
    if act is Act.ALARM and not total:
        return "✗ tidak ada pos yang mendengarnya di berkas district (no post in the district file hears it)"
    if act is Act.TEST and not total:
        return "✗ desa ini tidak punya pos di berkas district (this village has no post in the district file)"
    if act is Act.ALARM:
        return (f"{sign} {total} dari {total} pos berbunyi (all posts ring){took}" if not bad
                else f"{sign} {total - bad} dari {total} pos berbunyi (posts ring); {bad} TIDAK (NOT)")
    if act is Act.TEST:
        return f"{sign} {total - bad} dari {total} pos menjawab dan baik (posts answered, and are well)"
    if bad:
        return f"{sign} {bad} pos masih berbunyi (posts still sound)"
    return (f"{sign} semua diam (all quiet){took}" if total
            else f"{sign} diam; tidak ada yang berbunyi (quiet; nothing was sounding)")


def _elapsed(view: View) -> float:
    return view.now - (view.asked_at if view.published_at is None else view.published_at)
