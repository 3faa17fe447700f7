/* When the server does not answer: what only looks is asked again until it does; what changes is never repeated.

A banner says that the page is trying, and goes away by itself. */

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 15_000;

const banner = document.getElementById("connection");
const waiting = new Map();   // element → { timer, pause, again }
const away = new Set();      // who else misses the server: "network", "live"

document.addEventListener("htmx:error", ({ detail: { ctx } }) => {
  if (!ctx?.request || ctx.response) return;   // a fault of a script, not of the line
  if (ctx.request.method === "GET") askAgain(ctx, 0);
  else tell(banner.dataset.unknown);
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.response.status === 503 && ctx.request.method === "GET") {
    ctx.hx = {};
    ctx.swap = "none";
    askAgain(ctx, 1000 * Number(ctx.response.headers.get("Retry-After") ?? 0));
  } else {
    forget(ctx.sourceElement);
  }
});

function askAgain(ctx, atLeast) {
  const element = ctx.sourceElement;
  const pause = Math.max(Math.min((waiting.get(element)?.pause ?? FIRST_PAUSE_MS / 2) * 2, LONGEST_PAUSE_MS), atLeast);
  const again = () => {
    if (!element.isConnected) return forget(element);
    htmx.ajax("GET", ctx.request.action, { source: element, target: ctx.target, swap: ctx.swapAsked, push: ctx.push, event: ctx.sourceEvent });
  };
  clearTimeout(waiting.get(element)?.timer);
  waiting.set(element, { pause, again, timer: setTimeout(again, pause * (0.8 + Math.random() * 0.4)) });
  show();
}

document.addEventListener("htmx:before:request", ({ detail: { ctx } }) => {
  ctx.swapAsked = ctx.swap;
  clearTimeout(waiting.get(ctx.sourceElement)?.timer);   // a newer wish of the same element
});

function forget(element) {
  clearTimeout(waiting.get(element)?.timer);
  if (waiting.delete(element)) show();
}

/* -- the banner ------------------------------------------------------------------------------- */

export function missing(who, yes) {
  yes ? away.add(who) : away.delete(who);
  show();
}

function show() {
  banner.hidden = waiting.size === 0 && away.size === 0;
}

function tell(text) {
  document.dispatchEvent(new CustomEvent("karkas:toast", { detail: { text, tone: "bad" } }));
}

addEventListener("offline", () => missing("network", true));
addEventListener("online", () => {
  missing("network", false);
  for (const { timer, again } of waiting.values()) {
    clearTimeout(timer);
    again();
  }
});
