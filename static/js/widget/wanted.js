// The filters: which units fit, and the form they are chosen in.
import { h, said } from "./dom.js";

export const nothing = () => ({ rooms: new Set(), price: ["", ""], area: ["", ""], floor: ["", ""] });

const number = (text) => (text.trim() === "" ? null : Number(text.replace(",", ".").replace(/\s/g, "")));

function within(value, [least, most], times = 1) {
  const [low, high] = [number(least), number(most)];
  if (low === null && high === null) return true;
  if (value === null) return false;
  return !(low > value / times) && !(high !== null && high < value / times);
}

export const fits = (unit, wanted) =>
  (!wanted.rooms.size || (unit.kind === "flat" && wanted.rooms.has(Math.min(unit.rooms, 3)))) &&
  within(unit.price, wanted.price, 1e6) &&
  within(unit.area, wanted.area) &&
  within(unit.floor, wanted.floor);

export function filters(words, wanted, flats, changed) {
  const toggle = (rooms) => () => {
    if (!wanted.rooms.delete(rooms)) wanted.rooms.add(rooms);
    changed();
  };
  const rooms = [0, 1, 2, 3].map((count) =>
    h("label", { class: "chip" },
      h("input", { type: "checkbox", onchange: toggle(count), ...(wanted.rooms.has(count) && { checked: true }) }),
      count === 0 ? words.studio : `${count}${count === 3 ? "+" : ""}`));
  return h("form", { class: "filters", onsubmit: (event) => event.preventDefault() },
    flats && h("fieldset", {}, h("legend", {}, words.rooms), h("div", { class: "chips" }, rooms)),
    ["price", "area", "floor"].map((name) => range(words, name, wanted, changed)),
    h("button", { type: "button", class: "plain", onclick: () => { Object.assign(wanted, nothing()); changed(true); } },
      words.reset));
}

function range(words, name, wanted, changed) {
  const field = (place) => {
    const label = `${words[name]} ${place ? words.to : words.from}`;
    return h("input", {
      type: "text", inputmode: "decimal", maxlength: 9, size: 5, "aria-label": label, value: wanted[name][place],
      placeholder: place ? words.to : words.from,
      oninput: (event) => { wanted[name][place] = event.target.value; changed(); },
    });
  };
  return h("fieldset", {}, h("legend", {}, words[name]), h("div", { class: "pair" }, field(0), field(1)));
}

const roubles = (amount, language) => `${new Intl.NumberFormat(language).format(amount)} ₽`;

export const priced = (words, unit, language) =>
  unit.price === null ? words.request_price : roubles(unit.price, language);

// What a promotion makes of the price: what it was, its badge, and its last day where there is room to say it.
export function promoted(words, unit, language, whole = false) {
  if (!unit.badge) return null;
  const day = whole && unit.badge_until &&
    new Intl.DateTimeFormat(language, { day: "numeric", month: "long", timeZone: "UTC" }).format(new Date(unit.badge_until));
  return h("span", { class: "promo" },
    h("span", { class: "away" }, words.before), h("s", {}, roubles(unit.price_before, language)),
    h("b", {}, unit.badge), day && h("span", {}, said(words, "until", { day })));
}

export const millions = (unit, language) =>
  new Intl.NumberFormat(language, { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(unit.price / 1e6);

export const sized = (area, words, language) => `${new Intl.NumberFormat(language).format(area)} ${words.metres}`;

export function called(unit, words) {
  if (unit.kind !== "flat") return words[unit.kind];
  return unit.rooms === 0 ? words.studio : said(words, "rooms_few", { rooms: unit.rooms });
}
