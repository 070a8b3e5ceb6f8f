// Building DOM without innerHTML: text from the workspace can never become markup.

export function h(tag, props, ...children) {
  const node = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else if (key === "class") node.className = value;
    else if (key === "style") node.style.cssText = value;
    else if (key in node && typeof value !== "string") node[key] = value;
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SHAPES = {
  lock: "M5 7V5a3 3 0 0 1 6 0v2h1v7H4V7zm1.5 0h3V5a1.5 1.5 0 0 0-3 0z",
  caret: "M4 6l4 4 4-4",
  close: "M4 4l8 8M12 4l-8 8",
  reply: "M2.5 3h11v8H8l-3 2.5V11H2.5z",
  bolt: "M9 1.5L3.5 9H8l-1 5.5L12.5 7H8z",
  send: "M2 2.5l12 5.5-12 5.5 1.6-5.5zM3.6 8H9",
  eye: "M1.5 8S4 3.5 8 3.5 14.5 8 14.5 8 12 12.5 8 12.5 1.5 8 1.5 8zM8 6.2a1.8 1.8 0 1 0 0 3.6 1.8 1.8 0 0 0 0-3.6z",
  dots: "M8 3.2h.01M8 8h.01M8 12.8h.01",
  calendar: "M2.5 4h11v9.5h-11zM2.5 7h11M5.5 2v3M10.5 2v3",
  pin: "M6 2h4l-.5 4.5L12 9H4l2.5-2.5zM8 9v5",
  check: "M3 8.5l3.2 3.2L13 5",
  page: "M4 1.5h5.5L12.5 5v9.5H4zM9.5 1.5V5h3",
  mail: "M1.5 3.5h13v9h-13zM1.5 4l6.5 5 6.5-5",
  clock: "M8 1.5a6.5 6.5 0 1 0 0 13 6.5 6.5 0 0 0 0-13zM8 4.5V8l2.5 1.5",
  link: "M6.5 9.5l3-3M7 5l1.5-1.5a2.6 2.6 0 0 1 3.7 3.7L10.7 8.7M9 11l-1.5 1.5a2.6 2.6 0 0 1-3.7-3.7l1.5-1.5",
};
const FILLED = new Set(["lock"]);

export function icon(name, size = 16) {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  const path = document.createElementNS(ns, "path");
  for (const [key, value] of Object.entries({ viewBox: "0 0 16 16", width: size, height: size, "aria-hidden": "true" })) svg.setAttribute(key, value);
  const filled = FILLED.has(name);
  const look = { d: SHAPES[name], fill: filled ? "currentColor" : "none", stroke: filled ? "none" : "currentColor", "stroke-width": name === "dots" ? 2.4 : 1.4, "stroke-linecap": "round", "stroke-linejoin": "round", "fill-rule": "evenodd" };
  for (const [key, value] of Object.entries(look)) path.setAttribute(key, value);
  svg.append(path);
  return svg;
}

// A box below (or above) its anchor; closes on Escape and on a press outside. Returns the function that closes it.
export function popover(anchor, content, { width, onclose } = {}) {
  const box = h("div", { class: "popover" }, content);
  document.body.append(box);
  const place = anchor.getBoundingClientRect();
  box.style.minWidth = `${width || Math.max(place.width, 180)}px`;
  const size = box.getBoundingClientRect();
  const below = place.bottom + 4 + size.height < innerHeight || place.top < size.height;
  box.style.left = `${Math.max(8, Math.min(place.left, innerWidth - size.width - 12))}px`;
  box.style.top = `${below ? Math.min(place.bottom + 4, innerHeight - size.height - 8) : place.top - size.height - 4}px`;
  const close = () => {
    if (!box.isConnected) return;
    box.remove();
    document.removeEventListener("mousedown", outside, true);
    document.removeEventListener("keydown", escape, true);
    if (onclose) onclose();
  };
  const outside = (event) => { if (!box.contains(event.target) && !anchor.contains(event.target)) close(); };
  const escape = (event) => { if (event.key === "Escape") { event.stopPropagation(); close(); anchor.focus(); } };
  document.addEventListener("mousedown", outside, true);
  document.addEventListener("keydown", escape, true);
  return close;
}

export function toast(text, kind = "") {
  const node = h("div", { class: `toast ${kind}` }, text);
  document.getElementById("toasts").append(node);
  setTimeout(() => node.remove(), 6000);
}
