/**
 * Elements from data. Nothing here parses markup: what comes from a message goes in as text,
 * and an address only after `safeUrl` has looked at its scheme.
 */

const SVG = "http://www.w3.org/2000/svg";
const REFUSED = /^(on|style$|srcdoc$)/i;

/** `props`: `class`, `on: {event: listener}`, else attributes; null and false are left out. */
export function el(tag, props, ...children) {
  return fill(document.createElement(tag), props, children);
}

export function svg(tag, props, ...children) {
  return fill(document.createElementNS(SVG, tag), props, children);
}

function fill(node, props, children) {
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name === "on") listen(node, value);
    else if (REFUSED.test(name)) throw new Error(`The attribute ${name} is not set from data.`);
    else node.setAttribute(name, value === true ? "" : String(value));
  }
  node.append(
    ...children.flat().filter((child) => child !== null && child !== undefined && child !== false),
  );
  return node;
}

function listen(node, listeners) {
  for (const [event, listener] of Object.entries(listeners))
    node.addEventListener(event, listener);
}

export function fragment(...children) {
  const made = document.createDocumentFragment();
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

let lastId = 0;

export function freshId(stem) {
  lastId += 1;
  return `${stem}-${lastId}`;
}

/** The address when a person may be sent there, else null: `javascript:` and the like are text. */
export function safeUrl(address) {
  try {
    const url = new URL(String(address));
    return ["http:", "https:", "mailto:", "tel:"].includes(url.protocol) ? url.href : null;
  } catch {
    return null;
  }
}

/** Pictures are shown from the playground itself only: the page asks no other host for anything. */
export function ownPicture(address) {
  try {
    const url = new URL(String(address), location.href);
    return url.origin === location.origin ? url.href : null;
  } catch {
    return null;
  }
}

export function link(address, ...children) {
  const href = safeUrl(address);
  if (href === null) return el("span", {}, ...children);
  return el(
    "a",
    { class: "link", href, target: "_blank", rel: "noopener noreferrer" },
    ...children,
  );
}

/** A list from a payload, whatever was put in its place. */
export function listOf(value) {
  return Array.isArray(value) ? value : [];
}

/** A string from a payload; numbers become text, everything else nothing. */
export function str(value) {
  if (typeof value === "string") return value;
  return typeof value === "number" ? String(value) : "";
}
