/* The board: cards are dragged by mouse and finger, moved by keys, walked with J and K.

A column a deal is not ready for turns flat and says what is needed; a refused card goes back to where
it was and the server's words are shown. */

import { announce } from "../app.js";

const TOUCH_DELAY_MS = 250;

export function connect(board) {
  const words = JSON.parse(board.dataset.words);
  const sortables = new Map();
  let origin = null;

  const columns = () => [...board.querySelectorAll("[data-stage]")];
  const columnOf = (element) => element.closest("[data-stage]");
  const cardOf = (element) => element?.closest?.(".kc");
  const cards = () => [...board.querySelectorAll(".kc")];

  const lacking = (card, column) => (columnOf(card) === column ? [] : missing(card, column));

  function missing(card, column) {
    const unmet = new Set(card.dataset.unmet.split(" ").filter(Boolean));
    return column.dataset.rules.split(" ").filter((rule) => unmet.has(rule));
  }

  const why = (rules) => board.dataset.need + rules.map((rule) => words[rule] ?? rule).join("; ").toLowerCase();

  function explain(column, rules) {
    const text = `${column.dataset.name}. ${why(rules)}`;
    document.dispatchEvent(new CustomEvent("karkas:toast", { detail: { text, tone: "bad" } }));
  }

  /* -- dragging ------------------------------------------------------------------------------ */

  function arrange() {
    for (const column of columns()) {
      const stack = column.querySelector("[data-stack]");
      if (!stack || sortables.get(stack)) continue;
      sortables.set(stack, new Sortable(stack, {
        group: { name: "deals", put: (to, from, card) => !card.matches?.(".kc") || !lacking(card, columnOf(to.el)).length },
        draggable: ".kc",
        filter: ".kc-m",
        preventOnFilter: false,
        animation: matchMedia("(prefers-reduced-motion: reduce)").matches ? 0 : 140,
        forceFallback: true,
        fallbackOnBody: true,
        fallbackTolerance: 4,
        fallbackClass: "drag",
        ghostClass: "slot-card",
        delay: TOUCH_DELAY_MS,
        delayOnTouchOnly: true,
        touchStartThreshold: 6,
        scroll: true,
        scrollSensitivity: 60,
        bubbleScroll: true,
        onStart: ({ item }) => lift(item),
        onEnd: ({ item, originalEvent }) => drop(item, underPointer(originalEvent)),
      }));
    }
    for (const [stack, sortable] of sortables) {
      if (stack.isConnected) continue;
      sortable.destroy();
      sortables.delete(stack);
    }
  }

  function lift(card) {
    origin = placeOf(card);
    origin.column = columnOf(card);
    board.dataset.carrying = "";
    for (const column of columns()) {
      column.dataset.dragging = "";
      const rules = lacking(card, column);
      column.classList.toggle("deny", rules.length > 0);
      if (rules.length) (column.querySelector("header") ?? column).dataset.why = why(rules);
    }
  }

  /* Let go over a column that refuses: the card must not stay in the one it crossed on the way. */
  function underPointer(event) {
    const { clientX, clientY } = event?.changedTouches?.[0] ?? event ?? {};
    return document.elementFromPoint(clientX ?? -1, clientY ?? -1)?.closest("[data-stage]");
  }

  async function drop(card, over) {
    delete board.dataset.carrying;
    for (const column of columns()) column.classList.remove("deny");
    const rules = over && over !== origin.column ? missing(card, over) : [];
    if (rules.length) {
      putBack(card, origin);
      explain(over, rules);
      return rest();
    }
    const here = placeOf(card);
    if (here.parent === origin.parent && here.next === origin.next) return rest();
    await send(card, origin);
  }

  function rest() {
    for (const column of columns()) delete column.dataset.dragging;
    origin = null;
    document.dispatchEvent(new CustomEvent("karkas:rested"));
  }

  const placeOf = (card) => ({ parent: card.parentNode, next: nextCard(card) });

  function nextCard(card) {
    let next = card.nextElementSibling;
    while (next && !next.matches(".kc, .more, .stack__empty")) next = next.nextElementSibling;
    return next;
  }

  function putBack(card, place) {
    const before = place.next?.parentNode === place.parent ? place.next : null;
    place.parent.insertBefore(card, before);
  }

  /* -- telling the server --------------------------------------------------------------------- */

  async function send(card, from) {
    const column = columnOf(card);
    const focused = card.contains(document.activeElement) || from.focused;
    for (const each of columns()) each.dataset.dragging = "";
    card.setAttribute("aria-busy", "true");
    let status = 0;
    const answered = ({ detail: { ctx } }) => { status = ctx.response?.status ?? 0; };
    card.addEventListener("htmx:after:request", answered);
    try {
      await htmx.ajax("POST", `/deals/${card.dataset.deal}/moves?${board.dataset.query}`, {
        source: card,
        swap: "none",
        values: {
          stage_id: column.dataset.stage,
          version: card.dataset.version,
          after_id: above(card),
          board: "1",
        },
      });
    } finally {
      card.removeEventListener("htmx:after:request", answered);
      card.removeAttribute("aria-busy");
      if (status < 200 || status >= 300) putBack(card, from);
      if (status >= 400) announce(document.getElementById("flash").textContent.trim().replace(/\s+/g, " "));
      if (status === 409) for (const each of columns()) each.dataset.liveStale = "true";
      if (focused) document.getElementById(card.id)?.querySelector(".kc-t")?.focus();
      rest();
    }
  }

  function above(card) {
    let one = card.previousElementSibling;
    while (one && !one.matches(".kc")) one = one.previousElementSibling;
    return one?.dataset.deal ?? "";
  }

  /* -- keys ------------------------------------------------------------------------------------ */

  function moveByKey(card, key) {
    const from = { ...placeOf(card), focused: true };
    const column = columnOf(card);
    if (key === "ArrowUp" || key === "ArrowDown") {
      const siblings = [...column.querySelectorAll(".kc")];
      const other = siblings[siblings.indexOf(card) + (key === "ArrowUp" ? -1 : 1)];
      if (!other) return;
      key === "ArrowUp" ? other.before(card) : other.after(card);
    } else {
      const all = columns();
      const target = all[all.indexOf(column) + (key === "ArrowLeft" ? -1 : 1)];
      if (!target) return;
      const rules = lacking(card, target);
      if (rules.length) return explain(target, rules);
      target.querySelector("[data-stack]").prepend(card);
    }
    send(card, from);
  }

  function walk(step) {
    const all = cards();
    const place = all.indexOf(cardOf(document.activeElement));
    const next = place < 0 ? all[0] : all[place + step];
    next?.querySelector(".kc-t").focus();
    next?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  function onKey(event) {
    if (event.ctrlKey || event.metaKey || event.target.closest?.("input, textarea, select, dialog[open]")) return;
    const card = cardOf(document.activeElement);
    if (event.altKey && event.key.startsWith("Arrow") && card && board.contains(card)) {
      event.preventDefault();
      if (!card.hasAttribute("aria-busy") && card.querySelector(".kc-m")) moveByKey(card, event.key);
      return;
    }
    if (event.altKey) return;
    if (event.code === "KeyJ") walk(1);
    else if (event.code === "KeyK") walk(-1);
    else if (event.code === "KeyM" && card) card.querySelector(".kc-m")?.click();
    else return;
    event.preventDefault();
  }

  /* -- the chips of stages on a phone ----------------------------------------------------------- */

  const chips = new Map([...document.querySelectorAll("[data-stage-chip]")].map((chip) => [chip.dataset.stageChip, chip]));

  const seen = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      for (const [stage, chip] of chips) {
        if (stage === target.dataset.stage) chip.setAttribute("aria-current", "true");
        else chip.removeAttribute("aria-current");
      }
    }
  }, { root: board, threshold: 0.6 });

  function toStage(event) {
    const chip = event.target.closest?.("[data-stage-chip]");
    if (!chip) return;
    event.preventDefault();
    document.getElementById(`stage-${chip.dataset.stageChip}`)?.scrollIntoView({ behavior: "smooth", inline: "center", block: "nearest" });
  }

  function follow() {
    arrange();
    for (const column of columns()) {
      seen.observe(column);
      const chip = chips.get(column.dataset.stage);
      if (chip) chip.querySelector("b").textContent = column.dataset.count;
    }
  }

  const changed = new MutationObserver(follow);
  changed.observe(board, { childList: true, subtree: true, attributes: true, attributeFilter: ["data-count"] });
  document.addEventListener("keydown", onKey);
  document.addEventListener("click", toStage);
  if (board.querySelector(".kc-m") || !cards().length) arrange();
  follow();

  return () => {
    changed.disconnect();
    seen.disconnect();
    document.removeEventListener("keydown", onKey);
    document.removeEventListener("click", toStage);
    for (const sortable of sortables.values()) sortable.destroy();
  };
}
