// Interactive elements. A context says where they stand: {where, drafts, send(block, element, value), suggest(element)}.

import { h, icon, popover } from "./dom.js";
import { datepicker, datetimepicker, timepicker } from "./dates.js";
import { initialOf, select } from "./select.js";
import { textOf } from "./mrkdwn.js";

const INITIAL = { datepicker: "initial_date", timepicker: "initial_time", datetimepicker: "initial_date_time" };
let serial = 0;

// What stands in the element now: what the person entered, else what the app put there.
function current(block, element, context) {
  const draft = context.drafts[block.block_id]?.[element.action_id];
  if (draft !== undefined) return draft;
  if (element.type.includes("select")) return initialOf(element);
  if (element.type === "checkboxes") return (element.initial_options || []).map((one) => one.value);
  if (element.type === "radio_buttons") return element.initial_option?.value ?? null;
  return element[INITIAL[element.type] || "initial_value"] ?? null;
}

function keep(block, element, context, value) {
  (context.drafts[block.block_id] ||= {})[element.action_id] = value;
}

// `live`: whether a change goes to the app at once (always outside of input blocks).
export function control(block, element, context, { live = true, label = null } = {}) {
  const changed = (value) => {
    keep(block, element, context, value);
    if (live) confirmed(element, () => context.send(block, element, value));
  };
  const value = current(block, element, context);
  const options = { onchange: changed, label };
  switch (element.type) {
    case "button": return button(block, element, context);
    case "workflow_button": return button(block, element, context);
    case "icon_button": return button(block, { ...element, text: element.text }, context);
    case "feedback_buttons": return feedback(block, element, context);
    case "overflow": return overflow(block, element, context);
    case "image": return picture(element);
    case "datepicker": return datepicker(element, value, options);
    case "timepicker": return timepicker(element, value, options);
    case "datetimepicker": return datetimepicker(element, value, options);
    case "radio_buttons": return radios(element, value, options);
    case "checkboxes": return checkboxes(element, value, options);
    case "external_select":
    case "multi_external_select": return select(element, value, { ...options, suggest: (query) => context.suggest(element, query) });
  }
  if (element.type.endsWith("_select")) return select(element, value, options);
  return typed(block, element, context, value, live, label);
}

export const picture = (element) => h("img", { class: "thumb", src: element.image_url || `/sandbox/file/${element.slack_file?.id}`, alt: element.alt_text, loading: "lazy" });

function button(block, element, context) {
  const press = async () => {
    if (element.url && element.url.startsWith("http")) window.open(element.url, "_blank", "noopener");
    node.classList.add("busy");
    node.disabled = true;
    await context.send(block, element, element.value ?? null);
    node.classList.remove("busy");
    node.disabled = false;
  };
  const node = h("button", { type: "button", class: `btn ${element.style || ""}`, "data-action": element.action_id, "aria-label": element.accessibility_label || null, onclick: () => confirmed(element, press) }, h("span", { class: "btn-text" }, textOf(element.text)), element.url ? icon("link", 12) : null);
  return node;
}

function feedback(block, element, context) {
  return h("span", { class: "row" }, [element.positive_button, element.negative_button].map((one) => button(block, { ...element, type: "button", text: one.text, value: one.value }, context)));
}

function overflow(block, element, context) {
  const node = h("button", { type: "button", class: "btn square", "aria-label": "More actions", onclick: () => {
    const close = popover(node, h("div", { class: "options", role: "menu" }, element.options.map((one) => h("button", { type: "button", class: "option", role: "menuitem", onclick: () => { close(); if (one.url) window.open(one.url, "_blank", "noopener"); confirmed(element, () => context.send(block, element, one.value)); } }, textOf(one.text)))));
  } }, icon("dots"));
  return node;
}

const described = (one) => h("span", { class: "choice-text" }, h("span", {}, textOf(one.text)), one.description ? h("small", {}, textOf(one.description)) : null);

function radios(element, value, { onchange, label }) {
  const name = `radio-${++serial}`;
  return h("div", { class: "choices", role: "radiogroup", "aria-label": label }, element.options.map((one) => h("label", { class: "choice" }, h("input", { type: "radio", name, value: one.value, checked: one.value === value, onchange: () => onchange(one.value) }), described(one))));
}

function checkboxes(element, value, { onchange, label }) {
  let chosen = new Set((value || []));
  const toggle = (one) => { chosen.has(one.value) ? chosen.delete(one.value) : chosen.add(one.value); onchange([...chosen]); };
  return h("div", { class: "choices", role: "group", "aria-label": label }, element.options.map((one) => h("label", { class: "choice" }, h("input", { type: "checkbox", value: one.value, checked: chosen.has(one.value), onchange: () => toggle(one) }), described(one))));
}

const KINDS = { email_text_input: "email", url_text_input: "url", number_input: "text" };

function typed(block, element, context, value, live, label) {
  const triggers = element.dispatch_action_config?.trigger_actions_on || ["on_enter_pressed"];
  const send = () => live && context.send(block, element, node.value);
  const text = typeof value === "string" ? value : "";
  const common = { class: "text-input", placeholder: element.placeholder?.text || "", "aria-label": label, maxLength: element.max_length || 3000,
    oninput: () => { keep(block, element, context, node.value); count(); if (triggers.includes("on_character_entered")) send(); },
    onkeydown: (event) => { if (event.key === "Enter" && !element.multiline && triggers.includes("on_enter_pressed")) send(); } };
  const node = element.multiline || element.type === "rich_text_input" ? h("textarea", { ...common, rows: 4 }) : h("input", { ...common, type: KINDS[element.type] || "text", inputmode: element.type === "number_input" ? "decimal" : null });
  node.value = text;
  if (element.focus_on_load) queueMicrotask(() => node.focus());
  const left = h("small", { class: "count" });
  const count = () => { if (element.max_length) left.textContent = String(element.max_length - node.value.length); };
  count();
  return element.max_length ? h("div", { class: "counted" }, node, left) : node;
}

// Runs the work, after the element's own question if it has one.
export function confirmed(element, work) {
  if (!element.confirm) return work();
  const { title, text, confirm, deny, style } = element.confirm;
  const dialog = h("dialog", { class: "confirm", "aria-label": title.text, onclose: () => dialog.remove() },
    h("h2", {}, textOf(title)), h("div", { class: "confirm-text" }, textOf(text)),
    h("div", { class: "confirm-buttons" }, h("button", { type: "button", class: "btn", onclick: () => dialog.close() }, textOf(deny)), h("button", { type: "button", class: `btn ${style || "primary"}`, onclick: () => { dialog.close(); work(); } }, textOf(confirm))));
  document.body.append(dialog);
  dialog.showModal();
  return null;
}
