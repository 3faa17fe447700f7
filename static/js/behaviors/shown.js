/* Marks units that are being shown to clients: the board is the same for everyone and knows nothing of it.

Who went away without a word is noticed by looking again, and only while there is a mark. */

const LOOK_MS = 45_000;

export function connect(region) {
  const links = [...region.querySelectorAll("[data-shows]")];
  const unitOf = (link) => document.querySelector(`#board #unit-${link.dataset.shows}`);

  const mark = () => {
    for (const unit of document.querySelectorAll("#board .u--shown")) {
      unit.classList.remove("u--shown");
      unit.removeAttribute("title");
      unit.removeAttribute("aria-description");
    }
    for (const link of links) {
      const unit = unitOf(link);
      if (!unit) continue;
      const said = [unit.getAttribute("title"), link.title].filter(Boolean).join("; ");
      unit.setAttribute("title", said);
      unit.setAttribute("aria-description", said);
      unit.classList.add("u--shown");
    }
  };
  const look = () => {
    if (!document.hidden && !region.querySelector("[open]")) htmx.trigger(region, "live");
  };
  const clicked = (event) => {
    const unit = unitOf(event.target.closest("[data-shows]") ?? region);
    if (!unit || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    region.querySelector("details").open = false;
    unit.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
  };

  const timer = links.length && setInterval(look, LOOK_MS);
  region.addEventListener("click", clicked);
  document.addEventListener("htmx:after:swap", mark);
  mark();
  return () => {
    clearInterval(timer);
    document.removeEventListener("htmx:after:swap", mark);
  };
}
