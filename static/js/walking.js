/* Where a key leads from a unit: over the grid of the board, across its entrances, or down the list. */

const PAGE_FLOORS = 5;
const PAGE_LINES = 10;
export const UNIT = "a.u, #list a[data-status]";

const unitsOf = (row) => [...(row?.querySelectorAll(UNIT) ?? [])];
const rowsOf = (section) => [...(section?.querySelectorAll("[role=row]") ?? [])];
const floorOf = (row) => Number(row.querySelector("[role=rowheader]")?.textContent ?? 0);
const near = (row, place) => { const line = unitsOf(row); return line[Math.min(place, line.length - 1)]; };

/* The unit to go to; null at an edge; undefined when the key means nothing here. */
export function neighbour(unit, event) {
  const line = unit.closest("tr");
  if (event.ctrlKey || event.metaKey) return overall(unit, event.key);
  return line ? inList(line, event.key) : inGrid(unit, event.key);
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

function inGrid(unit, key) {
  const row = unit.closest("[role=row]");
  const section = unit.closest("section");
  const rows = rowsOf(section);
  const floor = rows.indexOf(row);
  const line = unitsOf(row);
  const place = line.indexOf(unit);
  const page = (by) => near(rows[Math.max(Math.min(floor + by, rows.length - 1), 0)], place);
  const steps = {
    ArrowLeft: () => line[place - 1] ?? unitsOf(sameFloor(section.previousElementSibling, row)).at(-1),
    ArrowRight: () => line[place + 1] ?? unitsOf(sameFloor(section.nextElementSibling, row))[0],
    ArrowUp: () => near(rows[floor - 1] ?? over(section), place),
    ArrowDown: () => near(rows[floor + 1] ?? under(section), place),
    Home: () => line[0],
    End: () => line.at(-1),
    PageUp: () => page(-PAGE_FLOORS),
    PageDown: () => page(PAGE_FLOORS),
  };
  return steps[key] ? steps[key]() ?? null : undefined;
}

/* Entrances are not equally high: the same floor of the other one, or the nearest it has. */
function sameFloor(section, row) {
  const away = (other) => Math.abs(floorOf(other) - floorOf(row));
  return rowsOf(section).sort((one, other) => away(one) - away(other))[0];
}

/* Parking and storage lie under the whole building. */
function under(section) {
  const below = section.parentElement.querySelector(".sec--below");
  return section === below ? undefined : rowsOf(below)[0];
}

function over(section) {
  return section.matches(".sec--below") ? rowsOf(section.previousElementSibling).at(-1) : undefined;
}
