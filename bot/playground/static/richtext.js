/** `rich_text`: sections, lists, quotes and preformatted text, with every inline part. */

import { el, fragment, link, listOf, str } from "./dom.js";
import { dateNode, dateOf } from "./dates.js";
import { emoji } from "./emoji.js";
import { emojiNode, mention } from "./mrkdwn.js";
import { withBreaks } from "./text.js";

export function richText(block, ctx) {
  return el(
    "div",
    { class: "rich-text" },
    listOf(block.elements).map((part) => piece(part, ctx)),
  );
}

function piece(part, ctx) {
  const inside = () => listOf(part?.elements).map((child) => inlinePart(child, ctx));
  switch (part?.type) {
    case "rich_text_section":
      return el("div", { class: "rich-section" }, inside());
    case "rich_text_list":
      return richList(part, ctx);
    case "rich_text_quote":
      return el("blockquote", { class: "quote" }, inside());
    case "rich_text_preformatted":
      return el("pre", { class: "pre", "data-language": str(part.language) || null }, inside());
    default:
      return el("span", { class: "muted" }, `[${str(part?.type) || "unknown part"}]`);
  }
}

function richList(part, ctx) {
  const ordered = part.style === "ordered";
  const depth = Math.min(Math.max(Math.trunc(Number(part.indent)) || 0, 0), 8);
  const start = ordered ? (Math.trunc(Number(part.offset)) || 0) + 1 : null;
  return el(
    ordered ? "ol" : "ul",
    { class: `rich-list indent-${depth}`, start },
    listOf(part.elements).map((item) => el("li", {}, piece(item, ctx))),
  );
}

const PARTS = new Map([
  ["text", (part) => withBreaks(str(part.text))],
  ["link", (part) => link(str(part.url), str(part.text) || str(part.url))],
  ["emoji", emojiPart],
  ["user", (part, ctx) => mention(`@${ctx.names.user(part.user_id) ?? str(part.user_id)}`)],
  ["usergroup", (part) => mention(`@${str(part.usergroup_id)}`)],
  ["team", (part) => mention(`@${str(part.team_id)}`)],
  [
    "channel",
    (part, ctx) => mention(`#${ctx.names.channel(part.channel_id) ?? str(part.channel_id)}`),
  ],
  ["broadcast", (part) => mention(`@${str(part.range)}`, true)],
  ["date", datePart],
  ["color", colorPart],
]);

function inlinePart(part, ctx) {
  const make = PARTS.get(part?.type);
  if (make === undefined)
    return el("span", { class: "muted" }, `[${str(part?.type) || "unknown part"}]`);
  return dressed(make(part, ctx), part.style);
}

const WRAPPERS = [
  ["code", "code", "code"],
  ["bold", "b", null],
  ["italic", "i", null],
  ["strike", "s", null],
  ["underline", "u", null],
];

function dressed(node, style) {
  let made = node;
  for (const [name, tag, cls] of WRAPPERS) {
    if (style?.[name] === true) made = el(tag, { class: cls }, made);
  }
  return made;
}

function emojiPart(part) {
  const name = str(part.name);
  const sign = emoji(name);
  return sign ? emojiNode(name, sign) : document.createTextNode(`:${name}:`);
}

function datePart(part) {
  const date = dateOf(part.timestamp);
  if (date === null) return document.createTextNode(str(part.fallback));
  const node = dateNode(date, str(part.format));
  return part.url ? link(str(part.url), node) : node;
}

function colorPart(part) {
  const value = str(part.value);
  const swatch = el("span", { class: "swatch", "aria-hidden": "true" });
  if (/^#[0-9a-f]{3,8}$/i.test(value)) swatch.style.backgroundColor = value;
  return fragment(el("span", {}, value), swatch);
}
