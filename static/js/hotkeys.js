/* Keys by their place on the keyboard (`event.code`), so that they live on the Russian layout too.

An element names its key: `data-hotkey="KeyC"` or `"ctrl+KeyK"`. Single letters work only outside fields. */

const inField = (element) => element.closest?.("input, textarea, select, [contenteditable]");

function pressed(event) {
  const parts = [];
  if (event.ctrlKey || event.metaKey) parts.push("ctrl");
  if (event.altKey) parts.push("alt");
  parts.push(event.code);
  return parts.join("+");
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat) return;
  const key = pressed(event);
  const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
  if (plain && (inField(event.target) || event.target.closest?.("dialog[open]"))) return;
  if (event.key === "?") return showKeys(event);
  const owner = document.querySelector(`[data-hotkey="${key}"]`);
  if (!owner) return;
  event.preventDefault();
  owner.matches("input, textarea, select") ? owner.focus() : owner.click();
});

function showKeys(event) {
  event.preventDefault();
  const dialog = document.getElementById("dialog");
  dialog.replaceChildren(document.getElementById("hotkeys").content.cloneNode(true));
  dialog.showModal();
}
