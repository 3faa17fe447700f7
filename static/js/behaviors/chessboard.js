/* The board: arrows walk the grid, Enter and a click open the unit beside it, the address follows.

One delegated listener serves two thousand cells; each stays a plain link for those without it. */

import { announce } from "../app.js";
import { UNIT, neighbour } from "../walking.js";

export function connect(root) {
  const panel = root.querySelector("#unit-panel");
  const empty = panel.innerHTML;
  const cells = () => root.querySelectorAll(UNIT);

  const open = async (link, focusBack = true) => {
    const { pathname, search } = new URL(link.getAttribute("href"), location.href);
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

  root.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && panel.querySelector("[data-unit]")) return close();
    const cell = event.target.closest(UNIT);
    if (!cell || event.altKey) return;
    const to = neighbour(cell, event);
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

  /* -- F: to the filters, wherever one is -------------------------------------------------- */

  const toFilters = (event) => {
    if (event.code !== "KeyF" || event.ctrlKey || event.altKey || event.metaKey || event.shiftKey) return;
    if (event.target.closest?.("input:not([type=checkbox], [type=radio]), textarea, select, dialog")) return;
    event.preventDefault();
    document.querySelector("#filters input:not([type=hidden]), #filters summary")?.focus();
  };
  document.addEventListener("keydown", toFilters);

  /* -- after the board looked again -------------------------------------------------------- */

  let seen = new Map([...cells()].map((cell) => [cell.id, cell.dataset.status]));
  const settle = () => {
    measure(root.querySelector("#grid"));
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
    document.removeEventListener("keydown", toFilters);
    document.removeEventListener("htmx:after:swap", swapped);
  };
}

/* How many floors and units have to find room on one printed sheet. */
function measure(grid) {
  if (!grid) return;
  const sections = [...grid.querySelectorAll(".sec:not(.sec--below)")];
  const rows = (section) => section.querySelectorAll("[role=row]").length;
  const widths = sections.map((section) => Number(/sec-(\d+)/.exec(section.className)?.[1] ?? 1) + 1);
  grid.style.setProperty("--rows", Math.max(1, ...sections.map(rows)));
  grid.style.setProperty("--columns", widths.reduce((sum, width) => sum + width, 0));
}
