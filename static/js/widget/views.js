// The house as a grid of floors and entrances, or as a list.
import { h, said } from "./dom.js";
import { called, fits, millions, priced, promoted, sized } from "./wanted.js";

function aloud(unit, words, language) {
  const parts = [`${words[unit.kind]} ${said(words, "number", { number: unit.number })}`];
  if (unit.kind === "flat") parts.push(called(unit, words));
  parts.push(sized(unit.area, words, language), `${words.floor.toLowerCase()} ${unit.floor}`);
  parts.push(unit.status === "booked" ? words.booked : priced(words, unit, language));
  if (unit.badge) parts.push(unit.badge);
  return parts.join(", ");
}

export function board(units, words, wanted, language, open) {
  const sections = Map.groupBy ? Map.groupBy(units, (unit) => unit.section) : grouped(units, (unit) => unit.section);
  return h("div", { class: "board" }, [...sections].map(([section, inside]) => {
    const floors = grouped(inside, (unit) => unit.floor);
    const least = Math.min(...inside.map((unit) => unit.place));
    const width = Math.max(...inside.map((unit) => unit.place)) - least + 1;
    const rows = [...floors].map(([floor, there]) => {
      const row = h("div", { role: "row", class: "row" },
        h("div", { role: "rowheader", class: "storey" }, `${floor}`),
        there.map((unit) => {
          const cell = h("div", { role: "gridcell" }, cellOf(unit, words, wanted, language, open));
          cell.style.gridColumn = `${unit.place - least + 2}`;
          return cell;
        }));
      row.style.gridTemplateColumns = `2.25rem repeat(${width}, minmax(4.25rem, 5.5rem))`;
      return row;
    });
    const title = said(words, "section", { number: section });
    const grid = h("div", { role: "grid", "aria-label": title, onkeydown: walk }, rows);
    const first = grid.querySelector("button");
    if (first) first.tabIndex = 0;
    return h("section", {}, h("h3", {}, title), h("div", { class: "scroll" }, grid));
  }));
}

function cellOf(unit, words, wanted, language, open) {
  const outside = fits(unit, wanted) ? "" : " no";
  const sign = unit.kind !== "flat" ? "" : unit.rooms === 0 ? words.studio[0] : `${unit.rooms}`;
  const foot = unit.status === "booked" ? words.booked : unit.price === null ? "—" : millions(unit, language);
  return h("button", {
    type: "button", tabindex: -1, class: `unit ${unit.status}${outside}`, "data-unit": unit.id,
    "aria-label": aloud(unit, words, language), onclick: () => open(unit),
  }, h("b", {}, sign), h("i", {}, new Intl.NumberFormat(language).format(unit.area)), h("span", {}, foot), unit.badge && h("em", {}, unit.badge));
}

// One stop of the Tab key for a grid; arrows go on from there, by where units stand on the screen.
function walk(event) {
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const step = steps[event.key];
  const here = event.target.closest("button");
  if (!step || !here) return;
  event.preventDefault();
  const from = here.getBoundingClientRect();
  const centre = (box) => [box.x + box.width / 2, box.y + box.height / 2];
  const [x, y] = centre(from);
  let best = null;
  for (const other of event.currentTarget.querySelectorAll("button")) {
    const [ox, oy] = centre(other.getBoundingClientRect());
    const along = (ox - x) * step[0] + (oy - y) * step[1];
    const aside = Math.abs((ox - x) * step[1]) + Math.abs((oy - y) * step[0]);
    const far = along + aside * 3;
    if (along > 1 && (!best || far < best.far)) best = { other, far };
  }
  if (!best) return;
  here.tabIndex = -1;
  best.other.tabIndex = 0;
  best.other.focus();
}

export function list(units, words, wanted, language, open) {
  const shown = units.filter((unit) => fits(unit, wanted));
  if (!shown.length) return h("p", { class: "empty" }, words.nothing);
  const heads = ["flat", "total", "floor", "price"].map((name) => h("th", { scope: "col" }, words[name].replace(", mln ₽", "").replace(", млн ₽", "")));
  const rows = shown.map((unit) =>
    h("tr", {},
      h("td", {}, h("button", { type: "button", class: "plain", "data-unit": unit.id, "aria-label": aloud(unit, words, language), onclick: () => open(unit) },
        `${called(unit, words)}, ${said(words, "number", { number: unit.number })}`)),
      h("td", {}, sized(unit.area, words, language)),
      h("td", {}, `${unit.floor}`),
      h("td", { class: "price" }, unit.status === "booked" ? words.booked : priced(words, unit, language), promoted(words, unit, language))));
  return h("table", { class: "list" }, h("thead", {}, h("tr", {}, heads)), h("tbody", {}, rows));
}

function grouped(things, by) {
  const found = new Map();
  for (const thing of things) found.set(by(thing), [...(found.get(by(thing)) ?? []), thing]);
  return found;
}
