// The acting person's stack of modals; only the topmost is shown.

import { h, icon } from "./dom.js";
import { blocks } from "./blocks.js";
import { plain } from "./message.js";
import { textOf } from "./mrkdwn.js";
import { act, store } from "./store.js";

const root = document.getElementById("modals");
const entered = new Map();
let shown = { id: null, hash: null, user: null };

export function drawModal(force = false) {
  const stack = store.views[store.me] || [];
  const view = stack.at(-1);
  if (!view) { root.replaceChildren(); shown = { id: null }; return; }
  if (!force && shown.id === view.id && shown.hash === view.hash && shown.user === store.me) return;
  const fresh = shown.id !== view.id;
  shown = { id: view.id, hash: view.hash, user: store.me };
  const scroll = root.querySelector(".modal-body")?.scrollTop || 0;
  const inside = root.contains(document.activeElement) || document.activeElement === document.body; // a button that is busy has lost the focus
  root.replaceChildren(dialog(view, stack));
  const area = root.querySelector(".modal-body");
  area.scrollTop = fresh ? 0 : scroll;
  if (fresh) (area.querySelector("input, textarea, button.select") || root.querySelector(".modal")).focus();
  else if (inside) root.querySelector(".modal").focus({ preventScroll: true }); // an update took the focused element away; Escape must go on working
}

function dialog(view, stack, errors = {}) {
  if (!entered.has(view.id)) entered.set(view.id, {});
  const drafts = entered.get(view.id);
  const context = {
    drafts, errors,
    send: (block, element, value) => act("click_in_view", { view_id: view.id, action_id: element.action_id, block_id: block.block_id, value, state: plain(drafts) }),
    suggest: async (element, query) => (await act("suggest", { view_id: view.id, action_id: element.action_id, query })).body,
  };
  const close = (everything) => act("close", { view_id: view.id, everything });
  const submit = h("button", { type: "submit", class: "btn primary" }, h("span", { class: "btn-text" }, textOf(view.submit)));
  const submitted = async (event) => {
    event.preventDefault();
    if (!view.submit || submit.disabled) return;
    submit.disabled = true;
    submit.classList.add("busy");
    const outcome = await act("submit", { view_id: view.id, values: plain(drafts) });
    submit.disabled = false;
    submit.classList.remove("busy");
    if (Object.keys(outcome.errors || {}).length) redraw(view, stack, outcome.errors);
  };
  const many = stack.length > 1;
  return h("div", { class: "backdrop", onkeydown: (event) => { if (event.key === "Escape") close(false); else trap(event); } },
    h("form", { class: "modal", role: "dialog", "aria-modal": "true", "aria-label": view.title.text, tabindex: "-1", novalidate: true, onsubmit: submitted },
      h("div", { class: "modal-head" }, many ? h("button", { type: "button", class: "round", "aria-label": "Back", onclick: () => close(false) }, "‹") : null, h("span", { class: "avatar app small" }, "⛵"), h("h2", {}, textOf(view.title)), h("button", { type: "button", class: "round", "aria-label": "Close", onclick: () => close(true) }, icon("close"))),
      h("div", { class: "modal-body" }, blocks(view.blocks, context)),
      h("div", { class: "modal-foot" }, h("button", { type: "button", class: "btn", onclick: () => close(false) }, view.close ? textOf(view.close) : "Cancel"), view.submit ? submit : null)));
}

function redraw(view, stack, errors) {
  root.replaceChildren(dialog(view, stack, errors));
  root.querySelector(".input.wrong")?.scrollIntoView({ block: "center" });
  root.querySelector(".input.wrong input, .input.wrong textarea, .input.wrong button.select")?.focus();
}

function trap(event) {
  if (event.key !== "Tab") return;
  const stops = [...root.querySelectorAll("button, input, textarea, a[href]")].filter((one) => !one.disabled && one.offsetParent);
  const [first, last] = [stops[0], stops.at(-1)];
  if (event.shiftKey && document.activeElement === first) { event.preventDefault(); last.focus(); }
  else if (!event.shiftKey && document.activeElement === last) { event.preventDefault(); first.focus(); }
}
