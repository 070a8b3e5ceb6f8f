// The demo's clock: it shows the time as the app sees it, and puts it forward.

import { h, icon, toast } from "./dom.js";
import { now, request, store } from "./store.js";

const HOUR = 3600, DAY = 86400;
const slot = document.getElementById("clock-slot");
let until = "";

const written = (moment, options) => new Intl.DateTimeFormat("en-GB", { timeZone: store.clock.zone, ...options }).format(moment);
const day = (moment) => written(moment, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
const time = (moment) => written(moment, { hour: "2-digit", minute: "2-digit" });

function ahead(seconds) {
  if (seconds < 60) return "";
  const whole = Math.round(seconds / 60) * 60;
  const days = Math.floor(whole / DAY), hours = Math.floor((whole % DAY) / HOUR);
  const parts = [days ? `${days} ${days === 1 ? "day" : "days"}` : "", hours ? `${hours} h` : ""].filter(Boolean);
  return `${parts.join(" ") || `${Math.round(seconds / 60)} min`} ahead`;
}

// Messages show the browser's own time, as Slack does: the clock says where it stands when that is elsewhere.
const place = (zone) => (zone === Intl.DateTimeFormat().resolvedOptions().timeZone ? null : h("span", { class: "clock-zone" }, zone.split("/").at(-1).replaceAll("_", " ")));

export function drawClock() {
  const clock = store.clock;
  if (!clock) return slot.replaceChildren();
  const face = h("div", { class: "clock-face", role: "timer", "aria-live": clock.busy ? "off" : "polite", title: `The time as ${store.app.name} sees it (${clock.zone})` },
    clock.busy ? h("span", { class: "clock-spinner", role: "status", "aria-label": "Going through the days" }) : icon("clock", 15),
    h("span", { class: "clock-date" }, day(now())), h("strong", { class: "clock-time" }, time(now())), place(clock.zone),
    h("span", { class: "clock-ahead" }, clock.busy ? until : ahead(clock.ahead)));
  const jumps = [["+1 hour", HOUR], ["+1 day", DAY], ["+1 week", 7 * DAY], ["Next morning", null]];
  slot.replaceChildren(face, h("div", { class: "clock-jumps", role: "group", "aria-label": "Put the clock forward" }, jumps.map(([label, seconds]) => {
    const target = new Date(seconds ? now().getTime() + seconds * 1000 : nextMorning());
    return h("button", { type: "button", disabled: clock.busy, title: `${seconds ? "" : "The next working morning: "}${day(target)}, ${time(target)}`, onclick: () => forward(target) }, label);
  })));
}

// The sandbox told the next morning as it stood at its last word; while the page is open it may have passed.
const nextMorning = () => Math.max(store.clock.next_morning * 1000, now().getTime() + 60000);

async function forward(target) {
  until = `→ ${written(target, { day: "numeric", month: "short" })}, ${time(target)}`;
  store.clock = { ...store.clock, busy: true };
  drawClock();
  const answer = await request("/sandbox/clock", "POST", { seconds: (target - now()) / 1000 });
  if (!answer.ok) toast(answer.error, "bad");
  store.clock = answer.ok ? answer : await request("/sandbox/clock", "GET");
  drawClock();
}

// Only the numbers change with the minutes: the buttons keep their focus.
setInterval(() => {
  if (!store.clock || store.clock.busy || slot.querySelector(".clock-time")?.textContent === time(now())) return;
  slot.querySelector(".clock-time").textContent = time(now());
  slot.querySelector(".clock-date").textContent = day(now());
}, 1000);
