// The drawer in which one plans what goes wrong, and sees what the app calls.

import { h, icon } from "./dom.js";
import { act, request, store } from "./store.js";

const KINDS = { rate_limited: "429 rate limited", server_error: "500 error", html: "HTML instead of JSON", drop_after: "Stored, then dropped", drop_before: "Dropped before", slow: "Slow", truncated: "Truncated JSON", error: "ok: false (fatal_error)", duplicate: "Delivered twice", disconnect: "Socket lost on delivery" };
const MAIL_KINDS = { mail_refused: "Mail refused for good (550)", mail_deferred: "Mail refused for now (451)", mail_dropped: "Mail taken, then dropped" };
const METHODS = ["*", "chat.postMessage", "chat.update", "chat.postEphemeral", "views.open", "views.update", "views.publish", "conversations.create", "conversations.history", "response_url", "interactive", "events_api", "slash_commands"];
const root = document.getElementById("faults");

export function toggleFaults() {
  root.hidden = !root.hidden;
  drawFaults();
}

export function drawFaults() {
  if (root.hidden) return;
  const options = (pairs) => pairs.map(([value, label]) => h("option", { value }, label));
  const choose = (name, ...children) => h("select", { name, class: "text-input", onchange: () => mailOrNot(form) }, ...children);
  const kept = Object.fromEntries(new FormData(root.querySelector("form") || undefined));
  const form = h("form", { class: "fault-form", onsubmit: plan },
    h("label", {}, "What goes wrong", choose("kind", h("optgroup", { label: "Slack" }, options(Object.entries(KINDS))), h("optgroup", { label: "Mail to customers" }, options(Object.entries(MAIL_KINDS))))),
    h("label", { class: "fault-call" }, "On which call", choose("method", options(METHODS.map((one) => [one, one === "*" ? "any" : one])))),
    h("div", { class: "three" }, number("times", "How often", kept.times || 1), number("after", "After", kept.after || 0), number("seconds", "Seconds", kept.seconds || 5)),
    h("button", { type: "submit", class: "btn primary" }, "Plan it"));
  if (kept.kind) { form.kind.value = kept.kind; form.method.value = kept.method; }
  mailOrNot(form);
  root.replaceChildren(h("div", { class: "pane-head" }, h("h2", {}, "Faults"), h("button", { type: "button", class: "round", "aria-label": "Close", onclick: toggleFaults }, icon("close"))),
    h("div", { class: "pane-body" }, form,
      h("div", { class: "row" }, h("button", { type: "button", class: "btn small", onclick: () => act("disconnect", { user: undefined }) }, "Disconnect sockets"), h("button", { type: "button", class: "btn small", onclick: () => request("/sandbox/faults", "DELETE") }, "Clear")),
      h("h3", {}, "Planned"), store.faults.length ? h("ul", { class: "planned" }, store.faults.map((one) => h("li", {}, h("strong", {}, KINDS[one.kind] || MAIL_KINDS[one.kind]), one.kind in MAIL_KINDS ? "" : ` on ${one.method === "*" ? "any call" : one.method}`, `, ${one.times}×${one.after ? ` after ${one.after}` : ""}`))) : h("p", { class: "hint" }, "Nothing. All is well."),
      h("h3", {}, "What the app called"), h("ol", { class: "calls" })));
  drawCalls();
}

// What goes wrong with a letter needs no call and no seconds.
function mailOrNot(form) {
  const mail = form.kind.value in MAIL_KINDS;
  form.querySelector(".fault-call").hidden = mail;
  form.seconds.closest("label").hidden = mail;
}

export function drawCalls() {
  const list = root.querySelector(".calls");
  if (list && !root.hidden) list.replaceChildren(...store.calls.map((one) => h("li", { class: one.ok ? "" : "bad" }, h("code", {}, one.method), h("span", {}, one.fault || one.error || "ok"))));
}

const number = (name, label, value) => h("label", {}, label, h("input", { class: "text-input", type: "number", name, min: "0", step: "any", value: String(value) }));

async function plan(event) {
  event.preventDefault();
  const { kind, method, times, after, seconds } = Object.fromEntries(new FormData(event.target));
  await request("/sandbox/faults", "POST", { kind, method: kind in MAIL_KINDS ? "mail" : method, times: Number(times), after: Number(after), seconds: Number(seconds) });
}
