// The page: top bar, sidebar, the open channel or app, the thread beside it.

import { h, icon, toast } from "./dom.js";
import { blocks } from "./blocks.js";
import { canvas, channelHead, showsCanvas } from "./channel.js";
import { drawClock } from "./clock.js";
import { composer } from "./composer.js";
import { drawCalls, drawFaults, toggleFaults } from "./faults.js";
import { drawInbox, letterChanged } from "./inbox.js";
import { plain, row } from "./message.js";
import { drawModal } from "./modal.js";
import { relativeDay } from "./mrkdwn.js";
import { actAs, drawSidebar } from "./sidebar.js";
import { act, appChannel, connect, listen, markRead, messagesIn, store, visibleChannels } from "./store.js";

const top = document.getElementById("top-right");
const main = document.getElementById("main");
const side = document.getElementById("side");
const homeDrafts = {};
let place = null;
let tab = "home";
let thread = null;

const channelId = () => ({ app: appChannel()?.id, inbox: null }[place] ?? (store.channels.has(place) ? place : null));

function go(where) {
  place = where;
  thread = null;
  location.hash = where;
  if (where === "app") opened();
  drawAll();
}

function opened() {
  tab = store.manifest.home ? tab : "messages";
  act(tab === "home" ? "open_home" : "open_messages", {});
}

function drawAll() {
  if (!store.me) return;
  const seen = visibleChannels().map((channel) => channel.id);
  if (place !== "app" && place !== "inbox" && !seen.includes(place)) place = seen.find((id) => messagesIn(id).length) || seen[0] || "app";
  document.title = `${{ app: store.app.name, inbox: "Inbox" }[place] || store.channels.get(place).name} · ${store.team.name}`;
  drawTop();
  drawClock();
  drawMain();
  drawSide();
  drawModal();
  drawFaults();
  refreshSidebar();
}

function refreshSidebar() {
  if (channelId() && document.visibilityState === "visible" && (place !== "app" || tab === "messages")) markRead(channelId());
  drawSidebar(place, go);
}

function drawTop() {
  top.replaceChildren(h("button", { type: "button", class: `top-button ${store.faults.length ? "armed" : ""}`, onclick: toggleFaults }, icon("bolt", 14), store.faults.length ? `Faults (${store.faults.length})` : "Faults"), actAs());
}

const day = (ts) => new Date(Number(ts) * 1000).toDateString();

function dayName(ts) {
  const when = new Date(Number(ts) * 1000);
  const near = relativeDay(when);
  return near ? near[0].toUpperCase() + near.slice(1) : new Intl.DateTimeFormat("en-GB", { weekday: "long", day: "numeric", month: "long" }).format(when);
}

// Cards with buttons stand on their own, so that one sees where each begins.
const isCard = (message) => (message.blocks || []).some((block) => block.type === "actions");
const together = (above, below) => above && !isCard(above) && !isCard(below) && above.user === below.user && Boolean(above.only_for) === Boolean(below.only_for) && !below.only_for && below.ts - above.ts < 300 && day(above.ts) === day(below.ts);

function rows(messages, onthread) {
  return messages.flatMap((message, index) => {
    const above = messages[index - 1];
    const line = !above || day(above.ts) !== day(message.ts) ? [h("div", { class: "day" }, h("span", {}, dayName(message.ts)))] : [];
    return [...line, row(message, { compact: !line.length && together(above, message), onthread })];
  });
}

function drawMain() {
  if (place === "app") return drawApp();
  if (place === "inbox") return drawInbox(main);
  const channel = store.channels.get(place);
  if (showsCanvas(channel)) return main.replaceChildren(channelHead(channel, drawMain), canvas(channel));
  const list = h("div", { class: "messages", role: "log", "aria-label": "Messages", tabindex: "0" }, intro(channel), rows(messagesIn(place), openThread));
  main.replaceChildren(channelHead(channel, drawMain), list, channel.is_archived ? h("div", { class: "archived" }, "This channel is archived.") : composer({ channel: place, placeholder: `Message #${channel.name}`, oncommand: busy }));
  list.scrollTop = list.scrollHeight;
}

