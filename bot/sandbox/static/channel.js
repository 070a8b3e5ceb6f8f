// The head of a channel: name, topic, people; below it the tabs, the pins and the bookmarks; and the canvas when its tab is open.

import { h, icon } from "./dom.js";
import { avatar } from "./message.js";
import { markdown } from "./richtext.js";
import { messagesIn, person } from "./store.js";

const opened = new Set();
const FACES = 3;

export const showsCanvas = (channel) => Boolean(channel.canvas) && opened.has(channel.id);

export function channelHead(channel, redraw) {
  const head = h("div", { class: "pane-head" }, h("h2", {}, channel.kind === "private" ? icon("lock", 15) : "# ", channel.name), h("span", { class: "topic", title: channel.topic }, channel.topic), members(channel));
  return h("div", { class: "channel-head" }, head, marks(channel, redraw));
}

function members(channel) {
  const people = channel.members.map(person).filter((one) => one && !one.is_bot);
  const names = people.map((one) => one.real_name).join(", ");
  return h("span", { class: "members", title: names }, people.length > 8 ? null : h("span", { class: "faces" }, people.slice(0, FACES).map((one) => avatar(one, 22))), `${channel.members.length} members`);
}

// Nothing to show there: no second line.
function marks(channel, redraw) {
  const pinned = messagesIn(channel.id).filter((one) => one.pinned);
  if (!channel.canvas && !channel.bookmarks.length && !pinned.length) return null;
  const choose = (canvas) => () => { if (canvas) opened.add(channel.id); else opened.delete(channel.id); redraw(); };
  const tabs = channel.canvas ? [tab("Messages", !showsCanvas(channel), choose(false)), tab("Canvas", showsCanvas(channel), choose(true), "page")] : [];
  return h("div", { class: "marks" }, tabs.length ? h("span", { class: "mark-tabs", role: "tablist" }, tabs) : null,
    pinned.length ? h("button", { type: "button", class: "bookmark", onclick: () => toPin(channel, pinned[0], redraw) }, icon("pin", 12), `${pinned.length} pinned`) : null,
    channel.bookmarks.map((one) => h("a", { class: "bookmark", href: /^https?:/.test(one.link) ? one.link : null, target: "_blank", rel: "noopener", title: one.link }, icon("link", 12), one.title)));
}

const tab = (label, selected, press, mark = null) => h("button", { type: "button", role: "tab", "aria-selected": String(selected), onclick: press }, mark ? icon(mark, 13) : null, label);

function toPin(channel, message, redraw) {
  opened.delete(channel.id);
  redraw();
  const row = document.querySelector(`#main .messages > [data-ts="${message.ts}"]`);
  row?.scrollIntoView({ block: "center" });
  row?.classList.add("arrived");
}

export const canvas = (channel) => h("div", { class: "canvas", role: "document", "aria-label": "Canvas", tabindex: "0" }, h("div", { class: "canvas-page" }, markdown(channel.canvas.markdown)));
