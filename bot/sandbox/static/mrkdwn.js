// Slack's mrkdwn as DOM nodes. Entities are decoded once, at the leaves.

import { h } from "./dom.js";
import { emoji } from "./emoji.js";
import { now, person, store } from "./store.js";

const ENTITIES = { "&amp;": "&", "&lt;": "<", "&gt;": ">" };
export const decode = (text) => text.replace(/&(amp|lt|gt);/g, (entity) => ENTITIES[entity]);

const INLINE = /(`[^`\n]+`)|<([^<>\n]+)>|(?<![\w*])\*(?=[^\s\u200b*])([^*\n]*?[^\s\u200b*])\*(?![\w*])|(?<![\w_])_(?=[^\s\u200b_])([^_\n]*?[^\s\u200b_])_(?![\w_])|(?<![\w~])~(?=[^\s\u200b~])([^~\n]*?[^\s\u200b~])~(?![\w~])|:([a-z0-9_+-]+):|(https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)])/g;

export function mrkdwn(text, { verbatim = false } = {}) {
  const parts = (text || "").split(/```\n?([\s\S]*?)```\n?/);
  return parts.flatMap((part, index) => index % 2 ? h("pre", { class: "pre" }, decode(part.replace(/\n$/, ""))) : lines(part, verbatim));
}

function lines(text, verbatim) {
  const nodes = [];
  let quote = null;
  text.split("\n").forEach((line, index, all) => {
    const quoted = line.match(/^(?:&gt;|>) ?(.*)$/);
    if (quoted) {
      if (!quote) nodes.push((quote = h("blockquote", {})));
      else quote.append(h("br"));
      quote.append(...inline(quoted[1], verbatim));
      return;
    }
    if (index > 0 && !quote) nodes.push(h("br"));
    quote = null;
    if (line || index < all.length - 1) nodes.push(...inline(line, verbatim));
  });
  return nodes;
}

export function inline(text, verbatim = false) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(INLINE)) {
    const node = matched(match, verbatim);
    if (!node) continue;
    nodes.push(decode(text.slice(at, match.index)), node);
    at = match.index + match[0].length;
  }
  nodes.push(decode(text.slice(at)));
  return nodes.filter((node) => node !== "");
}

function matched([, code, angle, bold, italic, strike, short, bare], verbatim) {
  if (code) return h("code", { class: /^`[▁-█ ·]+`$/.test(code) ? "spark" : null }, decode(code.slice(1, -1)));
  if (angle) return special(angle);
  if (bold) return h("strong", {}, inline(bold, verbatim));
  if (italic) return h("em", {}, inline(italic, verbatim));
  if (strike) return h("s", {}, inline(strike, verbatim));
  if (short) return emojiNode(short);
  return bare && !verbatim ? anchor(decode(bare), decode(bare)) : null;
}

export function emojiNode(name) {
  const drawn = emoji(name);
  return drawn ? h("span", { class: "emoji", title: `:${name}:` }, drawn) : null;
}

export function anchor(url, label) {
  const safe = /^(https?:|mailto:|tel:)/i.test(url);
  return h("a", { href: safe ? url : null, target: "_blank", rel: "noopener noreferrer", title: url }, label);
}

function special(inside) {
  const [target, ...rest] = inside.split("|");
  const label = rest.join("|");
  if (target.startsWith("@")) return userMention(target.slice(1));
  if (target.startsWith("#")) return channelMention(target.slice(1), label);
  if (target.startsWith("!date^")) return date(target, label);
  if (target.startsWith("!subteam^")) return h("span", { class: "mention ping" }, decode(label) || `@${target.slice(9)}`);
  if (target.startsWith("!")) return broadcast(target.slice(1));
  return anchor(decode(target), label ? textOnly(label) : decode(target));
}

const textOnly = (label) => label.split(/(:[a-z0-9_+-]+:)/).map((part) => (part.startsWith(":") && emojiNode(part.slice(1, -1))) || decode(part));

export const userMention = (id) => h("span", { class: `mention ${id === store.me ? "ping" : ""}` }, `@${person(id)?.real_name || "unknown-user"}`);
// Leads there, as far as the reader may see the channel.
export function channelMention(id, label) {
  const channel = store.channels.get(id);
  const seen = channel && (channel.kind === "public" || channel.members.includes(store.me));
  const name = seen ? `#${channel.name}` : label ? `#${label}` : "private channel";
  return seen ? h("button", { type: "button", class: "mention", onclick: () => { location.hash = id; } }, name) : h("span", { class: "mention" }, name);
}
export const broadcast = (range) => h("span", { class: "mention ping loud", title: "This notifies people" }, `@${range}`);

const PARTS = {
  date_num: { year: "numeric", month: "2-digit", day: "2-digit" },
  date: { year: "numeric", month: "long", day: "numeric" },
  date_short: { year: "numeric", month: "short", day: "numeric" },
  date_long: { weekday: "long", year: "numeric", month: "long", day: "numeric" },
  time: { hour: "2-digit", minute: "2-digit" },
  time_secs: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
};

export function formatDate(seconds, format) {
  const when = new Date(seconds * 1000);
  return format.replace(/\{(\w+)\}/g, (whole, token) => {
    if (token === "ago") return ago(when);
    const pretty = token.endsWith("_pretty") && relativeDay(when);
    const options = PARTS[token.replace("_pretty", "")];
    if (pretty) return pretty;
    if (token === "date_num") return `${when.getFullYear()}-${String(when.getMonth() + 1).padStart(2, "0")}-${String(when.getDate()).padStart(2, "0")}`;
    return options ? new Intl.DateTimeFormat("en-GB", options).format(when) : whole;
  });
}

export function relativeDay(when) {
  const days = Math.round((new Date(when).setHours(0, 0, 0, 0) - now().setHours(0, 0, 0, 0)) / 864e5);
  return { "-1": "yesterday", 0: "today", 1: "tomorrow" }[days] || null;
}

function ago(when) {
  const minutes = Math.round((when - now()) / 60000);
  const format = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return format.format(minutes, "minute");
  return Math.abs(minutes) < 1440 ? format.format(Math.round(minutes / 60), "hour") : format.format(Math.round(minutes / 1440), "day");
}

function date(target, fallback) {
  const [, seconds, format, link] = target.split("^");
  const text = format ? formatDate(Number(seconds), decode(format)) : decode(fallback);
  const title = new Date(Number(seconds) * 1000).toString();
  return link ? anchor(decode(link), text) : h("time", { title }, text);
}

// A text object, plain or mrkdwn.
export function textOf(object) {
  if (!object) return [];
  if (typeof object === "string") return [object];
  if (object.type === "mrkdwn") return mrkdwn(object.text, object);
  return object.text.split("\n").flatMap((line, index) => [index ? h("br") : null, ...line.split(/(:[a-z0-9_+-]+:)/).map((part) => (object.emoji !== false && /^:.+:$/.test(part) && emojiNode(part.slice(1, -1))) || decode(part))]);
}
