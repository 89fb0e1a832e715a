// The screen stays on while the page is seen, where the browser can: over HTTPS, with some battery left.

/** Keeps the screen on while the page is seen; `isHeld()` where the browser can. */
export function keepAwake() {
  let lock = null;
  const take = async () => {
    try {
      lock = await navigator.wakeLock?.request("screen") ?? null;
      lock?.addEventListener("release", () => { lock = null; });
    } catch {
      lock = null; // a low battery, or no HTTPS
    }
  };
  document.addEventListener("visibilitychange", () => { if (!document.hidden && lock === null) take(); });
  take();
  return { isHeld: () => lock !== null };
}
