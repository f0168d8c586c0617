/**
 * The strip under a message or modal: the payload as the app sent it, and each limit it breaks.
 */

import { el, listOf, str } from "./dom.js";
import { icon } from "./icons.js";

/** How many limits a payload breaks, as a badge that opens the strip; null when it keeps all. */
export function problemBadge(problems, open) {
  const count = listOf(problems).length;
  if (count === 0) return null;
  const words = `${count} ${count === 1 ? "limit" : "limits"} broken`;
  return el(
    "button",
    { type: "button", class: "problem-badge", on: { click: open } },
    icon("warning"),
    words,
  );
}

export function jsonToggle(isOpen, toggle) {
  return el(
    "button",
    {
      type: "button",
      class: "json-toggle",
      "aria-expanded": String(isOpen),
      title: "Show the JSON that the app sent",
      on: { click: toggle },
    },
    "{ } JSON",
  );
}

export function strip(raw, problems) {
  const code = el("pre", { class: "json", tabindex: "0", "aria-label": "JSON" });
  code.append(...pretty(raw, "", 0));
  const status = el("span", { class: "muted", role: "status" });
  const copy = () => copyText(JSON.stringify(raw, null, 2), code, status);
  const props = { type: "button", class: "button small", on: { click: copy } };
  const rows = listOf(problems).map((problem) => problemRow(problem, code));
  const verdict =
    rows.length === 0
      ? "Keeps every limit the playground knows."
      : `Limits broken: ${rows.length}`;
  return el(
    "section",
    { class: "strip", "aria-label": "Payload" },
    el(
      "div",
      { class: "strip-head" },
      el("span", { class: "strip-title" }, verdict),
      status,
      el("button", props, icon("copy"), "Copy"),
    ),
    rows.length > 0 ? el("ul", { class: "problems" }, rows) : null,
    code,
  );
}

function problemRow(problem, code) {
  const pointer = str(problem?.pointer);
  return el(
    "li",
    {},
    el(
      "button",
      { type: "button", class: "pointer", on: { click: () => point(code, pointer) } },
      pointer || "/",
    ),
    " ",
    str(problem?.text),
  );
}

/** Marks the value that a pointer names, or the nearest thing around it that exists. */
function point(code, pointer) {
  for (const marked of code.querySelectorAll(".pointed")) marked.classList.remove("pointed");
  for (let path = pointer; ; path = path.slice(0, path.lastIndexOf("/"))) {
    const spot = code.querySelector(`[data-pointer="${CSS.escape(path)}"]`);
    if (spot || path === "") {
      spot?.classList.add("pointed");
      if (spot) code.scrollTop = spot.offsetTop - code.offsetTop - 40;
      return;
    }
  }
}

async function copyText(text, code, status) {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = "Copied.";
  } catch {
    getSelection()?.selectAllChildren(code);
    status.textContent = "Selected; press Ctrl+C.";
  }
}

/** The JSON as coloured spans; each carries its JSON pointer. */
function pretty(value, pointer, depth) {
  if (value === null || typeof value !== "object") return [scalar(value, pointer)];
  const array = Array.isArray(value);
  const entries = array ? value.map((one, index) => [String(index), one]) : Object.entries(value);
  const [before, after] = array ? ["[", "]"] : ["{", "}"];
  if (entries.length === 0) return [el("span", { "data-pointer": pointer }, before + after)];
  const pad = "  ".repeat(depth + 1);
  const rows = entries.flatMap(([name, one], index) => [
    `\n${pad}`,
    ...(array ? [] : [el("span", { class: "json-name" }, JSON.stringify(name)), ": "]),
    ...pretty(one, `${pointer}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`, depth + 1),
    index < entries.length - 1 ? "," : "",
  ]);
  return [
    el("span", { "data-pointer": pointer }, before, ...rows, `\n${"  ".repeat(depth)}`, after),
  ];
}

function scalar(value, pointer) {
  const kind = value === null ? "null" : typeof value;
  return el(
    "span",
    { class: `json-${kind}`, "data-pointer": pointer },
    JSON.stringify(value) ?? "null",
  );
}
