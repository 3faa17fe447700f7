/* A unit that is open says so twice a minute, while the page is seen and somebody is at it.

Whoever walked away from an open page is not there: without a touch, a key or a movement the word stops. */

const BEAT_MS = 30_000;
const AWAY_MS = 15 * 60_000;

let touched = Date.now();
for (const event of ["pointermove", "pointerdown", "keydown", "wheel", "touchmove"]) {
  addEventListener(event, () => { touched = Date.now(); }, { passive: true });
}

export function connect(region) {
  const url = region.dataset.url;
  const beat = () => {
    if (document.hidden || !region.isConnected || Date.now() - touched > AWAY_MS) return;
    if (region.querySelector("[data-sending]")) return;
    htmx.ajax("POST", url, { source: region, target: region, swap: "outerMorph" });
  };
  const leave = () => {
    const token = document.querySelector('meta[name="csrf-token"]').content;
    navigator.sendBeacon(`${url}/end`, new URLSearchParams({ _csrf_token: token }));
  };
  const timer = setInterval(beat, BEAT_MS);
  document.addEventListener("visibilitychange", beat);
  addEventListener("pagehide", leave);
  beat();
  return () => {
    clearInterval(timer);
    document.removeEventListener("visibilitychange", beat);
    removeEventListener("pagehide", leave);
    leave();
  };
}
