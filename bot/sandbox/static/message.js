// One message as a row: avatar, name, time, blocks, thread line.

import { h, icon, popover } from "./dom.js";
import { blocks } from "./blocks.js";
import { emoji } from "./emoji.js";
import { mrkdwn } from "./mrkdwn.js";
import { act, person, store } from "./store.js";

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit" });
const drafts = new Map();

export const clock = (ts) => CLOCK.format(new Date(Number(ts) * 1000));

export function avatar(who, size = 36) {
  if (who?.is_bot) return h("span", { class: "avatar app", style: `width:${size}px;height:${size}px;font-size:${size * 0.5}px`, "aria-hidden": "true" }, "⛵");
  const letters = (who?.real_name || "?").split(/\s+/).map((part) => part[0]).slice(0, 2).join("");
  return h("span", { class: "avatar", style: `width:${size}px;height:${size}px;background:#${who?.colour || "888"};font-size:${size * 0.38}px`, "aria-hidden": "true" }, letters);
}

function contextOf(message) {
  const where = { channel: message.channel, ts: message.ts };
  const key = `${store.me}/${message.ts}`;
  if (!drafts.has(key)) drafts.set(key, {});
  const kept = drafts.get(key);
  return {
    where, drafts: kept,
    send: (block, element, value) => act("click", { ...where, action_id: element.action_id, block_id: block.block_id, value, state: plain(kept) }),
    suggest: async (element, query) => (await act("suggest", { ...where, action_id: element.action_id, query })).body,
  };
}

export const plain = (entered) => JSON.parse(JSON.stringify(entered));

function body(message) {
  const nodes = message.blocks?.length ? blocks(message.blocks, contextOf(message)) : message.text ? [h("div", { class: "block section-text" }, mrkdwn(message.text), message.edited ? h("span", { class: "edited" }, " (edited)") : null)] : [];
  for (const attachment of message.attachments || []) {
    nodes.push(h("div", { class: "attachment", style: /^#?[0-9a-f]{6}$/i.test(attachment.color || "") ? `border-color:#${attachment.color.replace("#", "")}` : "" }, attachment.title ? h("strong", {}, attachment.title) : null, attachment.text ? h("div", {}, mrkdwn(attachment.text)) : null, blocks(attachment.blocks, contextOf(message))));
  }
  for (const file of message.files || []) nodes.push(shownFile(file));
  return nodes;
}

function shownFile(file) {
  if (file.mimetype.startsWith("image/")) return h("figure", { class: "block" }, h("figcaption", {}, file.title), h("img", { class: "picture", src: `/sandbox/file/${file.id}`, alt: file.title }));
  return h("a", { class: "file", href: `/sandbox/file/${file.id}`, download: file.name, title: `Download ${file.name}` }, icon("page", 26), h("span", {}, h("strong", {}, file.title), h("small", {}, `${fileType(file)} · ${fileSize(file.size)}`)));
}

const TYPES = { pptx: "PowerPoint presentation", pdf: "PDF", csv: "CSV", svg: "SVG image", ics: "Calendar entry" };
const suffix = (file) => (file.name.includes(".") ? file.name.split(".").pop().toLowerCase() : "");
const fileType = (file) => TYPES[suffix(file)] || (suffix(file) ? suffix(file).toUpperCase() : "File");
const fileSize = (bytes) => (bytes < 1024 ? `${bytes} bytes` : bytes < 1024 ** 2 ? `${Math.round(bytes / 1024)} kB` : `${(bytes / 1024 ** 2).toFixed(1)} MB`);

// `compact`: below a message of the same author, without avatar and name.
export function row(message, { compact = false, onthread = null } = {}) {
  const who = person(message.user);
  const head = h("div", { class: "message-head" }, h("span", { class: "author" }, message.username || who?.real_name || message.user), message.from_bot ? h("span", { class: "app-badge" }, "APP") : null, h("time", { class: "when", title: new Date(message.ts * 1000).toLocaleString() }, clock(message.ts)));
  const gutter = compact ? h("time", { class: "when gutter" }, clock(message.ts)) : avatar(who);
  return h("article", { class: `message ${compact ? "compact" : ""} ${message.only_for ? "ephemeral" : ""} ${message.pinned ? "pinned" : ""}`, "data-ts": message.ts, tabindex: "-1" },
    message.only_for ? h("div", { class: "only" }, icon("eye", 13), "Only visible to you") : null,
    message.pinned ? h("div", { class: "only pin" }, icon("pin", 13), "Pinned") : null,
    h("div", { class: "message-row" }, h("div", { class: "message-gutter" }, gutter), h("div", { class: "message-body" }, compact ? null : head, body(message), reactions(message), onthread ? threadLine(message, onthread) : null, message.only_for ? h("button", { type: "button", class: "dismiss", onclick: () => act("dismiss", { ts: message.ts }) }, "Dismiss message") : null)),
    onthread && !message.only_for ? toolbar(message, onthread) : null);
}

const reactions = (message) => (message.reactions ? h("div", { class: "reactions" }, message.reactions.map((one) => h("span", { class: "reaction" }, emoji(one.name) || `:${one.name}:`, ` ${one.count}`))) : null);

function threadLine(message, onthread) {
  if (!message.reply_count) return null;
  const last = new Date(Number(message.latest_reply) * 1000);
  const faces = message.reply_users.slice(0, 4).map((id) => avatar(person(id), 22));
  const count = `${message.reply_count} ${message.reply_count === 1 ? "reply" : "replies"}`;
  return h("button", { type: "button", class: "thread-line", onclick: () => onthread(message.ts) }, faces, h("strong", {}, count), h("span", {}, `Last reply ${CLOCK.format(last)}`));
}

function toolbar(message, onthread) {
  const shortcuts = store.manifest.shortcuts.filter((one) => one.type === "message");
  const more = h("button", { type: "button", "aria-label": "More actions", onclick: () => {
    const close = popover(more, h("div", { class: "options" }, shortcuts.map((one) => h("button", { type: "button", class: "option", onclick: () => { close(); act("shortcut", { callback_id: one.callback_id, channel: message.channel, ts: message.ts }); } }, one.name))));
  } }, icon("dots"));
  return h("div", { class: "toolbar" }, h("button", { type: "button", "aria-label": "Reply in thread", title: "Reply in thread", onclick: () => onthread(message.thread_ts || message.ts) }, icon("reply")), shortcuts.length ? more : null);
}
