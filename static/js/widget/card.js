// One unit close up, and the form of a request for it.
import { h, said } from "./dom.js";
import { Refused, ask, whence } from "./asking.js";
import { called, priced, promoted, sized } from "./wanted.js";

export function card(unit, { words, consent, base, language, building }) {
  const facts = [
    [words.total, sized(unit.area, words, language)],
    unit.living && [words.living, sized(unit.living, words, language)],
    unit.kitchen && [words.kitchen, sized(unit.kitchen, words, language)],
    [words.floor, `${unit.floor}`],
    unit.kind === "flat" && [words.finish, words[unit.finish]],
  ].filter(Boolean);
  const dialog = h("dialog", { class: "card", "aria-labelledby": "title" },
    h("header", {},
      h("div", {}, h("p", { class: "muted" }, building), h("h2", { id: "title" }, `${called(unit, words)}, ${said(words, "number", { number: unit.number })}`)),
      h("button", { type: "button", class: "close", "aria-label": words.close, onclick: () => dialog.close() }, "×")),
    h("p", { class: "big" }, unit.status === "booked" ? words.booked : priced(words, unit, language), promoted(words, unit, language, true)),
    h("dl", {}, facts.map(([name, value]) => h("div", {}, h("dt", {}, name), h("dd", {}, value)))),
    unit.status === "booked" && h("p", { class: "muted" }, words.is_booked),
    consent && request(unit, { words, consent, base, language }));
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
  return dialog;
}

function request(unit, { words, consent, base, language }) {
  const problem = h("p", { class: "bad", role: "alert" });
  const box = h("input", { type: "checkbox", name: "agreed", value: consent.version, id: "agreed", required: true });
  const form = h("form", { novalidate: true },
    h("h3", {}, words.ask),
    field(words, "name", { autocomplete: "name", maxlength: 200, required: true }),
    field(words, "phone", { autocomplete: "tel", type: "tel", inputmode: "tel", maxlength: 30, required: true }),
    field(words, "text", { maxlength: 1000 }),
    h("div", { class: "trap", "aria-hidden": "true" }, h("input", { name: "website", tabindex: -1, autocomplete: "off" })),
    h("label", { class: "agree" }, box, h("span", {}, words.agree)),
    h("p", { class: "bad", id: "e-agreed" }),
    h("details", {}, h("summary", {}, words.consent), h("p", { class: "consent" }, consent.text),
      /^https?:/i.test(consent.policy_url) && h("a", { href: consent.policy_url, target: "_blank", rel: "noopener noreferrer" }, words.policy)),
    problem,
    h("button", { class: "main" }, words.send));
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const button = form.querySelector("button.main");
    if (button.disabled) return;
    tell(form, {});
    problem.textContent = "";
    button.disabled = true;
    button.textContent = words.sending;
    try {
      const given = Object.fromEntries(new FormData(form));
      const told = await ask(`${base}/public/leads`, { ...given, unit_id: unit.id, language, ...whence() });
      const thanks = h("p", { class: "thanks", role: "status", tabindex: -1 }, told.sentence);
      form.replaceWith(thanks);
      thanks.focus();
      return;
    } catch (no) {
      const refused = no instanceof Refused;
      if (!refused) console.error("karkas-flats:", no);
      tell(form, refused ? no.fields : {});
      problem.textContent = refused && Object.keys(no.fields).length ? "" : refused ? no.message : words.failed;
    }
    button.disabled = false;
    button.textContent = words.send;
  });
  return form;
}

function field(words, name, how) {
  return h("div", { class: "field" },
    h("label", { for: name }, words[name]),
    h("input", { id: name, name, type: "text", "aria-describedby": `e-${name}`, ...how }),
    h("p", { class: "bad", id: `e-${name}` }));
}

function tell(form, fields) {
  for (const note of form.querySelectorAll("p[id^=e-]")) {
    const name = note.id.slice(2);
    note.textContent = fields[name] ?? "";
    const input = form.elements[name];
    if (fields[name]) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
  }
  form.querySelector("[aria-invalid]")?.focus();
}
