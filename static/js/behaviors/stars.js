/* Whose star stands where: the board is the same for everyone, so each person's own marks are put on here.

The key S puts a star on the unit under the focus, or on the one that is open. */

export function connect(root) {
  const mine = new Set(root.dataset.favourites.split(",").filter(Boolean));

  const mark = () => {
    root.classList.add("cb--stars");
    for (const button of root.querySelectorAll("[data-star]")) {
      button.setAttribute("aria-pressed", String(mine.has(button.dataset.star)));
    }
    for (const cell of root.querySelectorAll("#grid a.u")) {
      cell.classList.toggle("u--star", mine.has(cell.id.replace("unit-", "")));
    }
  };
  const toggle = (id) => {
    const url = `/units/${id}/favourite${mine.has(id) ? "/removal" : ""}`;
    const own = root.querySelector(`#unit-${id}-star`);   // the panel's, when the unit is open
    const source = own ?? root.querySelector(`#unit-${id}`);
    htmx.ajax("POST", url, { source, target: source, swap: own ? "outerHTML" : "none" });
  };
  const starred = ({ detail }) => {
    const id = String(detail.unit);
    detail.starred ? mine.add(id) : mine.delete(id);
    mark();
  };
  const clicked = (event) => {
    const button = event.target.closest("[data-star]");
    if (button) toggle(button.dataset.star);
  };
  const pressed = (event) => {
    if (event.code !== "KeyS" || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (event.target.closest?.("input, textarea, select, dialog")) return;
    const unit = event.target.closest?.("a[id^='unit-']") ?? event.target.closest?.("tr")?.querySelector("a[id^='unit-']");
    const id = unit?.id.replace("unit-", "") ?? root.querySelector("[data-unit]")?.dataset.unit;
    if (!id) return;
    event.preventDefault();
    toggle(id);
  };
  const swapped = ({ target, detail }) => { if (target.id === "board" || detail?.ctx?.target?.id === "board") mark(); };

  root.addEventListener("click", clicked);
  document.addEventListener("keydown", pressed);
  document.addEventListener("karkas:starred", starred);
  document.addEventListener("htmx:after:swap", swapped);
  mark();
  return () => {
    document.removeEventListener("keydown", pressed);
    document.removeEventListener("karkas:starred", starred);
    document.removeEventListener("htmx:after:swap", swapped);
  };
}
