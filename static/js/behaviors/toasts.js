/* Short words after a deed, with the way back. One at a time; paused while looked at; Ctrl Z too. */

const LASTS_MS = 6000;

export function connect(region) {
  const told = (event) => show(region, event.detail);
  document.addEventListener("karkas:toast", told);
  if (region.dataset.flashText) show(region, { text: region.dataset.flashText, undo: region.dataset.flashUndo });
  return () => document.removeEventListener("karkas:toast", told);
}

function show(region, { text, undo, tone }) {
  const toast = document.createElement("div");
  toast.className = tone ? `toast toast--${tone}` : "toast";
  toast.append(Object.assign(document.createElement("span"), { className: "grow", textContent: text }));
  if (undo) toast.append(undoButton(undo, region.dataset.undoLabel));
  region.replaceChildren(toast);
  leaveLater(toast);
}

function undoButton(url, label) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: label });
  button.append(Object.assign(document.createElement("kbd"), { textContent: "Ctrl Z" }));
  button.dataset.hotkey = "ctrl+KeyZ";
  button.addEventListener("click", async () => {
    button.disabled = true;
    await htmx.ajax("POST", url, { source: button, target: "#flash", swap: "innerHTML" });
    button.closest(".toast")?.remove();
  });
  return button;
}

/* The bar under the words shows the time left; both stop while the toast is looked at. */
function leaveLater(toast) {
  let left = LASTS_MS;
  let began, timer;
  const go = () => {
    began = performance.now();
    timer = setTimeout(() => toast.remove(), Math.max(left, 1000));
    toast.classList.remove("toast--paused");
  };
  const pause = () => {
    clearTimeout(timer);
    left -= performance.now() - began;
    toast.classList.add("toast--paused");
  };
  for (const event of ["mouseenter", "focusin"]) toast.addEventListener(event, pause);
  for (const event of ["mouseleave", "focusout"]) toast.addEventListener(event, go);
  go();
}
