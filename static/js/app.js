/* The one script of every page: it connects named behaviours to the elements that ask for them.

`data-behavior="menu autosubmit"` loads `behaviors/menu.js` and `behaviors/autosubmit.js`; each exports
`connect(element)` and may return a function that undoes it when the element leaves the page. */

import "./sending.js";
import "./connection.js";
import "./hotkeys.js";
import "./live.js";
import "./printed.js";

const modules = new Map();         // name → promise of its module
const connected = new WeakMap();   // element → what undoes its behaviours

function connectAll(root) {
  for (const element of among(root)) connect(element);
}

async function connect(element) {
  if (connected.has(element)) return;
  const ends = [];
  connected.set(element, ends);
  for (const name of element.dataset.behavior.split(/\s+/)) {
    if (!modules.has(name)) modules.set(name, import(`./behaviors/${name}.js`));
    const behavior = await modules.get(name);
    if (element.isConnected) ends.push(behavior.connect(element));
  }
}

function disconnectAll(root) {
  for (const element of among(root)) {
    if (element.isConnected) continue;   // only moved
    for (const end of connected.get(element) ?? []) end?.();
    connected.delete(element);
  }
}

function among(root) {
  const inside = root.querySelectorAll?.("[data-behavior]") ?? [];
  return root.matches?.("[data-behavior]") ? [root, ...inside] : [...inside];
}

new MutationObserver((changes) => {
  for (const change of changes) {
    change.removedNodes.forEach(disconnectAll);
    change.addedNodes.forEach(connectAll);
  }
}).observe(document.documentElement, { childList: true, subtree: true });

/* Said aloud to those who listen to the screen instead of looking at it. */
export function announce(text) {
  const announcer = document.getElementById("announcer");
  announcer.textContent = "";
  requestAnimationFrame(() => { announcer.textContent = text; });
}

connectAll(document);
