// A date picker with a small calendar, and native pickers for times.

import { h, icon, popover } from "./dom.js";
import { now } from "./store.js";

const iso = (day) => `${day.getFullYear()}-${String(day.getMonth() + 1).padStart(2, "0")}-${String(day.getDate()).padStart(2, "0")}`;
const shown = (value) => new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric" }).format(new Date(`${value}T12:00`));

export function datepicker(element, value, { onchange, label }) {
  let chosen = value;
  const text = h("span", { class: "select-value" });
  const draw = () => { text.textContent = chosen ? shown(chosen) : element.placeholder?.text || "Select a date"; text.classList.toggle("placeholder", !chosen); };
  const face = h("button", { type: "button", class: "select date", "aria-label": label || "Select a date", onclick: () => {
    const close = popover(face, calendar(chosen, (day) => { chosen = day; draw(); close(); onchange(day); }), { width: 252 });
  } }, icon("calendar", 15), text, icon("caret", 14));
  draw();
  return face;
}

function calendar(chosen, pick) {
  let month = chosen ? new Date(`${chosen}T12:00`) : now();
  month = new Date(month.getFullYear(), month.getMonth(), 1, 12);
  const node = h("div", { class: "calendar" });
  const turn = (months) => { month = new Date(month.getFullYear(), month.getMonth() + months, 1, 12); draw(); };
  const draw = () => {
    const first = new Date(month);
    first.setDate(1 - ((month.getDay() + 6) % 7));
    const days = Array.from({ length: 42 }, (_, index) => new Date(first.getFullYear(), first.getMonth(), first.getDate() + index, 12));
    const title = new Intl.DateTimeFormat("en-GB", { month: "long", year: "numeric" }).format(month);
    node.replaceChildren(
      h("div", { class: "calendar-head" }, h("button", { type: "button", "aria-label": "Earlier", onclick: () => turn(-1) }, "‹"), h("strong", {}, title), h("button", { type: "button", "aria-label": "Later", onclick: () => turn(1) }, "›")),
      h("div", { class: "calendar-days" }, ["M", "T", "W", "T", "F", "S", "S"].map((day) => h("span", {}, day)), days.map((day) => h("button", { type: "button", "aria-label": iso(day), class: [day.getMonth() === month.getMonth() ? "" : "other", iso(day) === chosen ? "chosen" : "", iso(day) === iso(now()) ? "now" : ""].join(" "), onclick: () => pick(iso(day)) }, String(day.getDate())))));
  };
  draw();
  return node;
}

export const timepicker = (element, value, { onchange, label }) => h("input", { class: "text-input time", type: "time", "aria-label": label || "Time", value: value || "", onchange: (event) => onchange(event.target.value || null) });

export function datetimepicker(element, value, { onchange, label }) {
  const local = value ? new Date(value * 1000 - new Date(value * 1000).getTimezoneOffset() * 60000).toISOString().slice(0, 16) : "";
  return h("input", { class: "text-input time", type: "datetime-local", "aria-label": label || "Date and time", value: local, onchange: (event) => onchange(event.target.value ? Math.floor(new Date(event.target.value) / 1000) : null) });
}
