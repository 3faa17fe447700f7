/* Where a key leads from a unit: over the grid of the board, across its entrances, or down the list. */

const PAGE_FLOORS = 5;
const PAGE_LINES = 10;
export const UNIT = "#grid a[data-status]";

const unitsOf = (row) => [...(row?.querySelectorAll("a[data-status]") ?? [])];

/* The unit to go to; null at an edge; undefined when the key means nothing here. */
export function neighbour(unit, event) {
  const line = unit.closest("tr");
  if (event.ctrlKey || event.metaKey) return overall(unit, event.key);
  if (line) return inList(line, event.key);
  return unit.closest("[role=grid]") ? inGrid(unit, event.key) : undefined;
}

function overall(unit, key) {
  const all = [...unit.closest("#board").querySelectorAll(UNIT)];
  return { Home: all[0], End: all.at(-1) }[key];
}

function inList(line, key) {
  const lines = [...line.parentElement.rows];
  const place = lines.indexOf(line);
  const to = {
    ArrowUp: place - 1,
    ArrowDown: place + 1,
    PageUp: Math.max(place - PAGE_LINES, 0),
    PageDown: Math.min(place + PAGE_LINES, lines.length - 1),
    Home: 0,
    End: lines.length - 1,
  }[key];
  return to === undefined ? undefined : unitsOf(lines[to])[0] ?? null;
}

/* By where they are seen: a unit of two floors, an empty place and a shop two flats wide need no rules. */
function inGrid(unit, key) {
  switch (key) {
    case "ArrowLeft": return beside(unit, -1) ?? null;
    case "ArrowRight": return beside(unit, 1) ?? null;
    case "ArrowUp": return vertical(unit, true) ?? null;
    case "ArrowDown": return vertical(unit, false) ?? null;
    case "Home": return level(unit)[0];
    case "End": return level(unit).at(-1);
    case "PageUp": return floorsAway(unit, PAGE_FLOORS);
    case "PageDown": return floorsAway(unit, -PAGE_FLOORS);
  }
}

const among = (unit) => [...unit.closest("[role=grid]").querySelectorAll("a.u")];
const box = (unit) => unit.getBoundingClientRect();
const overlap = (one, other) => Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top) > 1;
const upper = ({ top }) => ({ top, bottom: top + 20 });   // of a tall unit its upper floor is walked
const level = (unit) => among(unit).filter((other) => overlap(upper(box(unit)), box(other)))
  .sort((one, other) => box(one).left - box(other).left);

function vertical(unit, up) {
  const there = among(unit).filter((other) => up
    ? box(other).bottom <= box(unit).top + 1
    : box(other).top >= box(unit).bottom - 1);
  return nearest(unit, there, up);
}

function nearest(unit, found, up) {
  const from = box(unit), middle = from.left + Math.min(from.width, 40) / 2;
  const far = (to) => {
    const { top, bottom, left, right } = box(to);
    const aside = Math.max(left - middle, middle - right, 0);
    return (up ? from.top - bottom : top - from.bottom) * 10 + aside;
  };
  return found.sort((one, other) => far(one) - far(other))[0];
}

/* Past the edge of an entrance stands the same floor of the next one. */
function beside(unit, step) {
  const row = level(unit), next = row[row.indexOf(unit) + step];
  if (next) return next;
  const section = unit.closest("section");
  const other = step > 0 ? section.nextElementSibling : section.previousElementSibling;
  const floor = unit.closest("[role=row]").dataset.floor;
  const there = other?.querySelectorAll(`[data-floor="${floor}"] a.u`) ?? [];
  return [...there].at(step > 0 ? 0 : -1);
}

function floorsAway(unit, count) {
  let to = unit;
  for (let step = Math.abs(count); step && vertical(to, count > 0); step--) to = vertical(to, count > 0);
  return to;
}
