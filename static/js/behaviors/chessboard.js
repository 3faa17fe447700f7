/* The board: arrows walk the grid, Enter and a click open the unit beside it, the address follows.

One delegated listener serves two thousand cells; each stays a plain link for those without it. */

import { announce } from "../app.js";

const PAGE_FLOORS = 5;

export function connect(root) {
  const panel = root.querySelector("#unit-panel");
  const empty = panel.innerHTML;
  const cells = () => root.querySelectorAll("#grid a.u");

  const open = async (link, focusBack = true) => {
    const { pathname, search } = new URL(link.href);
    const id = pathname.split("/").pop();
    select(id);
    await htmx.ajax("GET", pathname + search, { source: panel, target: panel, swap: "innerHTML" });
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
    for (const cell of root.querySelectorAll("a.u[aria-selected]")) cell.removeAttribute("aria-selected");
    root.querySelector(`#unit-${id}`)?.setAttribute("aria-selected", "true");
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

  const at = (row, place) => row?.querySelectorAll("a.u")[place];
  const neighbour = (cell, key) => {
    const row = cell.closest("[role=row]");
    const place = [...row.querySelectorAll("a.u")].indexOf(cell);
    const grid = cell.closest("[role=grid]");
    const rows = [...grid.querySelectorAll("[role=row]")];
    const floor = rows.indexOf(row);
    const section = cell.closest("section");
    const beside = (step) => {
      const other = step > 0 ? section.nextElementSibling : section.previousElementSibling;
      const line = other?.querySelectorAll("[role=row]")[floor];
      return step > 0 ? at(line, 0) : line && [...line.querySelectorAll("a.u")].at(-1);
    };
    switch (key) {
      case "ArrowLeft": return at(row, place - 1) ?? beside(-1);
      case "ArrowRight": return at(row, place + 1) ?? beside(1);
      case "ArrowUp": return at(rows[floor - 1], place);
      case "ArrowDown": return at(rows[floor + 1], place);
      case "Home": return at(row, 0);
      case "End": return [...row.querySelectorAll("a.u")].at(-1);
      case "PageUp": return at(rows[Math.max(floor - PAGE_FLOORS, 0)], place);
      case "PageDown": return at(rows[Math.min(floor + PAGE_FLOORS, rows.length - 1)], place);
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
    stop(root.querySelector("a.u[aria-selected]") ?? cells()[0]);
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
  return () => {
    document.removeEventListener("click", outside);
    document.removeEventListener("htmx:after:swap", swapped);
  };
}
