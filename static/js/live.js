/* One stream a tab. It says which topics changed; every region with `data-live` fetches itself again.

The horizon of the page (`data-live-since`) is sent along, so what happened between rendering and
connecting, or while the connection was away, is told at once. */

const since = document.body.dataset.liveSince;
const HIDDEN_CLOSE_MS = 30_000;
const SLOWEST_RETRY_MS = 15_000;

let source = null;
let followed = "";
let retry = 500;
let sleeping = 0;

const topicsOf = (region) => region.dataset.live.split(/\s+/).filter(Boolean);
const wanted = () => [...new Set([...document.querySelectorAll("[data-live]")].flatMap(topicsOf))].sort().join(",");

function open() {
  followed = wanted();
  if (!followed || since === "0") return;
  source = new EventSource(`/live?topics=${encodeURIComponent(followed)}&since=${since}`);
  source.addEventListener("open", () => { retry = 500; });
  source.addEventListener("change", (event) => changed(event.data));
  source.addEventListener("error", () => {
    close();
    setTimeout(() => { if (!source && !document.hidden) open(); }, retry * (0.75 + Math.random() / 2));
    retry = Math.min(retry * 2, SLOWEST_RETRY_MS);
  });
}

function close() {
  source?.close();
  source = null;
}

function changed(topic) {
  for (const region of document.querySelectorAll("[data-live]")) {
    if (topic === "*" || topicsOf(region).includes(topic)) refresh(region);
  }
}

/* A region being edited or dragged waits until the hands are off it. */
function refresh(region) {
  if (busy(region)) {
    region.dataset.liveStale = "true";
    return;
  }
  delete region.dataset.liveStale;
  htmx.trigger(region, "live");
}

function busy(region) {
  const focus = document.activeElement;
  const editing = region.contains(focus) && focus.matches("input:not([type=radio],[type=checkbox]), textarea, select");
  return editing || region.matches("[data-dragging]") || !!region.querySelector("[data-dragging], dialog[open], details.menu[open]");
}

function catchUp() {
  for (const region of document.querySelectorAll("[data-live-stale]")) refresh(region);
}

document.addEventListener("focusout", () => setTimeout(catchUp, 50));
document.addEventListener("karkas:rested", catchUp);
document.addEventListener("toggle", catchUp, true);

document.addEventListener("visibilitychange", () => {
  clearTimeout(sleeping);
  if (document.hidden) sleeping = setTimeout(close, HIDDEN_CLOSE_MS);
  else if (!source) open();
});

/* Regions come and go with swaps: follow what is on the screen now. */
let settling = 0;
new MutationObserver(() => {
  clearTimeout(settling);
  settling = setTimeout(() => {
    if (wanted() !== followed) { close(); open(); }
  }, 200);
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-live"] });

addEventListener("pagehide", close);
addEventListener("pageshow", (event) => { if (event.persisted) open(); });
open();
