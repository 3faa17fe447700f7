/* Keys by their place on the keyboard (`event.code`), so that they live on the Russian layout too.

An element names its key: `data-hotkey="KeyC"` or `"ctrl+KeyK"`; `?` shows the list, to which those of the
page put themselves, by `data-does` or by what is written on them. Inside a field the
keyboard belongs to the field: Ctrl Z there takes back letters, not deeds. */

const LETTERS = "karkas-letters";   // "off" for those whom single letters disturb (dictation, trembling hands)
const EVERYWHERE = new Set(["ctrl+KeyK"]);
const FIELD = "input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  const letter = /^(Key|Digit)/.test(event.code) && !event.ctrlKey && !event.metaKey && !event.altKey;
  if (letter && event.key !== "?" && !event.target.closest?.(FIELD) && localStorage.getItem(LETTERS) === "off") {
    event.stopImmediatePropagation();
  }
}, true);

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.repeat) return;
  const key = pressed(event);
  if (event.target.closest?.(FIELD) && !EVERYWHERE.has(key)) return;
  if (document.querySelector("dialog[open]")) return;
  if (event.key === "?" || key === "shift+Slash") return showKeys(event);
  const owner = [...document.querySelectorAll(`[data-hotkey="${key}"]`)].find((element) => element.checkVisibility());
  if (!owner) return;
  event.preventDefault();
  owner.matches(FIELD) ? owner.focus() : owner.click();
});

function pressed(event) {
  const held = [
    (event.ctrlKey || event.metaKey) && "ctrl",
    event.altKey && "alt",
    event.shiftKey && "shift",
  ];
  return [...held.filter(Boolean), event.code].join("+");
}

/* What a key of this page does, in the words of its owner. */
function line(key, owner) {
  const made = document.createDocumentFragment(), said = document.createElement("dd"), cap = document.createElement("kbd");
  cap.textContent = key;
  said.textContent = owner.dataset.does ?? owner.ariaLabel ?? (owner.labels?.[0] ?? owner).textContent.trim();
  const name = document.createElement("dt");
  name.append(cap);
  made.append(name, said);
  return made;
}

function showKeys(event) {
  event.preventDefault();
  const sheet = document.getElementById("hotkeys").content.cloneNode(true);
  const list = sheet.querySelector(".keys"), told = new Set([...list.querySelectorAll("kbd")].map((key) => key.textContent));
  for (const owner of document.querySelectorAll("[data-hotkey^=Key]")) {
    const key = owner.dataset.hotkey.slice(3);
    if (told.has(key) || !owner.checkVisibility()) continue;
    told.add(key);
    list.prepend(line(key, owner));
  }
  const letters = sheet.querySelector("[name=letters]");
  letters.checked = localStorage.getItem(LETTERS) !== "off";
  letters.addEventListener("change", () => localStorage.setItem(LETTERS, letters.checked ? "on" : "off"));
  document.getElementById("dialog").replaceChildren(sheet);
}
