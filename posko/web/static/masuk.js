// Logging in with a card's code. The QR code has it after a #, which never reaches the server; it is erased at once.

import { byId, post, say, t } from "./common.js";

const field = byId("code");
const said = byId("code-said");

/** Takes the code out of the address, if it is there. */
function fromCard() {
  const code = location.hash.slice(1, 25);
  if (!code) return false;
  history.replaceState(null, "", location.pathname);
  field.value = code;
  say(said, "");
  say(byId("code-hint"), t("from_card"));
  byId("enter").focus();
  return true;
}

if (!fromCard()) field.focus();
addEventListener("hashchange", fromCard); // a card that is opened where this page is open already

byId("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  const value = field.value.trim();
  if (!value) {
    say(said, t("empty"));
    return field.focus();
  }
  byId("enter").disabled = true;
  say(byId("enter"), t("entering"));
  const answer = await post("/masuk", { code: value });
  if (answer.ok) {
    say(said, "");
    say(byId("enter"), t("welcome", { name: answer.body.name ?? "" }));
    return location.replace(answer.body.ke ?? "/");
  }
  byId("enter").disabled = false;
  say(byId("enter"), t("enter"));
  say(said, answer.why);
  field.setAttribute("aria-invalid", "true");
  field.select();
});
