/* A button that prints the page as it is. */

export function connect(button) {
  button.addEventListener("click", () => window.print());
}
