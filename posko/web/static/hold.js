// A button that must be held, as the wall's: released early, scrolled away or interrupted, nothing happens.

export const HOLD_MS = 1500;
const AWAY_PX = 12; // beyond the button's edge, a finger has left it

/**
 * Watches `button`. `begin()` when it is held, `done()` once it was held long enough, `early(why)` when it was not
 * ("released" or "broken"), `tapped()` where it is activated without being held: a screen reader's double tap.
 */
export function holdable(button, { begin, done, early, tapped, isEnabled }) {
  let timer = 0;
  let pointer = null;
  let box = null; // where the button was when it was pressed: a box that appears above it moves it from under the finger
  let key = null;
  let began = false; // whether the finger that is down has begun a hold

  const start = () => {
    if (timer !== 0 || !isEnabled()) return false;
    timer = setTimeout(() => {
      timer = 0;
      finish();
      done();
    }, HOLD_MS);
    button.classList.add("held");
    begin();
    return true;
  };
  const finish = () => {
    button.classList.remove("held");
    pointer = null;
    key = null;
  };
  const stop = (why) => {
    if (timer === 0) return finish();
    clearTimeout(timer);
    timer = 0;
    finish();
    early(why);
  };
  const isOutside = (event) => {
    return event.clientX < box.left - AWAY_PX || event.clientX > box.right + AWAY_PX
      || event.clientY < box.top - AWAY_PX || event.clientY > box.bottom + AWAY_PX;
  };

  button.addEventListener("pointerdown", (event) => {
    if (!event.isPrimary || event.button !== 0) return stop("broken");
    box = button.getBoundingClientRect();
    began = start();
    if (!began) return;
    pointer = event.pointerId;
    button.setPointerCapture(pointer);
  });
  button.addEventListener("pointermove", (event) => {
    if (event.pointerId === pointer && isOutside(event)) stop("broken");
  });
  button.addEventListener("pointerup", (event) => { if (event.pointerId === pointer) stop("released"); });
  button.addEventListener("pointercancel", (event) => { if (event.pointerId === pointer) stop("broken"); });
  // When the finger is lifted, browsers click on what is under it by then: a phone number, or what takes the alarm back.
  button.addEventListener("touchend", (event) => { if (began) event.preventDefault(); }, { passive: false });
  button.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault(); // no click, no scrolling
    if (!event.repeat && start()) key = event.key;
  });
  button.addEventListener("keyup", (event) => {
    if (event.key === " " || event.key === "Enter") event.preventDefault();
    if (event.key === key) stop("released");
  });
  button.addEventListener("blur", () => stop("broken"));
  button.addEventListener("contextmenu", (event) => event.preventDefault());
  button.addEventListener("click", (event) => {
    event.preventDefault();
    if (event.detail === 0 || !isEnabled()) tapped();
  });
  addEventListener("blur", () => stop("broken"));
  document.addEventListener("visibilitychange", () => { if (document.hidden) stop("broken"); });
}
