// <karkas-flats data-project="1" data-color="#2352c4" data-language="ru" data-view="list">
//
// Lives in a shadow tree with a constructed style sheet: a policy of the page needs `script-src` and
// `connect-src` for the developer's server, and nothing `unsafe-`.
import { h, said } from "./dom.js";
import { Refused, ask } from "./asking.js";
import { card } from "./card.js";
import { filters, fits, nothing } from "./wanted.js";
import { board, list } from "./views.js";
import css from "./style.css";

const BASE = new URL(document.currentScript?.src ?? location.href).origin;
const LOOKS_AGAIN_EVERY = 60_000;
const SILENT = {
  ru: "Сайт застройщика не отвечает. Попробуйте через минуту.",
  en: "The site of the developer does not answer. Try again in a minute.",
};

class Flats extends HTMLElement {
  connectedCallback() {
    if (this.shadowRoot) return;
    this.language = this.dataset.language === "en" ? "en" : "ru";
    this.wanted = nothing();
    this.view = this.dataset.view === "list" ? "list" : "board";
    const root = this.attachShadow({ mode: "open" });
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    root.adoptedStyleSheets = [sheet];
    this.place = h("div", { class: "place", lang: this.language, "aria-busy": "true" });
    root.append(this.place);
    this.paint();
    this.begin();
  }

  disconnectedCallback() {
    clearInterval(this.timer);
  }

  // The colour of the page for what is pressed; letters on it are white or black, whichever is read better.
  paint() {
    const colour = this.dataset.color ?? "";
    if (!CSS.supports("color", colour)) return;
    this.place.style.setProperty("--accent", colour);
    const probe = h("span");
    probe.style.color = colour;
    this.place.append(probe);
    const [red, green, blue] = (getComputedStyle(probe).color.match(/[\d.]+/g) ?? []).map(Number);
    probe.remove();
    const linear = (part) => (part / 255 <= 0.04 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    const light = 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
    this.place.style.setProperty("--on-accent", light > 0.179 ? "#000" : "#fff");
  }

  async begin() {
    try {
      const project = encodeURIComponent(this.dataset.project ?? "");
      const told = await ask(`${BASE}/public/projects/${project}?language=${this.language}`);
      Object.assign(this, told);
      this.building = this.project.buildings[0]?.id;
      await this.load();
    } catch (no) {
      this.fail(no);
      return;
    }
    this.timer = setInterval(() => document.hidden || this.load().catch(() => {}), LOOKS_AGAIN_EVERY);
  }

  async load() {
    const asked = this.building;
    const told = await ask(`${BASE}/public/projects/${this.project.id}/units?building=${asked}&limit=5000`);
    if (asked !== this.building) return;
    const before = JSON.stringify(this.units);
    this.units = told.units;
    if (JSON.stringify(this.units) !== before) this.draw();
  }

  fail(no) {
    const sentence = no instanceof Refused ? no.message : SILENT[this.language];
    console.error(`karkas-flats: ${sentence}`);
    this.place.removeAttribute("aria-busy");
    this.place.replaceChildren(h("p", { class: "empty", role: "alert" }, sentence));
  }

  draw() {
    const { words } = this;
    const kinds = [...new Set(this.units.map((unit) => unit.kind))];
    if (!kinds.includes(this.kind)) this.kind = kinds.includes("flat") ? "flat" : kinds[0];
    this.results = h("div", { class: "results" });
    this.place.removeAttribute("aria-busy");
    this.place.replaceChildren(
      h("header", { class: "head" },
        this.choice(words.building, this.project.buildings.map(({ id, name }) => [id, name]), this.building, (value) => {
          this.building = Number(value);
          this.load().catch((no) => this.fail(no));
        }),
        kinds.length > 1 && this.choice(words.flat, kinds.map((kind) => [kind, words[kind]]), this.kind, (value) => {
          this.kind = value;
          this.draw();
        }),
        h("div", { class: "switch", role: "group", "aria-label": words.view }, ["board", "list"].map((view) =>
          h("button", { type: "button", "aria-pressed": `${this.view === view}`, onclick: () => { this.view = view; this.draw(); } }, words[view])))),
      filters(words, this.wanted, this.kind === "flat", (whole) => (whole ? this.draw() : this.show())),
      this.results);
    this.show();
  }

  show() {
    const { words, language } = this;
    const units = this.units.filter((unit) => unit.kind === this.kind);
    const fitting = units.filter((unit) => fits(unit, this.wanted));
    const count = (status) => fitting.filter((unit) => unit.status === status).length;
    const open = (unit) => this.open(unit);
    const legend = h("p", { class: "legend", role: "status" },
      h("span", {}, said(words, "found", { count: fitting.length })),
      h("span", { class: "mark free" }, `${words.free}: ${count("free")}`),
      units.some((unit) => unit.status === "booked") && h("span", { class: "mark booked" }, `${words.booked}: ${count("booked")}`));
    const whole = !units.length
      ? h("p", { class: "empty" }, words.nothing)
      : (this.view === "board" ? board : list)(units, words, this.wanted, language, open);
    this.results.replaceChildren(legend, whole);
  }

  choice(label, options, value, chosen) {
    const select = h("select", { "aria-label": label, onchange: (event) => chosen(event.target.value) },
      options.map(([key, title]) => h("option", { value: key, selected: key === value }, title)));
    return options.length > 1 ? select : h("strong", {}, options[0]?.[1] ?? "");
  }

  open(unit) {
    const { words, consent, language } = this;
    const building = this.project.buildings.find(({ id }) => id === unit.building)?.name ?? "";
    const dialog = card(unit, { words, consent, base: BASE, language, building });
    this.place.append(dialog);
    dialog.showModal();
  }
}

if (!customElements.get("karkas-flats")) customElements.define("karkas-flats", Flats);
