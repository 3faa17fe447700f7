/* A field with a list fed by the server while one types.

<div data-behavior="combobox" data-source="/deals/options">
  <input role="combobox" …><input type="hidden" name="deal_id"><ul role="listbox"></ul>
</div>
The server answers with <li role="option" data-value="7">…</li> rows. */

const PAUSE_MS = 200;

export function connect(box) {
  const input = box.querySelector("[role=combobox]");
  const value = box.querySelector("input[type=hidden]");
  const list = box.querySelector("[role=listbox]");
  let timer = 0;
  let latest = 0;

  const options = () => [...list.querySelectorAll("[role=option]")];
  const current = () => list.querySelector("[aria-selected=true]");
  const open = (yes) => {
    list.hidden = !yes;
    input.setAttribute("aria-expanded", String(yes));
  };
  const mark = (option) => {
    current()?.removeAttribute("aria-selected");
    option?.setAttribute("aria-selected", "true");
    option?.scrollIntoView({ block: "nearest" });
    if (option) input.setAttribute("aria-activedescendant", option.id);
  };
  const choose = (option) => {
    if (!option) return;
    input.value = option.dataset.label ?? option.textContent.trim();
    value.value = option.dataset.value;
    open(false);
    box.dispatchEvent(new CustomEvent("chosen", { bubbles: true, detail: option.dataset.value }));
    value.dispatchEvent(new Event("change", { bubbles: true }));
  };
  const load = async () => {
    const number = ++latest;
    const url = new URL(box.dataset.source, location.href);
    url.searchParams.set("q", input.value);
    const answer = await fetch(url, { headers: { "HX-Request": "true", "HX-Request-Type": "partial" } });
    if (number !== latest || !answer.ok) return;
    list.innerHTML = await answer.text();
    open(list.childElementCount > 0);
    mark(options()[0]);
  };

  input.addEventListener("input", () => {
    value.value = "";
    clearTimeout(timer);
    timer = setTimeout(load, PAUSE_MS);
  });
  input.addEventListener("focus", () => { if (!value.value) load(); });
  input.addEventListener("keydown", (event) => {
    const all = options();
    const place = all.indexOf(current());
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (list.hidden) return load();
      mark(all.at((place + (event.key === "ArrowDown" ? 1 : -1)) % all.length));
    }
    if (event.key === "Enter" && !list.hidden) {
      event.preventDefault();
      choose(current());
    }
    if (event.key === "Escape" && !list.hidden) {
      event.stopPropagation();
      open(false);
    }
  });
  list.addEventListener("mousedown", (event) => {
    event.preventDefault();
    choose(event.target.closest("[role=option]"));
  });
  input.addEventListener("blur", () => open(false));
  return () => clearTimeout(timer);
}
