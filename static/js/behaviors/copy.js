/* A button that puts its text into the clipboard; where that is forbidden, the field beside it is selected. */

export function connect(button) {
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(button.dataset.text);
      document.dispatchEvent(new CustomEvent("karkas:toast", { detail: { text: button.dataset.done } }));
    } catch {
      button.parentElement.querySelector("input")?.select();
    }
  });
}
