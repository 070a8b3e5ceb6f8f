// Where one writes: a message, or a slash command with suggestions.

import { h, icon, popover } from "./dom.js";
import { arrows } from "./select.js";
import { act, store } from "./store.js";

export function composer({ channel, thread = null, placeholder, oncommand = () => {} }) {
  const field = h("textarea", { rows: 1, placeholder, "aria-label": placeholder, onkeydown: (event) => key(event), oninput: () => { grow(); suggest(); } });
  const hints = h("div", { class: "hints", hidden: true, onkeydown: (event) => { if (event.key === "Escape") hide(); else arrows(event, hints); } });
  const grow = () => { field.style.height = "auto"; field.style.height = `${Math.min(field.scrollHeight, 200)}px`; send.classList.toggle("ready", field.value.trim() !== ""); };
  const hide = () => { hints.hidden = true; field.focus(); };
  const suggest = () => {
    const word = field.value.match(/^\/\S*$/)?.[0];
    const fits = word && !thread ? store.manifest.commands.filter((one) => one.command.startsWith(word)) : [];
    hints.hidden = !fits.length;
    hints.replaceChildren(h("div", { class: "group" }, `Commands of ${store.app.name}`), ...fits.map((one) => h("button", { type: "button", class: "option command", onclick: () => { field.value = `${one.command} `; hide(); grow(); } }, h("strong", {}, one.command), h("code", {}, one.usage_hint || ""), h("small", {}, one.description || ""))));
  };
  const submit = async () => {
    const text = field.value.trim();
    if (!text) return;
    field.value = "";
    grow();
    hints.hidden = true;
    const command = text.match(/^(\/\S+)\s*([\s\S]*)$/);
    if (!command || thread) return void act("post_as", { channel, text, thread_ts: thread });
    oncommand(true);
    await act("command", { channel, command: command[1], text: command[2] });
    oncommand(false);
  };
  const key = (event) => {
    if (event.key === "Tab" && !hints.hidden) { event.preventDefault(); hints.querySelector("button")?.click(); }
    else if (event.key === "ArrowUp" && !hints.hidden) { event.preventDefault(); hints.querySelector("button:last-of-type")?.focus(); }
    else if (event.key === "Escape" && !hints.hidden) { event.stopPropagation(); hints.hidden = true; }
    else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); submit(); }
  };
  const send = h("button", { type: "button", class: "send", "aria-label": "Send", onclick: submit }, icon("send"));
  return h("div", { class: "composer" }, hints, field, h("div", { class: "composer-bar" }, h("span", { class: "composer-left" }, thread ? null : shortcuts(), h("span", { class: "hint" }, thread ? "" : "Type / for commands")), send));
}

// The app's global shortcuts, if it has any.
function shortcuts() {
  const known = store.manifest.shortcuts.filter((one) => one.type === "global");
  if (!known.length) return null;
  const face = h("button", { type: "button", class: "composer-tool", "aria-label": "Shortcuts", title: "Shortcuts", onclick: () => {
    const close = popover(face, h("div", { class: "options", role: "menu" }, known.map((one) => h("button", { type: "button", class: "option", role: "menuitem", onclick: () => { close(); act("shortcut", { callback_id: one.callback_id }); } }, h("span", {}, one.name), h("small", {}, one.description || "")))));
  } }, icon("bolt"));
  return face;
}
