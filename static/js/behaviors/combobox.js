/* A field with a list fed by the server while one types.

<div data-behavior="combobox" data-source="/deals/options">
  <input role="combobox" …><input type="hidden" name="deal_id"><ul role="listbox" hidden></ul>
</div>
The server answers with <li role="option" data-value="7" data-label="…">…</li> rows. */

const PAUSE_MS = 200;

export function connect(box) {
  const input = box.querySelector("[role=combobox]");
  const value = box.querySelector("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  let timer = 0;
  let latest = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const current = () => list.querySelector("[aria-selected=true]");

  function open(yes) {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
    if (!yes) input.removeAttribute("aria-activedescendant");
  }

  function mark(option) {
    current()?.removeAttribute("aria-selected");
    if (!option) return;
    option.id ||= `${list.id}-${options().indexOf(option)}`;
    option.setAttribute("aria-selected", "true");
    option.scrollIntoView({ block: "nearest" });
    input.setAttribute("aria-activedescendant", option.id);
  }

  function choose(option) {
    if (!option) return;
    input.value = option.dataset.label ?? option.textContent.trim();
    value.value = option.dataset.value;
    open(false);
    value.dispatchEvent(new Event("change", { bubbles: true }));
  }

  async function load() {
    const number = ++latest;
    const rows = await fetched(box.dataset.source, input.value);
    if (number !== latest || rows === null || document.activeElement !== input) return;
    list.innerHTML = rows;
    open(list.childElementCount > 0);
    mark(options()[0]);
  }

  function step(by) {
    const all = options();
    if (list.hidden || !all.length) return load();
    mark(all.at((all.indexOf(current()) + by) % all.length));
  }

  const KEYS = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => choose(current()),
    Escape: () => open(false),
  };

  input.addEventListener("input", () => {
    value.value = "";
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE_MS);
  });
  input.addEventListener("focus", () => { if (!value.value) load(); });
  input.addEventListener("blur", () => open(false));
  input.addEventListener("keydown", (event) => {
    const does = KEYS[event.key];
    if (!does || (list.hidden && !event.key.startsWith("Arrow"))) return;
    event.preventDefault();
    event.stopPropagation();
    does();
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose(event.target.closest("[role=option]"));
  });
  return () => clearTimeout(timer);
}

/* Rows for the words, or null when the server does not answer; a lost session goes where it says. */
async function fetched(source, words) {
  const url = new URL(source, location.href);
  url.searchParams.set("q", words);
  const headers = { "HX-Request": "true", "HX-Request-Type": "partial", "HX-Current-URL": location.href };
  try {
    const answer = await fetch(url, { headers });
    if (answer.headers.has("HX-Redirect")) location.href = answer.headers.get("HX-Redirect");
    return answer.ok ? await answer.text() : null;
  } catch {
    return null;
  }
}
