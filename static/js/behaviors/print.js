/* Prints the page; `data-paper="a3"` names the sheet it has to fit on. */

const PAPERS = ["paper-a4", "paper-a3"];

export function connect(button) {
  button.addEventListener("click", () => {
    document.body.classList.remove(...PAPERS);
    if (button.dataset.paper) document.body.classList.add(`paper-${button.dataset.paper}`);
    button.closest("details")?.removeAttribute("open");
    print();
  });
}
