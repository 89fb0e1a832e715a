// Where the resident is: an address that he has written down in calm, and the phone's place where the browser gives it.

import { byId, say, t } from "./common.js";

const KEY = "kentongan.alamat";
const FIELDS = ["rt", "rw", "landmark"];

function read() {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "{}");
  } catch {
    return {};
  }
}

/** Watches the form; `body()` is what goes with an alarm: {note?, place?}. */
export function whereabouts() {
  const kept = read();
  let place = null;
  let watcher = null;

  const note = () => {
    const [rt, rw, landmark] = FIELDS.map((name) => byId(name).value.trim());
    const unit = [rt && `RT ${rt}`, rw && `RW ${rw}`].filter(Boolean).join("/");
    return [unit, landmark].filter(Boolean).join(", ");
  };
  const write = () => {
    say(byId("where-said"), note() ? `${t("where")}: ${note()}` : t("where_none"));
    const values = Object.fromEntries(FIELDS.map((name) => [name, byId(name).value]));
    try {
      localStorage.setItem(KEY, JSON.stringify({ ...values, share: byId("share-place").checked }));
    } catch {
      // The phone keeps nothing: it stays in the form.
    }
  };
  const follow = () => {
    if (watcher !== null) navigator.geolocation.clearWatch(watcher);
    watcher = null;
    place = null;
    say(byId("place-said"), "");
    if (!byId("share-place").checked) return;
    say(byId("place-said"), t("place_unknown"));
    watcher = navigator.geolocation.watchPosition(({ coords }) => {
      place = { lat: coords.latitude, lon: coords.longitude, accuracy_m: Math.round(coords.accuracy) };
      say(byId("place-said"), t("place_known", { m: place.accuracy_m }));
    }, (error) => {
      if (error.code === error.PERMISSION_DENIED) say(byId("place-said"), t("place_refused"));
    }, { enableHighAccuracy: true, maximumAge: 60000 });
  };

  for (const name of FIELDS) {
    byId(name).value = kept[name] ?? "";
    byId(name).addEventListener("input", write);
  }
  for (const chip of document.querySelectorAll("#landmarks .chip")) {
    chip.addEventListener("click", () => { byId("landmark").value = chip.textContent; write(); });
  }
  const share = byId("share-place");
  share.checked = Boolean(kept.share) && isSecureContext;
  share.disabled = !isSecureContext || !("geolocation" in navigator);
  share.addEventListener("change", () => { write(); follow(); });
  write();
  follow();
  return { body: () => ({ ...(note() ? { note: note().slice(0, 100) } : {}), ...(place ? { place } : {}) }) };
}
