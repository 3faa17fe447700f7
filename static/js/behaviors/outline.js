/* The outline of a unit on the plan of its floor: corners are pressed, dragged, moved by arrows of the
   keyboard or of the screen.

The field with numbers is the truth that is sent; the drawing follows it and it follows the drawing. */

import { announce } from "../app.js";

const STEP = 0.5, LEAP = 2;        // per cent an arrow moves a corner, and with Shift
const NEAR = 1.2;                  // per cent within which a corner clings to a neighbour's corner or line
const FINGER = 24, DOT = matchMedia("(pointer: coarse)").matches ? 9 : 6;   // pixels on the glass
const SVG = "http://www.w3.org/2000/svg";

export function connect(root) {
  const sheet = root.querySelector("[data-sheet]");
  const shape = sheet.querySelector("[data-outline]");
  const group = sheet.querySelector("[data-corners]");
  const field = root.querySelector("[name=points]");
  const undo = root.querySelector("[data-undo]");
  const add = root.querySelector("[data-add]");
  const nudges = [...root.querySelectorAll("[data-nudge]")];
  const { width, height } = sheet.viewBox.baseVal;
  let corners = read(field.value);
  let chosen = 0;
  let past = [];

  const others = [...sheet.querySelectorAll(".ou--other polygon")].flatMap((polygon) =>
    [...polygon.points].map(({ x, y }) => [x / width * 100, y / height * 100]));

  /* -- between the field and the drawing --------------------------------------------------- */

  function read(text) {
    return text.trim().split(/[\s;]+/).filter(Boolean).map((part) => part.split(",").map(Number))
      .filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y));
  }
  const written = () => corners.map(([x, y]) => `${+x.toFixed(2)},${+y.toFixed(2)}`).join(" ");
  const draw = (focused) => {
    shape.setAttribute("points", corners.map(([x, y]) => `${x * width / 100},${y * height / 100}`).join(" "));
    const scale = width / (sheet.getBoundingClientRect().width || width);
    while (group.children.length > corners.length) group.lastElementChild.remove();
    while (group.children.length < corners.length) group.append(handle());
    corners.forEach((corner, number) => put(group.children[number], corner, number, scale));
    undo.disabled = !past.length;
    if (focused !== undefined) group.children[focused]?.focus({ preventScroll: true });
    choose(focused ?? chosen);
  };
  const choose = (number) => {
    chosen = Math.max(0, Math.min(number, corners.length - 1));
    for (const made of group.children) made.classList.toggle("corner--chosen", +made.dataset.number === chosen);
    for (const nudge of nudges) nudge.disabled = !corners.length;
  };
  const handle = () => {
    const made = document.createElementNS(SVG, "g");
    made.setAttribute("class", "corner");
    made.setAttribute("tabindex", "0");
    made.setAttribute("role", "button");
    for (const name of ["corner__hit", "corner__dot"]) {
      const circle = document.createElementNS(SVG, "circle");
      circle.setAttribute("class", name);
      made.append(circle);
    }
    return made;
  };
  /* In its place, not anew: a finger or a focus stays on what it holds. */
  const put = (made, [x, y], number, scale) => {
    made.dataset.number = number;
    made.setAttribute("aria-label", told(number));
    [...made.children].forEach((circle, size) => {
      circle.setAttribute("cx", x * width / 100);
      circle.setAttribute("cy", y * height / 100);
      circle.setAttribute("r", [FINGER, DOT][size] * scale);
    });
  };
  const told = (number) => {
    const [x, y] = corners[number];
    const words = { number: number + 1, count: corners.length, x: x.toFixed(1), y: y.toFixed(1) };
    return field.dataset.corner.replace(/%\((\w+)\)s/g, (_all, name) => words[name]);
  };
  const change = (next, focused) => {
    past.push(corners);
    corners = next;
    field.value = written();
    draw(focused);
    if (focused !== undefined && corners[focused]) announce(told(focused));
  };

  /* -- by hand ------------------------------------------------------------------------------ */

  const place = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());
    return [inside(at.x / width * 100), inside(at.y / height * 100)];
  };
  const inside = (value) => Math.min(100, Math.max(0, value));
  const clung = ([x, y], number) => {
    const near = others.find(([left, top]) => Math.hypot(left - x, top - y) < NEAR);
    if (near) return near;
    const sides = corners.filter((_corner, other) => other !== number);
    return [sides.map((corner) => corner[0]).find((left) => Math.abs(left - x) < NEAR / 2) ?? x,
      sides.map((corner) => corner[1]).find((top) => Math.abs(top - y) < NEAR / 2) ?? y];
  };
  /* A press on a side puts the corner into it, anywhere else after the last. */
  const whereTo = ([x, y]) => {
    const on = corners.findIndex((from, number) => {
      const to = corners[(number + 1) % corners.length];
      return corners.length > 2 && aside([x, y], from, to) < NEAR / 2;
    });
    return on < 0 ? corners.length : on + 1;
  };
  const aside = ([x, y], [x1, y1], [x2, y2]) => {
    const long = Math.hypot(x2 - x1, y2 - y1) || 1;
    const along = Math.min(1, Math.max(0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / long ** 2));
    return Math.hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1));
  };
  let dragged = null, grip = null, before = null, held = false;   // held: the press began on a corner, its click adds none
  sheet.addEventListener("pointerdown", (event) => {
    const corner = event.target.closest(".corner");
    held = Boolean(corner);
    if (!corner || event.button) return;
    event.preventDefault();
    dragged = +corner.dataset.number;
    before = corners;
    const at = place(event);
    grip = corners[dragged].map((value, axis) => value - at[axis]);   // a corner keeps its place under the finger
    choose(dragged);
    sheet.setPointerCapture(event.pointerId);
  });
  sheet.addEventListener("pointermove", (event) => {
    if (dragged === null) return;
    const to = place(event).map((value, axis) => inside(value + grip[axis]));
    corners = corners.with(dragged, clung(to, dragged));
    draw();
  });
  /* `touch-action` does not reach inside a drawing everywhere: without this a pulled corner scrolls the page. */
  sheet.addEventListener("touchstart", (event) => {
    if (event.target.closest(".corner")) event.preventDefault();
  }, { passive: false });
  const dropped = () => {
    if (dragged === null) return;
    const number = dragged, moved = corners;
    dragged = null;
    corners = before;
    if (moved !== before) change(moved, number);
    else group.children[number]?.focus();
  };
  sheet.addEventListener("pointerup", dropped);
  sheet.addEventListener("pointercancel", dropped);
  sheet.addEventListener("click", (event) => {
    if (held) return;
    const corner = clung(place(event), -1), number = whereTo(corner);
    change(corners.toSpliced(number, 0, corner), number);
  });

  /* -- by keys ------------------------------------------------------------------------------ */

  const between = (number) => {
    const [x1, y1] = corners[number], [x2, y2] = corners[(number + 1) % corners.length];
    return [(x1 + x2) / 2, (y1 + y2) / 2];
  };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const moved = (number, way, step) =>
    corners.with(number, corners[number].map((value, axis) => inside(value + way[axis] * step)));
  group.addEventListener("keydown", (event) => {
    const corner = event.target.closest(".corner");
    if (!corner || event.ctrlKey || event.metaKey || event.altKey) return;
    const number = +corner.dataset.number, way = ARROWS[event.key];
    if (way) change(moved(number, way, event.shiftKey ? LEAP : STEP), number);
    else if (event.key === "Delete" || event.key === "Backspace") {
      change(corners.toSpliced(number, 1), Math.max(0, number - 1));
    } else if (event.key === "Enter") {
      change(corners.toSpliced(number + 1, 0, between(number)), number + 1);
    } else return;
    event.preventDefault();
  });
  group.addEventListener("focusin", (event) => choose(+event.target.closest(".corner").dataset.number));
  /* The same without a keyboard: the buttons act on the corner chosen last and keep the focus. */
  for (const nudge of nudges) {
    nudge.addEventListener("click", () => {
      const number = chosen, way = ARROWS[nudge.dataset.nudge];
      change(way ? moved(number, way, STEP) : corners.toSpliced(number, 1));
      choose(way ? number : number - 1);
      if (corners.length) announce(told(chosen));
      else add.focus();
    });
  }
  const back = () => {
    if (!past.length) return;
    corners = past.pop();
    field.value = written();
    draw();
  };
  const undone = (event) => {
    if (event.code !== "KeyZ" || !(event.ctrlKey || event.metaKey) || event.target.matches("input")) return;
    event.preventDefault();
    back();
  };
  document.addEventListener("keydown", undone);
  undo.addEventListener("click", back);
  root.querySelector("[data-clear]").addEventListener("click", () => change([]));
  /* Without a mouse an outline begins as a square in the middle. */
  add.addEventListener("click", () => {
    if (!corners.length) change([[40, 40], [60, 40], [60, 60], [40, 60]], 0);
    else change(corners.toSpliced(chosen + 1, 0, between(chosen)), chosen + 1);
  });
  field.addEventListener("input", () => {
    past.push(corners);
    corners = read(field.value);
    draw();
  });
  const resized = new ResizeObserver(() => draw());
  resized.observe(sheet);
  draw();
  return () => {
    resized.disconnect();
    document.removeEventListener("keydown", undone);
  };
}
