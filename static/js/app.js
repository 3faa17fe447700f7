/* The one script of every page: connects named behaviours to elements, and teaches htmx our manners. */

const BEHAVIORS = new Map();       // name → promise of its module
const connected = new WeakMap();   // element → its disconnect functions

export function connectAll(root) {
  const found = root.querySelectorAll?.("[data-behavior]") ?? [];
  for (const element of root.matches?.("[data-behavior]") ? [root, ...found] : found) connect(element);
}

async function connect(element) {
  if (connected.has(element)) return;
  const ends = [];
  connected.set(element, ends);
  for (const name of element.dataset.behavior.split(/\s+/)) {
    if (!BEHAVIORS.has(name)) BEHAVIORS.set(name, import(`./behaviors/${name}.js`));
    const { connect } = await BEHAVIORS.get(name);
    if (element.isConnected) ends.push(connect(element));
  }
}

function disconnectAll(root) {
  const found = root.querySelectorAll?.("[data-behavior]") ?? [];
  for (const element of [root, ...found]) {
    if (element.isConnected) continue;
    for (const end of connected.get(element) ?? []) end?.();
    connected.delete(element);
  }
}

new MutationObserver((changes) => {
  for (const change of changes) {
    change.removedNodes.forEach(disconnectAll);
    change.addedNodes.forEach(connectAll);
  }
}).observe(document.documentElement, { childList: true, subtree: true });

/* -- htmx ---------------------------------------------------------------------------------- */

export const csrf = () => document.querySelector('meta[name="csrf-token"]').content;

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (!/^(GET|HEAD)$/i.test(ctx.request.method)) ctx.request.headers["X-CSRFToken"] = csrf();
});

document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  if (ctx.request.method !== "GET") document.getElementById("flash")?.replaceChildren();
  if (!ctx.hx?.trigger?.startsWith("{")) return;
  const { toast } = JSON.parse(ctx.hx.trigger);
  if (toast) document.dispatchEvent(new CustomEvent("karkas:toast", { detail: toast }));
});

document.addEventListener("htmx:error", () => {
  const { offlineLabel } = document.getElementById("toasts").dataset;
  document.dispatchEvent(new CustomEvent("karkas:toast", { detail: { text: offlineLabel, tone: "bad" } }));
});

/* A refusal is scrolled to and heard; the form that asked stays as it was. */
document.addEventListener("htmx:after:swap", () => {
  const refusal = document.querySelector("#flash > *");
  if (refusal) document.getElementById("main").scrollTo?.({ top: 0 });
});

/* -- small manners of the whole page -------------------------------------------------------- */

document.addEventListener("click", (event) => {
  const dismiss = event.target.closest?.("[data-dismiss]");
  if (dismiss) document.querySelector(dismiss.dataset.dismiss)?.replaceChildren();
});

/* A form that is being sent is not sent twice; its button says what is going on. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!button || event.defaultPrevented) return;
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busyLabel) {
    button.dataset.label ??= button.lastChild.textContent;
    button.lastChild.textContent = button.dataset.busyLabel;
  }
  setTimeout(() => rest(button), 8000);
});
document.addEventListener("htmx:finally:request", ({ target }) => {
  for (const button of target.querySelectorAll?.('[aria-busy="true"]') ?? []) rest(button);
  if (target.matches?.('[aria-busy="true"]')) rest(target);
});
addEventListener("pageshow", () => document.querySelectorAll('[aria-busy="true"]').forEach(rest));

function rest(button) {
  button.removeAttribute("aria-busy");
  if (button.dataset.label) button.lastChild.textContent = button.dataset.label;
}

export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
}

import "./hotkeys.js";
import "./live.js";
connectAll(document);
