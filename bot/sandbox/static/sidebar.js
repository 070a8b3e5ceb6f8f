// Channels, the app, and who one acts as.

import { h, icon, popover } from "./dom.js";
import { avatar } from "./message.js";
import { appChannel, become, isGuest, me, store, unread, visibleChannels } from "./store.js";

const root = document.getElementById("sidebar");

export function drawSidebar(current, go) {
  const channels = visibleChannels().filter((one) => one.kind !== "im" && !one.is_archived).sort((a, b) => a.name.localeCompare(b.name));
  const im = appChannel();
  const fresh = im ? unread(im) : { count: 0, mentions: 0 };
  root.replaceChildren(
    h("div", { class: "team" }, h("span", { class: "team-mark" }, store.team.name[0]), h("h1", {}, store.team.name)),
    h("div", { class: "side-title" }, "Channels"),
    ...channels.map((channel) => entry({ name: channel.name, lead: channel.kind === "private" ? icon("lock", 14) : h("span", { class: "hash" }, "#"), active: current === channel.id, fresh: unread(channel), press: () => go(channel.id) })),
    h("div", { class: "side-title" }, "Apps"),
    entry({ name: store.app.name, lead: h("span", { class: "avatar app tiny" }, "⛵"), active: current === "app", fresh, press: () => go("app") }),
    h("div", { class: "side-title" }, "Customer mail"),
    entry({ name: "Inbox", lead: icon("mail", 15), active: current === "inbox", fresh: unreadMail(), always: true, press: () => go("inbox") }),
    h("div", { class: "side-foot" }, `A local Slack. Nothing leaves this machine.`));
}

// Letters to customers belong to nobody in this Slack: everybody sees the same inbox.
function unreadMail() {
  const count = store.mail.filter((one) => !one.read).length;
  return { count, mentions: count };
}

// `always`: the count stays while the entry is open.
function entry({ name, lead, active, fresh, press, always = false }) {
  return h("button", { type: "button", class: `side-entry ${active ? "active" : ""} ${fresh.count && !active ? "fresh" : ""}`, "aria-current": active ? "page" : null, onclick: press },
    h("span", { class: "lead" }, lead), h("span", { class: "side-name" }, name), fresh.mentions && (always || !active) ? h("span", { class: "count-badge" }, String(fresh.mentions)) : null);
}

const role = (who) => [who.title, isGuest(who) ? "guest" : null].filter(Boolean).join(" · ");

export function actAs() {
  const who = me();
  const face = h("button", { type: "button", class: "act-as", "aria-haspopup": "listbox", "aria-label": `Acting as ${who.real_name}`, onclick: () => {
    const close = popover(face, h("div", { class: "options people", role: "listbox" }, h("div", { class: "group" }, "Act as"), [...store.people.values()].filter((one) => !one.is_bot).map((one) => h("button", { type: "button", class: "option person", role: "option", "aria-selected": String(one.id === store.me), onclick: () => { close(); become(one.id); } }, avatar(one, 30), h("span", {}, h("strong", {}, one.real_name), h("small", {}, one.title || `@${one.name}`)), isGuest(one) ? h("span", { class: "guest" }, "Guest") : null))), { width: 270 });
  } }, avatar(who, 26), h("span", { class: "act-name" }, h("strong", {}, who.real_name), h("small", {}, role(who))), icon("caret", 14));
  return face;
}
