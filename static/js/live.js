/* One stream a tab. It says which topics changed; every region with `data-live` fetches itself again.

The horizon of the page (`data-live-since`) is sent along, so what happened between rendering and
connecting is told at once. Each message brings a later one in its id: after the connection was away
only what happened since is told. */

import { missing } from "./connection.js";

let since = Number(document.body.dataset.liveSince);
const COALESCE_MS = 60;
const SETTLE_MS = 200;
const OVERLAP_MS = 1000;
const HIDDEN_CLOSE_MS = 30_000;
const SILENCE_TOLD_MS = 6000;
const SLOWEST_RETRY_MS = 15_000;

let source = null;
let before = null;
let followed = "";
let retry = 500;
let retrying = 0;
let sleeping = 0;
let silence = 0;

const topicsOf = (region) => region.dataset.live.split(/\s+/).filter(Boolean);
const wanted = () => [...new Set([...document.querySelectorAll("[data-live]")].flatMap(topicsOf))].sort().join(",");

/* -- the stream -------------------------------------------------------------------------------- */

function open() {
  clearTimeout(retrying);
  followed = wanted();
  if (!followed || !since) return;
  before?.close();
  const old = before = source;   // heard out until the new one surely listens: what is no history is told once
  const mine = source = new EventSource(`/live?topics=${encodeURIComponent(followed)}&since=${since}`);
  source.addEventListener("open", () => { heard(); setTimeout(() => old?.close(), OVERLAP_MS); });
  source.addEventListener("change", (event) => { reached(event); changed(event.data); });
  source.addEventListener("ping", reached);
  source.addEventListener("error", () => {
    if (source !== mine) return mine.close();
    close();
    retrying = setTimeout(() => { if (!source && !document.hidden) open(); }, retry * (0.75 + Math.random() / 2));
    retry = Math.min(retry * 2, SLOWEST_RETRY_MS);
    silence ||= setTimeout(() => missing("live", true), SILENCE_TOLD_MS);
  });
}

function reached({ lastEventId }) {
  since = Math.max(since, Number(lastEventId));
}

function heard() {
  retry = 500;
  clearTimeout(silence);
  silence = 0;
  missing("live", false);
}

function close() {
  before?.close();
  source?.close();
  before = source = null;
}

/* -- the regions ------------------------------------------------------------------------------- */

const due = new Set();
let flushing = 0;

function changed(topic) {
  for (const region of document.querySelectorAll("[data-live]")) {
    if (topic === "*" || topicsOf(region).includes(topic)) due.add(region);
  }
  flushing ||= setTimeout(flush, COALESCE_MS);
}

function flush() {
  flushing = 0;
  for (const region of due) if (region.isConnected) refresh(region);
  due.clear();
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
  return editing || region.matches("[data-dragging]") || !!region.querySelector("[data-dragging], [data-sending], dialog[open], details.menu[open]");
}

/* What a person is at is theirs: an answer that comes when the hands are on the region again is not put in,
and one that is put in leaves forms begun and folds as they are. The answer to a deed may open a fold; it
closes menus only. */
const looking = new Set();

document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.sourceEvent?.type !== "live") return;
  if (busy(ctx.sourceElement)) {
    ctx.sourceElement.dataset.liveStale = "true";
    event.preventDefault();
  } else looking.add(ctx);
});
document.addEventListener("htmx:finally:swap", ({ detail: { ctx } }) => looking.delete(ctx));

htmx.registerExtension("hands", {
  htmx_before_morph_node: (node) => !(looking.size && node.matches?.("form") && begun(node)),
  htmx_before_morph_attr: (node, { attrName, newValue }) => !(attrName === "open" && pinned(node, newValue === null)),
});

const pinned = (node, closes) => looking.size ? node.matches("details") : closes && node.matches("details:not(.menu)");
const begun = (form) => [...form.querySelectorAll("input, textarea, select")].some((field) =>
  field.matches("select") ? field.selectedOptions[0] !== usual(field)
  : field.matches("[type=radio], [type=checkbox]") ? field.checked !== field.defaultChecked
  : field.value !== field.defaultValue);
const usual = (list) => [...list.options].findLast((option) => option.defaultSelected) ?? list.options[0];

function catchUp() {
  for (const region of document.querySelectorAll("[data-live-stale]")) refresh(region);
}

document.addEventListener("focusout", () => setTimeout(catchUp, 50));
document.addEventListener("htmx:finally:request", () => setTimeout(catchUp, 50));
document.addEventListener("karkas:rested", catchUp);
document.addEventListener("toggle", catchUp, true);

/* -- when to listen ---------------------------------------------------------------------------- */

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
    if (wanted() === followed) return;
    if (!wanted()) close();
    open();
  }, SETTLE_MS);
}).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-live"] });

addEventListener("online", () => { if (!source) open(); });
addEventListener("pagehide", close);
addEventListener("pageshow", (event) => { if (event.persisted) open(); });
open();
