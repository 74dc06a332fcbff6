// Elements without markup: text goes in as text, so that no word from outside can become an element.

const SVG = "http://www.w3.org/2000/svg";

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "text") node.textContent = value;
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(...children.filter((one) => one !== null && one !== undefined && one !== false && one !== ""));
  return node;
}

/** el("p", {class: "why", onclick: f}, "text", node) */
export const el = (tag, attributes = {}, ...children) => fill(document.createElement(tag), attributes, children);
export const svg = (tag, attributes = {}, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);
export const byId = (id) => document.getElementById(id);

/** Only what differs is written: a page that stands still costs nothing. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function setAttribute(node, name, value) {
  if (value === null || value === undefined || value === false) node.removeAttribute(name);
  else if (node.getAttribute(name) !== String(value)) node.setAttribute(name, value === true ? "" : String(value));
}

/** `nodes` in this order and nothing else; who is there already is not touched, and keeps the focus where it must move. */
export function keepChildren(parent, nodes) {
  const focused = parent.contains(document.activeElement) ? document.activeElement : null;
  let at = parent.firstChild;
  for (const node of nodes) {
    if (node === at) at = at.nextSibling;
    else parent.insertBefore(node, at);
  }
  while (at) {
    const next = at.nextSibling;
    at.remove();
    at = next;
  }
  if (focused && focused !== document.activeElement && parent.contains(focused)) focused.focus({ preventScroll: true });
}

/** Words from outside: kept apart from the direction of what stands around them. */
export const foreign = (text, attributes = {}) => el("bdi", attributes, String(text ?? ""));

/** A link to another host, only where it is one: a page's word may be anything. */
export function outsideLink(url, text) {
  let target = null;
  try {
    target = new URL(url);
  } catch {
    return foreign(text);
  }
  if (target.protocol !== "https:" && target.protocol !== "http:") return foreign(text);
  return el("a", { href: target.href, target: "_blank", rel: "noopener noreferrer" }, foreign(text));
}

/** A table with a caption for screen readers: `columns` are {title, number}, rows are lists of nodes or texts. */
export function table(caption, columns, rows) {
  const head = el("tr", {}, ...columns.map((one) => el("th", { scope: "col", class: one.number ? "number" : null }, one.title)));
  const body = rows.map((cells) => el("tr", {}, ...cells.map((cell, i) => el("td", { class: columns[i].number ? "number" : null }, cell))));
  return el("table", {}, el("caption", { class: "unseen" }, caption), el("thead", {}, head), el("tbody", {}, ...body));
}
