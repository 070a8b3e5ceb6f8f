// What customers get by mail: a list, and the open letter beside it.

import { h, icon, toast } from "./dom.js";
import { clock } from "./message.js";
import { relativeDay } from "./mrkdwn.js";
import { request, store } from "./store.js";

// A letter may look as it likes inside its frame, but runs nothing and fetches nothing; links open in a new tab.
const FRAME = `<meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:"><base target="_blank"><style>:root{color-scheme:light}body{margin:20px 24px;background:#fff;font:15px/1.5 Lato,Inter,"Noto Sans","Segoe UI",Arial,sans-serif}</style>`;
const CHOICES = { accept: ["Accept", "accepted"], maybe: ["Maybe", "answered Maybe"], decline: ["Decline", "declined"] };
const VIEWS = { html: "Letter", text: "Plain text", source: "Source" };
let open = null;
let letter = null;
let view = "html";

const newestFirst = () => [...store.mail].sort((a, b) => b.id - a.id);

export function drawInbox(main) {
  if (!store.mail.some((one) => one.id === open)) { open = null; letter = null; }
  main.replaceChildren(
    h("div", { class: "pane-head" }, h("h2", {}, icon("mail", 17), " Inbox"), h("span", { class: "topic" }, "What customers get by mail. The server takes every address and sends nothing on.")),
    store.mail.length ? h("div", { class: "inbox" }, h("nav", { class: "letters", "aria-label": "Letters" }, listed(main)), h("section", { class: "letter", "aria-label": "Letter" }, reading(main))) : nothing());
}

// New mail must not throw the reader out of the open letter.
export function letterChanged(main) {
  const list = main.querySelector(".letters");
  if (!list) return drawInbox(main);
  const focused = list.contains(document.activeElement) && document.activeElement.dataset.letter;
  list.replaceChildren(...listed(main));
  if (focused) list.querySelector(`[data-letter="${focused}"]`)?.focus();
  if (letter?.invitation && !letter.invitation.retired) lookAgain(main);
}

// A newer letter may have taken the open invitation's place.
async function lookAgain(main) {
  const found = await request(`/sandbox/mail/${open}`, "GET");
  if (found.id !== letter?.id || !found.invitation?.retired) return;
  letter = found;
  main.querySelector(".letter")?.replaceChildren(...reading(main));
}

const nothing = () => h("div", { class: "home empty" }, h("span", { class: "inbox-none" }, icon("mail", 40)), h("p", { class: "hint" }, "No letters yet. Those that the app writes to customers will land here."));

function when(seconds) {
  const moment = new Date(seconds * 1000);
  if (relativeDay(moment) === "today") return clock(seconds);
  return new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short" }).format(moment);
}

function listed(main) {
  return newestFirst().map((one) => h("button", { type: "button", class: `letter-row ${one.read ? "" : "fresh"} ${one.id === open ? "active" : ""}`, "aria-current": one.id === open ? "true" : null, "data-letter": String(one.id), onclick: () => show(main, one) },
    h("span", { class: "letter-to" }, one.to), h("time", { title: new Date(one.at * 1000).toLocaleString() }, when(one.at)), h("span", { class: "letter-subject" }, one.subject || "(no subject)")));
}

async function show(main, one) {
  open = one.id;
  letter = await request(`/sandbox/mail/${one.id}`, "GET");
  if (open !== one.id) return;
  if (view !== "source") view = letter.html ? "html" : "text";
  if (!one.read) request(`/sandbox/mail/${one.id}/read`, "POST");
  letterChanged(main);
  main.querySelector(".letter")?.replaceChildren(...reading(main));
}

function reading(main) {
  if (!letter) return [h("p", { class: "letter-none hint" }, "Choose a letter to read it.")];
  const { Subject: subject, ...rest } = letter.headers;
  const views = Object.entries(VIEWS).filter(([name]) => letter[name]);
  const tabs = h("div", { class: "tabs", role: "tablist" }, views.map(([name, label]) => h("button", { type: "button", role: "tab", "aria-selected": String(view === name), onclick: () => { view = name; main.querySelector(".letter").replaceChildren(...reading(main)); } }, label)));
  return [
    h("header", { class: "letter-head" }, h("h3", {}, subject || "(no subject)"), "List-Unsubscribe-Post" in rest ? h("button", { type: "button", class: "btn small", title: "One click, as mail programs offer it (RFC 8058)", onclick: unsubscribe }, "Unsubscribe") : null),
    h("dl", { class: "letter-headers" }, Object.entries(rest).filter(([name]) => name !== "List-Unsubscribe-Post").map(([name, value]) => [h("dt", {}, name), h("dd", {}, value)])),
    letter.invitation ? invitation(main) : null, tabs, body()].filter(Boolean);
}

// What a mail program shows above an invitation. A click writes a mail to the organizer.
function invitation(main) {
  const { organizer, retired, answer } = letter.invitation;
  if (retired) return h("p", { class: "invitation hint" }, icon("calendar", 15), " A newer letter has taken this invitation's place.");
  const words = h("input", { type: "text", class: "text-input", maxlength: "500", placeholder: "A few words, if you like", "aria-label": "A few words" });
  const buttons = Object.entries(CHOICES).map(([choice, [label]]) => h("button", { type: "button", class: `btn small ${choice === answer ? "primary" : ""}`, "aria-pressed": String(choice === answer), "data-choice": choice, onclick: (event) => reply(main, event.currentTarget, choice, words.value) }, label));
  return h("div", { class: "invitation", role: "group", "aria-label": "Answer the invitation" }, icon("calendar", 15), buttons, words,
    h("span", { class: "hint" }, answer ? `You ${CHOICES[answer][1]}.` : `The answer goes to ${organizer}.`));
}

async function reply(main, button, choice, words) {
  const answered = letter;
  button.disabled = true;
  const outcome = await request(`/sandbox/mail/${answered.id}/answer`, "POST", { choice, words });
  button.disabled = false;
  if (!outcome.ok) return toast(`Not answered: ${outcome.error}`, "bad");
  answered.invitation.answer = choice;
  if (letter === answered) main.querySelector(".letter")?.replaceChildren(...reading(main));
  toast(`${answered.to} ${CHOICES[choice][1]}`);
}

function body() {
  if (view === "html") return h("iframe", { class: "letter-body", title: "The letter as its reader sees it", sandbox: "allow-popups allow-popups-to-escape-sandbox", referrerpolicy: "no-referrer", srcdoc: FRAME + letter.html });
  return h("pre", { class: `letter-body ${view}`, tabindex: "0" }, letter[view]);
}

async function unsubscribe(event) {
  const button = event.currentTarget;
  button.disabled = true;
  const answer = await request(`/sandbox/mail/${letter.id}/unsubscribe`, "POST");
  button.disabled = false;
  toast(answer.ok ? `${letter.to} has unsubscribed` : `Unsubscribing failed: ${answer.error}`, answer.ok ? "" : "bad");
}