function busy(on) {
  main.classList.toggle("waiting", on);
}

function intro(channel) {
  if (channel.kind === "im") return h("div", { class: "intro" }, h("span", { class: "avatar app big" }, "⛵"), h("h2", {}, store.app.name), h("p", {}, `This is the very beginning of your direct messages with ${store.app.name}.`));
  return h("div", { class: "intro" }, h("h2", {}, channel.kind === "private" ? icon("lock", 20) : "# ", channel.name), h("p", {}, channel.purpose || "This is the very beginning of the channel."));
}

function drawApp() {
  const tabs = [store.manifest.home ? ["home", "Home"] : null, ["messages", "Messages"], ["about", "About"]].filter(Boolean);
  if (!tabs.some(([name]) => name === tab)) tab = tabs[0][0];
  const head = h("div", { class: "pane-head" }, h("span", { class: "avatar app small" }, "⛵"), h("h2", {}, store.app.name));
  const bar = h("div", { class: "tabs", role: "tablist" }, tabs.map(([name, label]) => h("button", { type: "button", role: "tab", "aria-selected": String(tab === name), onclick: () => { tab = name; if (name !== "about") opened(); drawAll(); } }, label)));
  main.replaceChildren(head, bar, ...appBody());
  const list = main.querySelector(".messages");
  if (list) list.scrollTop = list.scrollHeight;
}

function appBody() {
  if (tab === "about") return [h("div", { class: "home" }, h("h2", {}, store.app.name), h("p", {}, store.manifest.about || "An app."), store.manifest.commands.map((one) => h("p", {}, h("code", {}, one.command), ` ${one.description || ""}`)))];
  if (tab === "messages") {
    const channel = appChannel();
    if (!channel) return [h("div", { class: "home hint" }, "No messages yet.")];
    return [h("div", { class: "messages", role: "log", "aria-label": "Messages", tabindex: "0" }, intro(channel), rows(messagesIn(channel.id), openThread)), composer({ channel: channel.id, placeholder: `Message ${store.app.name}`, oncommand: busy })];
  }
  const view = store.homes[store.me];
  if (!view) return [h("div", { class: "home empty" }, h("div", { class: "spinner" }), h("p", { class: "hint" }, "The app has not published a home for you yet."))];
  const drafts = (homeDrafts[view.id] ||= {});
  const context = { drafts, send: (block, element, value) => act("click_in_view", { view_id: view.id, action_id: element.action_id, block_id: block.block_id, value, state: plain(drafts) }), suggest: async (element, query) => (await act("suggest", { view_id: view.id, action_id: element.action_id, query })).body };
  return [h("div", { class: "home" }, h("div", { class: "home-inner" }, blocks(view.blocks, context)))];
}

function openThread(ts) {
  thread = ts;
  drawSide();
  side.querySelector("textarea")?.focus();
}

function drawSide() {
  side.hidden = !thread;
  if (!thread) return;
  const messages = messagesIn(channelId(), thread);
  const list = h("div", { class: "messages", role: "log", "aria-label": "Thread", tabindex: "0" }, messages.map((message, index) => [row(message, { compact: index > 1 && together(messages[index - 1], message) }), index === 0 && messages.length > 1 ? h("div", { class: "replies" }, `${messages.length - 1} ${messages.length === 2 ? "reply" : "replies"}`) : null]));
  side.replaceChildren(h("div", { class: "pane-head" }, h("h2", {}, "Thread"), h("span", { class: "topic" }, place === "app" ? store.app.name : `# ${store.channels.get(place).name}`), h("button", { type: "button", class: "round", "aria-label": "Close thread", onclick: () => { thread = null; drawSide(); } }, icon("close"))), list, composer({ channel: channelId(), thread, placeholder: "Reply…" }));
  list.scrollTop = list.scrollHeight;
}

