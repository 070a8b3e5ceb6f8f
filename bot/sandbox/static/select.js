// A select with search: one or several choices, from options, people, channels, or asked from the app.

import { h, icon, popover } from "./dom.js";
import { person, store, visibleChannels } from "./store.js";

const plain = (option) => option.text.text;
const person2 = (who) => ({ value: who.id, label: who.real_name, hint: who.title || `@${who.name}`, colour: who.colour });
const room = (channel) => ({ value: channel.id, label: `${channel.kind === "im" ? "@" : "# "}${channel.kind === "im" ? store.app.name : channel.name}` });

// What can be chosen: [{label of a group or null, choices: [{value, label, hint}]}]
function choices(element) {
  const option = (one) => ({ value: one.value, label: plain(one), hint: one.description?.text, option: one });
  if (element.option_groups) return element.option_groups.map((group) => ({ label: group.label.text, choices: group.options.map(option) }));
  if (element.options) return [{ choices: element.options.map(option) }];
  if (element.type.includes("users")) return [{ choices: [...store.people.values()].filter((who) => !who.is_bot && !who.deleted).map(person2) }];
  const kinds = element.type.includes("channels") ? ["public"] : ["public", "private"];
  return [{ choices: visibleChannels().filter((channel) => kinds.includes(channel.kind) && !channel.is_archived).map(room) }];
}

export const initialOf = (element) => {
  const single = { users: element.initial_user, channels: element.initial_channel, conversations: element.initial_conversation };
  const several = { users: element.initial_users, channels: element.initial_channels, conversations: element.initial_conversations };
  const subject = Object.keys(single).find((name) => element.type.includes(name));
  if (element.type.startsWith("multi_")) return subject ? several[subject] || [] : (element.initial_options || []);
  return (subject ? single[subject] : element.initial_option) || null;
};

const key = (value) => (value && typeof value === "object" ? value.value : value);

function labelOf(element, value) {
  if (value && typeof value === "object") return plain(value);
  if (element.type.includes("users")) return person(value)?.real_name || value;
  if (/channels|conversations/.test(element.type)) return `# ${store.channels.get(value)?.name || value}`;
  const all = choices(element).flatMap((group) => group.choices);
  return all.find((one) => one.value === value)?.label || value;
}

// onchange(value) gets an option's value, an id, or (from the app) a whole option; a list of those for a multi select.
export function select(element, value, { onchange, suggest, label }) {
  const multi = element.type.startsWith("multi_");
  let chosen = multi ? [...(value || [])] : value;
  const shown = h("span", { class: "select-value" });
  const face = h("button", { type: "button", class: `select ${multi ? "multi" : ""}`, "aria-haspopup": "listbox", "aria-label": label || element.placeholder?.text || "Choose", onclick: () => open() }, shown, icon("caret", 14));
  const draw = () => {
    const empty = multi ? !chosen.length : !chosen;
    shown.classList.toggle("placeholder", empty);
    if (empty) shown.replaceChildren(element.placeholder?.text || "Select an option");
    else if (!multi) shown.replaceChildren(labelOf(element, chosen));
    else shown.replaceChildren(...chosen.map((one) => h("span", { class: "chip" }, labelOf(element, one))));
  };
  const pick = (choice) => {
    const next = suggest ? choice.option : choice.value;
    if (!multi) { chosen = next; close(); }
    else {
      const had = chosen.some((one) => key(one) === choice.value);
      const room = chosen.length < (element.max_selected_items || 1000);
      chosen = had ? chosen.filter((one) => key(one) !== choice.value) : room ? [...chosen, next] : chosen;
    }
    draw();
    onchange(chosen);
  };
  let close = () => {};
  const open = () => {
    const list = listbox({ element, suggest, pick, isChosen: (one) => (multi ? chosen.some((c) => key(c) === one.value) : key(chosen) === one.value) });
    close = popover(face, list.node, { onclose: () => face.setAttribute("aria-expanded", "false") });
    face.setAttribute("aria-expanded", "true");
    list.focus();
  };
  draw();
  return face;
}

function listbox({ element, suggest, pick, isChosen }) {
  const search = h("input", { class: "select-search", type: "text", placeholder: "Search", "aria-label": "Search", spellcheck: "false" });
  const list = h("div", { class: "options", role: "listbox" });
  let asked = 0;
  const fill = (groups) => {
    const word = search.value.trim().toLowerCase();
    const fits = (one) => suggest || one.label.toLowerCase().includes(word);
    const nodes = groups.flatMap((group) => {
      const rows = group.choices.filter(fits).map((one) => row(one));
      return rows.length && group.label ? [h("div", { class: "group" }, group.label), ...rows] : rows;
    });
    list.replaceChildren(...(nodes.length ? nodes : [h("div", { class: "nothing" }, "No results")]));
  };
  const row = (one) => h("button", { type: "button", class: "option", role: "option", "aria-selected": String(isChosen(one)), onclick: (event) => { pick(one); event.currentTarget.setAttribute("aria-selected", String(isChosen(one))); } },
    one.colour ? h("i", { class: "dot", style: `background:#${one.colour}` }) : null, h("span", {}, one.label), one.hint ? h("small", {}, one.hint) : null);
  const refresh = async () => {
    if (!suggest) return fill(choices(element));
    if (search.value.length < (element.min_query_length ?? 3)) return list.replaceChildren(h("div", { class: "nothing" }, "Type to search"));
    const turn = ++asked;
    list.replaceChildren(h("div", { class: "nothing" }, "Loading…"));
    const answer = await suggest(search.value);
    if (turn !== asked) return;
    const option = (o) => ({ value: o.value, label: plain(o), hint: o.description?.text, option: o });
    const groups = answer?.option_groups?.map((group) => ({ label: group.label.text, choices: group.options.map(option) })) || [{ choices: (answer?.options || []).map(option) }];
    fill(groups);
  };
  search.addEventListener("input", refresh);
  const node = h("div", { onkeydown: (event) => arrows(event, node) }, search, list);
  refresh();
  return { node, focus: () => search.focus() };
}

// Up and down walk through buttons; Enter in the search takes the first.
export function arrows(event, node) {
  const rows = [...node.querySelectorAll("button.option")];
  const at = rows.indexOf(document.activeElement);
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    rows[(at + (event.key === "ArrowDown" ? 1 : -1) + rows.length) % rows.length]?.focus();
  } else if (event.key === "Enter" && at < 0) {
    event.preventDefault();
    rows[0]?.click();
  }
}

