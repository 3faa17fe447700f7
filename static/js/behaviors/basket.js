/* Several units at once: the button, Shift or Ctrl with a click, or Space choose; the bar says for how much.

On a phone the bar is slim until it is unfolded, and lies over the board then, which stays where it is.
Prices and sums come from the server with every choice; a unit that is taken meanwhile says so in the bar. */

import { announce } from "../app.js";

export function connect(root) {
  const several = document.querySelector("[data-several]");
  if (!several) return undefined;
  const bar = () => root.querySelector("#basket");
  const said = () => bar().querySelector("input[name=units]").value.split(",").filter(Boolean);
  const idOf = (cell) => cell.id.replace("unit-", "");
  const inMode = () => several.getAttribute("aria-pressed") === "true";
  let chosen = new Set(said());

  const mark = () => {
    for (const cell of root.querySelectorAll("#grid a.u")) cell.classList.toggle("u--chosen", chosen.has(idOf(cell)));
    root.classList.toggle("cb--several", inMode() || chosen.size > 0);
  };
  const fold = (slim) => bar().classList.toggle("basket--slim", slim);
  const choose = (cell) => {
    const id = idOf(cell);
    if (!chosen.has(id) && cell.dataset.status !== "free") return announce(cell.getAttribute("aria-label"));
    chosen.has(id) ? chosen.delete(id) : chosen.add(id);
    tell();
  };
  const tell = async () => {
    mark();
    bar().hidden = chosen.size === 0;
    if (!chosen.size) fold(true);
    const target = bar().querySelector("#basket-units");
    await htmx.ajax("GET", `/baskets?units=${[...chosen].join(",")}`, { source: target, target, swap: "outerHTML" });
  };
  const leaveAll = () => {
    chosen.clear();
    several.setAttribute("aria-pressed", "false");
    return tell();
  };

  /* Before the board's own listener, which would open the unit. */
  const clicked = (event) => {
    const cell = event.target.closest("#grid a.u");
    if (!cell || event.button || !(inMode() || event.shiftKey || event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    event.stopPropagation();
    choose(cell);
  };
  const pressed = (event) => {
    const cell = event.key === " " && event.target.closest("#grid a.u");
    if (!cell) return;
    event.preventDefault();
    choose(cell);
  };
  const left = (event) => {
    const chip = event.target.closest("[data-leave]");
    if (chip) {
      chosen.delete(chip.dataset.leave);
      tell();
    } else if (event.target.closest("[data-leave-all]")) leaveAll();
    else if (event.target.closest("[data-unfold]")) {
      const slim = fold(!bar().matches(".basket--slim"));
      bar().querySelector(`[data-unfold][aria-expanded=${!slim}]`).focus();
    }
  };
  const switched = () => {
    several.setAttribute("aria-pressed", String(!inMode()));
    mark();
  };
  /* The board looked again, or the bar answered: what it holds is what is chosen. */
  const swapped = ({ detail: { ctx } }) => {
    const id = ctx?.target?.id;
    if (id === "basket") {
      chosen = new Set(said());
      if (!chosen.size) several.setAttribute("aria-pressed", "false");
    }
    if (id === "basket" || id === "board") mark();
  };

  root.addEventListener("click", clicked, true);
  root.addEventListener("click", left);
  root.addEventListener("keydown", pressed);
  several.addEventListener("click", switched);
  document.addEventListener("htmx:after:swap", swapped);
  mark();
  return () => {
    several.removeEventListener("click", switched);
    document.removeEventListener("htmx:after:swap", swapped);
  };
}
