/** The `markdown` block: standard Markdown, as much of it as a bot writes. No HTML passes. */

import { el, fragment, link } from "./dom.js";
import { withEmoji } from "./emoji.js";

/** Tried in order on the lines from `at`; each returns a node and the line after it, or null. */
const PIECES = [fence, heading, rule, quote, table, list];

export function markdown(text) {
  const made = el("div", { class: "markdown" });
  const rows = text.split("\n");
  for (let at = 0; at < rows.length;) {
    if (rows[at].trim() === "") {
      at += 1;
      continue;
    }
    const [node, next] =
      PIECES.reduce((hit, piece) => hit ?? piece(rows, at), null) ?? paragraph(rows, at);
    made.append(node);
    at = next;
  }
  return made;
}

function fence(rows, at) {
  const open = /^\s*(```+|~~~+)\s*([\w+-]*)/.exec(rows[at]);
  if (open === null) return null;
  let end = at + 1;
  while (end < rows.length && !rows[end].trim().startsWith(open[1])) end += 1;
  const code = rows.slice(at + 1, end).join("\n");
  return [el("pre", { class: "pre", "data-language": open[2] || null }, code), end + 1];
}

function heading(rows, at) {
  const match = /^(#{1,6})\s+(.*?)\s*#*$/.exec(rows[at]);
  if (match === null) return null;
  const level = match[1].length;
  return [
    el(
      "div",
      { class: `md-h md-h${level}`, role: "heading", "aria-level": level + 2 },
      inline(match[2]),
    ),
    at + 1,
  ];
}

function rule(rows, at) {
  return /^\s*([-*_])(\s*\1){2,}\s*$/.test(rows[at])
    ? [el("hr", { class: "divider" }), at + 1]
    : null;
}

function quote(rows, at) {
  let end = at;
  while (end < rows.length && /^\s*>/.test(rows[end])) end += 1;
  if (end === at) return null;
  const inside = rows.slice(at, end).map((row) => row.replace(/^\s*> ?/, ""));
  return [el("blockquote", { class: "quote" }, withBreaks(inside)), end];
}

function table(rows, at) {
  const isRule = /^\s*\|?\s*:?-+:?\s*(\|\s*:?-+:?\s*)*\|?\s*$/;
  if (!rows[at].includes("|") || !isRule.test(rows[at + 1] ?? "")) return null;
  let end = at + 2;
  while (end < rows.length && rows[end].includes("|")) end += 1;
  const head = el(
    "tr",
    {},
    cells(rows[at]).map((cell) => el("th", { scope: "col" }, inline(cell))),
  );
  const body = rows.slice(at + 2, end).map((row) =>
    el(
      "tr",
      {},
      cells(row).map((cell) => el("td", {}, inline(cell))),
    ),
  );
  const made = el("table", { class: "table" }, el("thead", {}, head), el("tbody", {}, body));
  return [el("div", { class: "table-scroll" }, made), end];
}

function cells(row) {
  return row
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => cell.trim());
}

const ITEM = /^(\s*)([-*+]|\d{1,9}[.)])\s+(.*)$/;

function list(rows, at) {
  const start = ITEM.exec(rows[at]);
  if (start === null) return null;
  const indent = start[1].length;
  const ordered = /\d/.test(start[2]);
  const made = el(ordered ? "ol" : "ul", {
    class: "md-list",
    start: ordered ? parseInt(start[2], 10) : null,
  });
  let row = at;
  while (row < rows.length) {
    const item = ITEM.exec(rows[row]);
    if (item === null || item[1].length < indent) break;
    if (item[1].length > indent + 1 && made.lastChild) {
      const [inner, next] = list(rows, row);
      made.lastChild.append(inner);
      row = next;
    } else {
      made.append(el("li", {}, ...listItem(item[3])));
      row += 1;
    }
  }
  return [made, row];
}

function listItem(text) {
  const task = /^\[([ xX])\]\s+(.*)$/.exec(text);
  return task === null ? [inline(text)] : [task[1] === " " ? "☐ " : "☑ ", inline(task[2])];
}

function paragraph(rows, at) {
  let end = at + 1;
  while (
    end < rows.length &&
    rows[end].trim() !== "" &&
    PIECES.every((piece) => piece(rows, end) === null)
  )
    end += 1;
  return [el("p", {}, withBreaks(rows.slice(at, end))), end];
}

function withBreaks(rows) {
  return fragment(
    rows.flatMap((row, index) => (index === 0 ? [inline(row)] : [el("br"), inline(row)])),
  );
}

const INLINE = [
  [/\\([\\`*_{}[\]()#+.!~|>-])/y, (match) => document.createTextNode(match[1])],
  [/`([^`\n]+)`/y, (match) => el("code", { class: "code" }, match[1])],
  [/!?\[([^[\]\n]{0,500})\]\(([^()\s]{1,2000})\)/y, (match) => link(match[2], inline(match[1]))],
  [/<(https?:\/\/[^\s<>]+)>/y, (match) => link(match[1], match[1])],
  [/\*\*(?=\S)([^*\n]{1,2000}?)(?<=\S)\*\*/y, (match) => el("b", {}, inline(match[1]))],
  [/__(?=\S)([^_\n]{1,2000}?)(?<=\S)__/y, (match) => el("b", {}, inline(match[1]))],
  [/\*(?=\S)([^*\n]{1,2000}?)(?<=\S)\*/y, (match) => el("i", {}, inline(match[1]))],
  [
    /\b_(?=\S)([^_\n]{1,2000}?)(?<=\S)_\b|(?<![\p{L}\p{N}])_(?=\S)([^_\n]{1,2000}?)(?<=\S)_/uy,
    (match) => el("i", {}, inline(match[1] ?? match[2])),
  ],
  [/~~(?=\S)([^~\n]{1,2000}?)(?<=\S)~~/y, (match) => el("s", {}, inline(match[1]))],
  [/https?:\/\/[^\s<>|)]*[^\s<>|).,;:!?'"\]*_~`]/y, (match) => link(match[0], match[0])],
];

function inline(text) {
  const made = fragment();
  let plainFrom = 0;
  for (let at = 0; at < text.length;) {
    const hit = firstInline(text, at);
    if (hit === null) {
      at += 1;
      continue;
    }
    made.append(withEmoji(text.slice(plainFrom, at)), hit.node);
    plainFrom = at = hit.end;
  }
  made.append(withEmoji(text.slice(plainFrom)));
  return made;
}

function firstInline(text, at) {
  if (!/[\\`![<*_~h]/.test(text[at])) return null;
  for (const [pattern, make] of INLINE) {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    if (match !== null) return { node: make(match), end: at + match[0].length };
  }
  return null;
}
