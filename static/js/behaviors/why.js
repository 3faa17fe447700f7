/* Why a unit is not free, beside it: for who rests the pointer on it or the focus; Esc puts it away.

Asked of the server each time, so that it is never older than the look at it. */

const REST_MS = 500;

export function connect(root) {
  const tip = Object.assign(document.createElement("div"), { className: "why-tip", id: "why-tip", hidden: true });
  tip.setAttribute("role", "tooltip");
  root.append(tip);
  let owner = null;
  let timer = 0;

  const unitAt = (target) => {
    const unit = target.closest?.("#board a[data-status]") ?? target.closest?.("#list tr")?.querySelector("a[data-status]");
    return unit && unit.dataset.status !== "free" ? unit : null;
  };
  const hide = () => {
    clearTimeout(timer);
    owner?.removeAttribute("aria-describedby");
    owner = null;
    tip.hidden = true;
  };
  const show = async (unit) => {
    const answer = await fetch(`${unit.getAttribute("href")}/why`, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    if (owner !== unit || !answer.ok) return;
    tip.innerHTML = await answer.text();
    tip.firstElementChild?.removeAttribute("id");
    unit.setAttribute("aria-describedby", tip.id);
    tip.hidden = false;
    place(unit);
  };
  const place = (unit) => {
    const there = unit.getBoundingClientRect();
    const own = tip.getBoundingClientRect();
    const below = there.bottom + own.height + 8 < innerHeight;
    const top = below ? there.bottom + 4 : Math.max(there.top - own.height - 4, 4);
    const left = Math.max(Math.min(there.left, innerWidth - own.width - 8), 8);
    tip.style.top = `${top}px`;
    tip.style.left = `${left}px`;
  };
  const rest = (event) => {
    if (tip.contains(event.target)) return;
    const unit = unitAt(event.target);
    if (unit === owner) return;
    hide();
    if (!unit || event.pointerType === "touch") return;
    owner = unit;
    timer = setTimeout(() => show(unit), REST_MS);
  };
  const gone = (event) => {
    if (!root.contains(event.relatedTarget)) hide();
  };
  const escape = (event) => {
    if (event.key !== "Escape" || tip.hidden) return;
    event.stopPropagation();
    hide();
  };

  root.addEventListener("pointerover", rest);
  root.addEventListener("focusin", rest);
  root.addEventListener("pointerleave", gone);
  root.addEventListener("focusout", gone);
  root.addEventListener("keydown", escape, true);
  root.addEventListener("click", hide, true);
  root.addEventListener("scroll", hide, true);
  return hide;
}
