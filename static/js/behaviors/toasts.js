/* Short words after a deed, with the way back. One at a time; paused while looked at; Ctrl+Z too. */

import { csrf } from "../app.js";

const LASTS_MS = 6000;

export function connect(region) {
  const show = ({ text, undo, tone }) => {
    const toast = document.createElement("div");
    toast.className = tone ? `toast toast--${tone}` : "toast";
    toast.append(Object.assign(document.createElement("span"), { className: "grow", textContent: text }));
    if (undo) toast.append(undoButton(undo, region.dataset.undoLabel));
    region.replaceChildren(toast);
    leaveLater(toast);
  };
  const told = (event) => show(event.detail);
  document.addEventListener("karkas:toast", told);
  if (region.dataset.flashText) show({ text: region.dataset.flashText, undo: region.dataset.flashUndo });
  return () => document.removeEventListener("karkas:toast", told);
}

function undoButton(url, label) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.dataset.hotkey = "ctrl+KeyZ";
  button.addEventListener("click", () => undo(button, url));
  return button;
}

async function undo(button, url) {
  button.disabled = true;
  await htmx.ajax("POST", url, { source: document.body, target: "#flash", swap: "innerHTML", headers: { "X-CSRFToken": csrf() } });
  button.closest(".toast")?.remove();
}

function leaveLater(toast) {
  let left = LASTS_MS;
  let began = performance.now();
  let timer = setTimeout(() => toast.remove(), left);
  const pause = () => { clearTimeout(timer); left -= performance.now() - began; toast.classList.add("toast--paused"); };
  const go = () => { began = performance.now(); timer = setTimeout(() => toast.remove(), Math.max(left, 1000)); toast.classList.remove("toast--paused"); };
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, pause);
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, go);
}
