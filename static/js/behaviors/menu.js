/* A <details> that behaves as a menu: arrows inside, Esc and a click elsewhere close it. */

export function connect(menu) {
  const items = () => [...menu.querySelectorAll(".menu__item:not([hidden]), .menu__row button")];
  const outside = (event) => { if (!menu.contains(event.target)) menu.open = false; };
  const keys = (event) => {
    if (!menu.open) return;
    if (event.key === "Escape") {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.stopPropagation();
    }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const list = items();
    const place = list.indexOf(document.activeElement);
    list.at((Math.max(place, step < 0 ? 0 : -1) + step) % list.length)?.focus();
  };
  menu.addEventListener("keydown", keys);
  document.addEventListener("click", outside);
  return () => document.removeEventListener("click", outside);
}
