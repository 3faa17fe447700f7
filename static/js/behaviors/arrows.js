/* Up and down walk the links under a search field; Enter in the field opens the first. */

export function connect(box) {
  box.addEventListener("keydown", (event) => {
    const links = [...box.querySelectorAll("a[href]")];
    const place = links.indexOf(document.activeElement);
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      const next = place + (event.key === "ArrowDown" ? 1 : -1);
      (next < 0 ? box.querySelector("input") : links[next])?.focus();
    } else if (event.key === "Enter" && place < 0 && links.length) {
      event.preventDefault();
      links[0].click();
    }
  });
}