// The rest of the channel stays, unless nobody can write there any more.
function headChanged(channel) {
  main.querySelector(".channel-head")?.replaceWith(channelHead(channel, drawMain));
  if (channel.is_archived && !main.querySelector(".archived")) drawMain();
}

// One message changed: only its row is drawn anew, so that scroll and focus stay.
function messageChanged(message) {
  if (message.channel === channelId() && (place !== "app" || tab === "messages")) redrawIn(main, messagesIn(message.channel), message, openThread);
  if (message.channel === place && message.pinned) headChanged(store.channels.get(place));
  if (thread && (message.ts === thread || message.thread_ts === thread)) redrawThread();
  refreshSidebar();
}

function redrawThread() {
  const text = side.querySelector("textarea")?.value;
  drawSide();
  if (text) side.querySelector("textarea").value = text;
}

function redrawIn(pane, messages, message, onthread) {
  const list = pane.querySelector(".messages");
  const index = messages.findIndex((one) => one.ts === message.ts);
  const old = list?.querySelector(`:scope > [data-ts="${message.ts}"]`);
  if (!list || index < 0) return;
  const above = messages[index - 1];
  const node = row(message, { compact: together(above, message), onthread });
  if (old) return flash(old, node);
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 160;
  if (!above || day(above.ts) !== day(message.ts)) list.append(h("div", { class: "day" }, h("span", {}, dayName(message.ts))));
  const below = messages[index + 1] && list.querySelector(`:scope > [data-ts="${messages[index + 1].ts}"]`);
  list.insertBefore(node, below || null);
  node.classList.add("arrived");
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function flash(old, node) {
  const inside = old.contains(document.activeElement) && document.activeElement.dataset?.action;
  const list = old.parentElement;
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  old.replaceWith(node);
  node.classList.add("changed");
  if (inside) (node.querySelector(`[data-action="${CSS.escape(inside)}"]`) || node).focus({ preventScroll: true });
  if (atEnd) list.scrollTop = list.scrollHeight;
}

// Days are called today and yesterday: a jump renames them.
function clockChanged() {
  drawClock();
  if (store.clock.busy || !channelId()) return;
  const list = main.querySelector(".messages");
  list?.querySelectorAll(":scope > .day").forEach((line) => {
    const ts = line.nextElementSibling?.dataset.ts;
    if (ts) line.firstChild.textContent = dayName(ts);
  });
}

listen((change) => {
  switch (change.kind) {
    case "loaded": {
      const wanted = decodeURIComponent(location.hash.slice(1));
      place ||= ["app", "inbox"].includes(wanted) || store.channels.has(wanted) ? wanted : null;
      thread = null;
      drawAll();
      if (place === "app") opened();
      break;
    }
    case "message": messageChanged(change.message); break;
    case "gone":
      document.querySelectorAll(`.messages > [data-ts="${change.ts}"]`).forEach((node) => node.remove());
      refreshSidebar();
      break;
    case "channel":
      if (channelId() === change.channel.id && place !== "app") headChanged(change.channel);
      refreshSidebar();
      break;
    case "views": if (change.user === store.me) drawModal(); break;
    case "home": if (change.user === store.me && place === "app" && tab === "home") drawApp(); break;
    case "letter":
      if (place === "inbox") letterChanged(main);
      refreshSidebar();
      break;
    case "clock": clockChanged(); break;
    case "faults": drawTop(); drawFaults(); break;
    case "call": drawCalls(); break;
    case "toast": if (change.user === store.me) toast(change.text, "bad"); break;
    case "offline": document.body.classList.add("offline"); break;
    case "online": document.body.classList.remove("offline"); break;
  }
});

document.addEventListener("visibilitychange", () => store.me && refreshSidebar());
addEventListener("hashchange", () => { const wanted = location.hash.slice(1); if (store.me && wanted !== place) go(wanted); });
connect();
