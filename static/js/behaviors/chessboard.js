/* The board: arrows walk the grid, Enter and a click open the unit beside it, the address follows.

One delegated listener serves two thousand cells; each stays a plain link for those without it. */

import { announce } from "../app.js";

const PAGE_FLOORS = 5;
const UNITS = "#grid a[data-status]";

export function connect(root) {
  const panel = root.querySelector("#unit-panel");
  const empty = panel.innerHTML;
  const cells = () => root.querySelectorAll(UNITS);

  const open = async (link, focusBack = true) => {
    const id = link.getAttribute("href").split("/").pop();
    select(id);
    await htmx.ajax("GET", `/units/${id}`, { source: panel, target: panel, swap: "innerHTML" });
    address(id);
    document.body.classList.add("sheet");
    if (focusBack) panel.querySelector("h2")?.setAttribute("tabindex", "-1");
  };
  const close = () => {
    const id = selected();
    panel.innerHTML = empty.includes("data-unit") ? "" : empty;
    select(null);
    address(null);
    document.body.classList.remove("sheet");
    root.querySelector(`#unit-${id}`)?.focus();
  };
  const selected = () => new URL(location.href).searchParams.get("unit");
  const select = (id) => {
    for (const cell of root.querySelectorAll("#grid [data-sel]")) {
      cell.removeAttribute("data-sel");
      cell.removeAttribute("aria-selected");
    }
    const cell = root.querySelector(`#unit-${id}`);
    cell?.setAttribute("data-sel", "");
    if (cell?.role === "gridcell") cell.setAttribute("aria-selected", "true");
  };
  const address = (id) => {
    const url = new URL(location.href);
    id ? url.searchParams.set("unit", id) : url.searchParams.delete("unit");
    history.replaceState(history.state, "", url);
  };

  root.addEventListener("click", (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    const cell = event.target.closest("a.u, [data-open-unit]");
    if (cell) {
      event.preventDefault();
      open(cell);
    } else if (event.target.closest("[data-close-unit]")) {
      event.preventDefault();
      close();
    }
  });
  const outside = (event) => {
    if (document.body.classList.contains("sheet") && event.target === document.body) close();
  };
  document.addEventListener("click", outside);

  /* -- keyboard: one tab stop for the grid, arrows inside --------------------------------- */

  /* By where they are seen: a unit of two floors, an empty place and a shop two flats wide need no rules. */
  const among = (cell) => [...cell.closest("[role=grid]").querySelectorAll("a.u")];
  const box = (cell) => cell.getBoundingClientRect();
  const level = (one, other) => Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
  const upper = ({ top }) => ({ top, bottom: top + 20 });   // of a tall cell its upper floor is walked
  const line = (cell) => among(cell).filter((other) => level(upper(box(cell)), box(other)))
    .sort((one, other) => box(one).left - box(other).left);
  const nearest = (cell, found, floors) => {
    const from = box(cell), middle = from.left + Math.min(from.width, 40) / 2;
    const far = (to) => {
      const { top, bottom, left, right } = box(to);
      const aside = Math.max(left - middle, middle - right, 0);
      return (floors > 0 ? from.top - bottom : top - from.bottom) * 10 + aside;
    };
    return found.sort((one, other) => far(one) - far(other))[0];
  };
  const vertical = (cell, up) => nearest(cell, among(cell).filter((other) =>
    up ? box(other).bottom <= box(cell).top + 1 : box(other).top >= box(cell).bottom - 1), up ? 1 : -1);
  const beside = (cell, step) => {
    const row = line(cell), next = row[row.indexOf(cell) + step];
    if (next) return next;
    const section = cell.closest("section");
    const other = step > 0 ? section.nextElementSibling : section.previousElementSibling;
    const floor = cell.closest("[role=row]").dataset.floor;
    const there = other?.querySelectorAll(`[data-floor="${floor}"] a.u`) ?? [];
    return [...there].at(step > 0 ? 0 : -1);
  };
  const floorsAway = (cell, count) => {
    let to = cell;
    for (let step = Math.abs(count); step && vertical(to, count > 0); step--) to = vertical(to, count > 0);
    return to;
  };
  const neighbour = (cell, key) => {
    switch (key) {
      case "ArrowLeft": return beside(cell, -1) ?? null;
      case "ArrowRight": return beside(cell, 1) ?? null;
      case "ArrowUp": return vertical(cell, true) ?? null;
      case "ArrowDown": return vertical(cell, false) ?? null;
      case "Home": return line(cell)[0];
      case "End": return line(cell).at(-1);
      case "PageUp": return floorsAway(cell, PAGE_FLOORS);
      case "PageDown": return floorsAway(cell, -PAGE_FLOORS);
    }
  };
  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.querySelector("[data-unit]")) return close();
    const cell = event.target.closest("a.u");
    if (!cell || event.ctrlKey || event.altKey || event.metaKey) return;
    const to = neighbour(cell, event.key);
    if (to === undefined) return;
    event.preventDefault();
    if (!to) return;
    stop(to);
    to.focus();
  });
  const stop = (cell) => {
    for (const other of root.querySelectorAll('a.u[tabindex="0"]')) other.tabIndex = -1;
    if (cell) cell.tabIndex = 0;
  };

  /* -- after the board looked again -------------------------------------------------------- */

  let seen = new Map([...cells()].map((cell) => [cell.id, cell.dataset.status]));
  const settle = () => {
    select(selected());
    stop(root.querySelector("#grid a.u[data-sel]") ?? root.querySelector("#grid a.u"));
    for (const cell of cells()) {
      const before = seen.get(cell.id);
      if (before && before !== cell.dataset.status) changed(cell);
      seen.set(cell.id, cell.dataset.status);
    }
  };
  const changed = (cell) => {
    cell.classList.add("u--changed");
    setTimeout(() => cell.classList.remove("u--changed"), 2000);
    if (cell.id === `unit-${selected()}`) {
      announce(cell.getAttribute("aria-label"));
      if (!panel.contains(document.activeElement)) open(cell, false);
    }
  };
  const swapped = (event) => { if (event.target.id === "board" || event.detail?.ctx?.target?.id === "board") settle(); };
  document.addEventListener("htmx:after:swap", swapped);
  settle();
  root.querySelector(".storey__floors [aria-current]")?.scrollIntoView({ block: "nearest", inline: "center" });
  return () => {
    document.removeEventListener("click", outside);
    document.removeEventListener("htmx:after:swap", swapped);
  };
}
