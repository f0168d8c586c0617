/**
 * Slack's own markup as nodes: *bold* _italic_ ~strike~ `code`, fences, quotes, and the control
 * sequences in angle brackets. A marker only counts at the edge of a word and within one line.
 */

import { el, fragment, link } from "./dom.js";
import { dateNode, dateOf } from "./dates.js";
import { emoji, SHORTCODE } from "./emoji.js";

const STYLES = new Map([
  ["*", "b"],
  ["_", "i"],
  ["~", "s"],
]);
const WORD = /[\p{L}\p{N}]/u;
const BARE_LINK = /https?:\/\/[^\s<>|]*[^\s<>|.,;:!?'")\]*_~`]/y;

/** `names` says what ids are called; `verbatim` leaves bare addresses as text. */
export function mrkdwn(text, names, { verbatim = false } = {}) {
  const made = fragment();
  text.split("```").forEach((part, index, parts) => {
    const closed = index < parts.length - 1;
    if (index % 2 === 0) lines(part, names, verbatim, made);
    else if (closed)
      made.append(el("pre", { class: "pre" }, literal(part.replace(/^\n|\n$/g, ""), names)));
    else lines(`\`\`\`${part}`, names, verbatim, made);
  });
  return made;
}

/** Undoes the three escapes of Slack's text, and no other. */
export function unescape(text) {
  return text.replace(/&(lt|gt|amp);/g, (_, name) => ({ lt: "<", gt: ">", amp: "&" })[name]);
}

function lines(text, names, verbatim, into) {
  const rows = text.split("\n");
  if (into.childNodes.length > 0 && rows[0] === "") rows.shift();
  let quote = null;
  rows.forEach((row, index) => {
    const mark = /^(?:&gt;|>){1,3} ?/.exec(row);
    if (mark === null || row.length === mark[0].length) {
      quote = null;
      into.append(inline(row, names, verbatim));
      if (index < rows.length - 1 && !isQuote(rows[index + 1])) into.append(el("br"));
      return;
    }
    if (quote === null) into.append((quote = el("blockquote", { class: "quote" })));
    else quote.append(el("br"));
    quote.append(inline(row.slice(mark[0].length), names, verbatim));
  });
}

function isQuote(row) {
  return /^(?:&gt;|>)./.test(row);
}

function inline(text, names, verbatim) {
  const made = fragment();
  const rules = [control, code, styled, shortcode, ...(verbatim ? [] : [bareLink])];
  const scan = { text, names, verbatim, hopeless: new Set() };
  let plainFrom = 0;
  for (let at = 0; at < text.length;) {
    const hit = first(rules, scan, at);
    if (hit === null) {
      at += 1;
      continue;
    }
    made.append(unescape(text.slice(plainFrom, at)), hit.node);
    plainFrom = at = hit.end;
  }
  made.append(unescape(text.slice(plainFrom)));
  return made;
}

function first(rules, scan, at) {
  for (const rule of rules) {
    const hit = rule(scan, at);
    if (hit !== null) return hit;
  }
  return null;
}

function control({ text, names }, at) {
  if (text[at] !== "<") return null;
  const match = sticky(/<([^<>\n]+)>/y, text, at);
  return match && { node: sequence(match[1], names), end: at + match[0].length };
}

function code(scan, at) {
  const { text, names } = scan;
  if (text[at] !== "`" || scan.hopeless.has("`")) return null;
  const end = text.indexOf("`", at + 1);
  if (end === -1) scan.hopeless.add("`");
  if (end <= at + 1) return null;
  return {
    node: el("code", { class: "code" }, literal(text.slice(at + 1, end), names)),
    end: end + 1,
  };
}

function styled(scan, at) {
  const { text, names, verbatim } = scan;
  const mark = text[at];
  const tag = STYLES.get(mark);
  if (tag === undefined || scan.hopeless.has(mark) || !opens(text, at)) return null;
  const end = closing(text, mark, at + 1);
  if (end === -1) {
    // No closer from here means none for a later opener either: hostile text stays linear.
    scan.hopeless.add(mark);
    return null;
  }
  return { node: el(tag, {}, inline(text.slice(at + 1, end), names, verbatim)), end: end + 1 };
}

function opens(text, at) {
  const before = text[at - 1] ?? " ";
  const after = text[at + 1] ?? " ";
  return !WORD.test(before) && before !== text[at] && /\S/.test(after) && after !== text[at];
}

function closing(text, mark, from) {
  for (let at = text.indexOf(mark, from); at !== -1; at = text.indexOf(mark, at + 1)) {
    if (at > from && /\S/.test(text[at - 1]) && !WORD.test(text[at + 1] ?? " ")) return at;
  }
  return -1;
}

function shortcode({ text }, at) {
  if (text[at] !== ":") return null;
  const match = sticky(SHORTCODE, text, at);
  const sign = match && emoji(match[1]);
  return sign ? { node: emojiNode(match[1], sign), end: at + match[0].length } : null;
}

export function emojiNode(name, sign) {
  return el(
    "span",
    { class: "emoji", role: "img", "aria-label": name.replaceAll("_", " "), title: `:${name}:` },
    sign,
  );
}

function bareLink({ text }, at) {
  if (text[at] !== "h" || WORD.test(text[at - 1] ?? " ")) return null;
  const match = sticky(BARE_LINK, text, at);
  if (match === null) return null;
  const address = unescape(match[0]);
  return { node: link(address, address), end: at + match[0].length };
}

function sticky(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** Text without styles, where links and mentions still count: the inside of code. */
function literal(text, names) {
  const made = fragment();
  for (const part of text.split(/(<[^<>\n]+>)/)) {
    made.append(/^<[^<>\n]+>$/.test(part) ? sequence(part.slice(1, -1), names) : unescape(part));
  }
  return made;
}

/** What stands between `<` and `>`: a mention, a date or a link. */
function sequence(inside, names) {
  const bar = inside.indexOf("|");
  const target = bar === -1 ? inside : inside.slice(0, bar);
  const label = bar === -1 ? null : unescape(inside.slice(bar + 1));
  if (target.startsWith("@"))
    return mention(`@${names.user(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("#"))
    return mention(`#${names.channel(target.slice(1)) ?? label ?? target.slice(1)}`);
  if (target.startsWith("!")) return special(target.slice(1), label);
  return link(unescape(target), label ?? unescape(target).replace(/^mailto:/, ""));
}

export function mention(text, loud = false) {
  return el("span", { class: loud ? "mention mention-all" : "mention" }, text);
}

function special(word, label) {
  if (["channel", "here", "everyone"].includes(word)) return mention(`@${word}`, true);
  if (word.startsWith("subteam^")) return mention(label ?? `@${word.slice(8)}`);
  if (word.startsWith("date^")) return slackDateNode(word.split("^"), label);
  return document.createTextNode(label ?? `<!${word}>`);
}

function slackDateNode([, seconds, format, address], fallback) {
  const date = dateOf(seconds);
  if (date === null || !format) return document.createTextNode(fallback ?? "");
  const node = dateNode(date, unescape(format));
  return address ? link(unescape(address), node) : node;
}
