// What stands in the workspace, kept in step with the sandbox over a WebSocket; and the calls that change it.

export const store = { people: new Map(), channels: new Map(), messages: new Map(), ephemerals: [], views: {}, homes: {}, read: {}, calls: [], faults: [], mail: [], clock: null, manifest: {}, me: null };
const listeners = new Set();

export const listen = (listener) => listeners.add(listener);
const tell = (change) => listeners.forEach((listener) => listener(change));

export async function load() {
  const state = await (await fetch("/sandbox/state")).json();
  Object.assign(store, { team: state.team, app: state.app, views: state.views, homes: state.homes, read: state.read, ephemerals: state.ephemerals, faults: state.faults, manifest: state.manifest, status: state.status, usergroups: state.usergroups, mail: state.status.mail, clock: state.status.clock });
  store.people = new Map(state.people.map((person) => [person.id, person]));
  store.channels = new Map(state.channels.map((channel) => [channel.id, channel]));
  store.messages = new Map(state.channels.map((channel) => [channel.id, new Map()]));
  state.messages.forEach((message) => put(message));
  const wanted = new URLSearchParams(location.search).get("as") || sessionStorage.getItem("as");
  store.me = store.people.has(wanted) ? wanted : state.people.find((person) => !person.is_bot).id;
  tell({ kind: "loaded" });
}

function put(message) {
  if (!store.messages.has(message.channel)) store.messages.set(message.channel, new Map());
  store.messages.get(message.channel).set(message.ts, message);
}

export function connect() {
  const socket = new WebSocket(`${location.origin.replace("http", "ws")}/sandbox/live`);
  socket.onopen = () => { tell({ kind: "online" }); load(); };
  socket.onmessage = (event) => apply(JSON.parse(event.data));
  socket.onclose = () => { tell({ kind: "offline" }); setTimeout(connect, 700); };
}

function apply(change) {
  switch (change.kind) {
    case "reset": load(); return;
    case "message":
      if (change.message.only_for) store.ephemerals = [...store.ephemerals.filter((one) => one.ts !== change.message.ts), change.message];
      else put(change.message);
      break;
    case "gone":
      store.ephemerals = store.ephemerals.filter((one) => one.ts !== change.ts);
      if (!change.only_for) store.messages.get(change.channel)?.delete(change.ts);
      break;
    case "channel":
      store.channels.set(change.channel.id, change.channel);
      if (!store.messages.has(change.channel.id)) store.messages.set(change.channel.id, new Map());
      break;
    case "views": store.views[change.user] = change.views; break;
    case "home": store.homes[change.user] = change.view; break;
    case "faults": store.faults = change.faults; break;
    case "letter": store.mail = [...store.mail.filter((one) => one.id !== change.letter.id), change.letter]; break;
    case "clock": store.clock = change.clock; break;
    case "call": store.calls = [change.call, ...store.calls].slice(0, 60); break;
  }
  tell(change);
}

export async function act(name, args) {
  const response = await fetch("/sandbox/act", { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ act: name, user: store.me, ...args }) });
  return response.json();
}

export const request = (path, method, body) => fetch(path, { method, headers: { "content-type": "application/json" }, body: body && JSON.stringify(body) }).then((response) => response.json());

export function become(user) {
  store.me = user;
  sessionStorage.setItem("as", user);
  tell({ kind: "loaded" });
}

// The time as the app sees it, which the demo's clock can put ahead.
export const now = () => new Date(Date.now() + (store.clock?.ahead || 0) * 1000);

export const me = () => store.people.get(store.me);
export const person = (id) => store.people.get(id);
export const visibleChannels = () => [...store.channels.values()].filter((c) => c.kind === "public" ? !isGuest(me()) || c.members.includes(store.me) : c.members.includes(store.me));
export const isGuest = (who) => who.is_restricted || who.is_ultra_restricted || who.is_stranger;
export const appChannel = () => [...store.channels.values()].find((c) => c.kind === "im" && c.members.includes(store.me));

// Messages of a channel as this person sees them, oldest first; or, with a thread, the answers in it.
export function messagesIn(channel, thread = null) {
  const mine = store.ephemerals.filter((one) => one.only_for === store.me && one.channel === channel);
  const all = [...(store.messages.get(channel)?.values() || []), ...mine].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  if (thread) return all.filter((one) => one.ts === thread || one.thread_ts === thread);
  return all.filter((one) => one.in_channel);
}

export function markRead(channel) {
  const last = messagesIn(channel).at(-1)?.ts;
  const key = `${store.me}/${channel}`;
  if (!last || (store.read[key] || "") >= last) return;
  store.read[key] = last;
  act("mark_read", { channel, ts: last });
}

export function unread(channel) {
  const since = store.read[`${store.me}/${channel.id}`] || "";
  const fresh = messagesIn(channel.id).filter((one) => one.ts > since && one.user !== store.me);
  const loud = fresh.filter((one) => channel.kind === "im" || JSON.stringify(one.blocks || one.text).includes(store.me));
  return { count: fresh.length, mentions: loud.length };
}
