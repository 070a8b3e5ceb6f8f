// rich_text blocks and the markdown block.

import { h } from "./dom.js";
import { anchor, broadcast, channelMention, emojiNode, formatDate, userMention } from "./mrkdwn.js";

export const richText = (block) => h("div", { class: "block rich" }, grouped(block.elements));

function grouped(elements) {
  return elements.map((element) => {
    const inside = () => element.elements.map(piece);
    switch (element.type) {
      case "rich_text_list": return list(element);
      case "rich_text_quote": return h("blockquote", {}, inside());
      case "rich_text_preformatted": return h("pre", { class: "pre" }, element.elements.map((one) => one.text || one.url || ""));
      default: return h("div", {}, inside());
    }
  });
}

function list(element) {
  const tag = element.style === "ordered" ? "ol" : "ul";
  return h(tag, { style: `margin-left:${(element.indent || 0) * 22}px`, start: element.offset ? String(element.offset + 1) : null }, element.elements.map((item) => h("li", {}, item.elements.map(piece))));
}

function piece(element) {
  switch (element.type) {
    case "text": return styled(element.text.split("\n").flatMap((line, index) => (index ? [h("br"), line] : [line])), element.style);
    case "link": return styled([anchor(element.url, element.text || element.url)], element.style);
    case "emoji": return emojiNode(element.name) || `:${element.name}:`;
    case "user": return userMention(element.user_id);
    case "usergroup": return h("span", { class: "mention ping" }, `@${element.usergroup_id}`);
    case "channel": return channelMention(element.channel_id);
    case "broadcast": return broadcast(element.range);
    case "date": return h("time", {}, formatDate(element.timestamp, element.format));
    case "color": return h("span", {}, h("i", { class: "swatch", style: `background:${/^#[0-9a-f]{3,8}$/i.test(element.value) ? element.value : "#999"}` }), element.value);
    default: return "";
  }
}

function styled(children, style = {}) {
  let node = children;
  for (const [key, tag] of [["code", "code"], ["bold", "strong"], ["italic", "em"], ["strike", "s"], ["underline", "u"]]) if (style[key]) node = h(tag, {}, node);
  return Array.isArray(node) ? h("span", {}, node) : node;
}

// Backslashes take away what a sign means: until the text is drawn it stands as a sign of nobody's.
const MASK = 0xe000;
const masked = (text) => text.replace(/\\([!-/:-@[-`{-~])/g, (_, sign) => String.fromCharCode(MASK + sign.charCodeAt(0)));
const plain = (text) => text.replace(/[\ue021-\ue07e]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) - MASK));

const MARK = /!\[\]\(@([A-Z0-9]+)\)|(`[^`]+`)|\*\*([^*]+)\*\*|__([^_]+)__|(?<!\w)[*_]([^*_]+)[*_](?!\w)|~~([^~]+)~~|!?\[([^\]]+)\]\(([^)\s]+)\)|:([a-z0-9_+-]+):/g;

function span(text) {
  const nodes = [];
  let at = 0;
  for (const match of text.matchAll(MARK)) {
    const [all, user, code, bold, bold2, italic, strike, label, url, short] = match;
    const drawn = short && emojiNode(short);
    if (short && !drawn) continue;
    nodes.push(plain(text.slice(at, match.index)));
    if (user) nodes.push(userMention(user));
    else if (code) nodes.push(h("code", {}, plain(code.slice(1, -1))));
    else if (bold || bold2) nodes.push(h("strong", {}, span(bold || bold2)));
    else if (italic) nodes.push(h("em", {}, span(italic)));
    else if (strike) nodes.push(h("s", {}, span(strike)));
    else if (url) nodes.push(anchor(plain(url), plain(label)));
    else nodes.push(drawn);
    at = match.index + all.length;
  }
  return [...nodes, plain(text.slice(at))];
}

// The common part of Markdown: headings, lists, quotes, fences, rules, tables, paragraphs.
export function markdown(text) {
  const root = h("div", { class: "block rich markdown" });
  for (const chunk of masked(text).split(/(```[\s\S]*?```)/)) {
    if (chunk.startsWith("```")) root.append(h("pre", { class: "pre" }, plain(chunk.replace(/^```\w*\n?|\n?```$/g, ""))));
    else chunk.split(/\n{2,}/).filter((part) => part.trim()).forEach((part) => root.append(...paragraph(part.replace(/^\n+|\n+$/g, ""))));
  }
  return root;
}

function paragraph(text) {
  const rows = text.split("\n");
  const heading = rows[0].match(/^(#{1,6}) (.*)$/);
  if (heading) return [h(`h${Math.min(heading[1].length + 2, 6)}`, {}, span(heading[2])), ...(rows.length > 1 ? paragraph(rows.slice(1).join("\n")) : [])];
  if (/^(-{3,}|\*{3,})$/.test(text)) return [h("hr")];
  if (rows.every((row) => /^\s*[-*+] /.test(row))) return [h("ul", {}, rows.map((row) => h("li", {}, span(row.replace(/^\s*[-*+] /, "")))))];
  if (rows.every((row) => /^\s*\d+[.)] /.test(row))) return [h("ol", {}, rows.map((row) => h("li", {}, span(row.replace(/^\s*\d+[.)] /, "")))))];
  if (rows.every((row) => row.startsWith(">"))) return [h("blockquote", {}, rows.flatMap((row, index) => [index ? h("br") : null, ...span(row.replace(/^> ?/, ""))]))];
  if (rows.length > 1 && /^\|?[\s:|-]+\|?$/.test(rows[1]) && rows[0].includes("|")) return [grid(rows)];
  return [h("p", {}, rows.flatMap((row, index) => [index ? h("br") : null, ...span(row)]))];
}

function grid([head, , ...body]) {
  const cells = (row) => row.replace(/^\||\|$/g, "").split("|").map((cell) => cell.trim());
  return h("table", { class: "grid" }, h("tr", {}, cells(head).map((cell) => h("th", {}, span(cell)))), body.map((row) => h("tr", {}, cells(row).map((cell) => h("td", {}, span(cell))))));
}

export function table(block) {
  const settings = block.column_settings || [];
  const cell = (one) => (one.type === "rich_text" ? grouped(one.elements) : String(one.text ?? one.value ?? ""));
  const row = (cells, index) => h("tr", {}, cells.map((one, column) => h(index ? "td" : "th", { style: `text-align:${settings[column]?.align || "left"}` }, cell(one))));
  return h("div", { class: "block scroll" }, block.caption ? h("div", { class: "caption" }, block.caption) : null, h("table", { class: "grid" }, block.rows.map(row)));
}
