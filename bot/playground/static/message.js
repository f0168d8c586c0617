/** One message: who, when, what, whether only you see it, and the strip with its JSON. */

import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { dateOf, fullTime, timeOfDay } from "./dates.js";
import { el, str } from "./dom.js";
import { icon, iconPress } from "./icons.js";
import { jsonToggle, problemBadge, strip } from "./inspect.js";
import { mrkdwn } from "./mrkdwn.js";
import { Surface } from "./surface.js";

/** Draws a message. `view`: what outlives a redraw – {jsonOpen, surface}. */
export function drawMessage(message, channel, view, { workspace, send, dismiss }) {
  const author = workspace.author(message);
  const container = { kind: "message", channel, ts: message.ts };
  view.surface = new Surface({ container, workspace, send, channel, earlier: view.surface });
  const toggle = () => {
    view.jsonOpen = !view.jsonOpen;
    showStrip(node, message, view);
  };
  const props = {
    class: messageClass(message),
    "data-ts": message.ts,
    "data-thread": isReply(message) ? message.thread_ts : "",
    "data-author": author.id,
  };
  const node = el(
    "article",
    { ...props, "aria-label": `${author.name}, ${when(message).words}` },
    el("div", { class: "message-side" }, avatar(author), sideTime(message)),
    el(
      "div",
      { class: "message-main" },
      head(author, message),
      body(message, view.surface),
      problemBadge(message.problems, toggle),
      el("div", { class: "strip-slot" }),
    ),
    toolbar(message, view, toggle, dismiss),
  );
  showStrip(node, message, view);
  return node;
}

function messageClass(message) {
  const level = message.level === "error" ? "error" : "info";
  const note = message.note ? ` note note-${level}` : "";
  const reply = isReply(message) ? " reply" : "";
  return `message${isPrivate(message) ? " private" : ""}${reply}${note}`;
}

function isReply(message) {
  return Boolean(message.thread_ts) && message.thread_ts !== message.ts;
}

function showStrip(node, message, view) {
  node
    .querySelector(".strip-slot")
    .replaceChildren(...(view.jsonOpen ? [strip(message.raw ?? message, message.problems)] : []));
  node.querySelector(".json-toggle")?.setAttribute("aria-expanded", String(view.jsonOpen));
}

function when(message) {
  const date = dateOf(message.ts) ?? new Date(0);
  return { date, words: timeOfDay(date) };
}

function head(author, message) {
  const inThread = isReply(message);
  return el(
    "div",
    { class: "message-head" },
    isPrivate(message)
      ? el("div", { class: "only-you" }, icon("eye-open"), "Only visible to you")
      : null,
    inThread ? el("div", { class: "in-thread" }, icon("comment"), "Replied in a thread") : null,
    el(
      "div",
      { class: "message-by" },
      el("span", { class: "author" }, author.name),
      author.isApp ? el("span", { class: "badge" }, "APP") : null,
      timeNode(message, { class: "message-time" }),
    ),
  );
}

/** The time of a grouped message, which has no head of its own. */
function sideTime(message) {
  const node = timeNode(message, { class: "side-time", "aria-hidden": "true" });
  node.textContent = node.textContent.replace(/\s?[AP]M$/i, "");
  return node;
}

function timeNode(message, props) {
  const { date, words } = when(message);
  const machine = { datetime: date.toISOString(), title: fullTime(date) };
  return el("time", { ...machine, ...props }, words);
}

function body(message, surface) {
  const hasBlocks = Array.isArray(message.blocks) && message.blocks.length > 0;
  const content = hasBlocks
    ? blocks(message.blocks, surface)
    : [el("div", { class: "message-text" }, mrkdwn(str(message.text), surface.names))];
  return el(
    "div",
    { class: "message-body" },
    content,
    message.edited ? el("span", { class: "edited" }, "(edited)") : null,
  );
}

function toolbar(message, view, toggle, dismiss) {
  return el(
    "div",
    { class: "message-tools", role: "toolbar", "aria-label": "Message actions" },
    message.note ? null : jsonToggle(view.jsonOpen === true, toggle),
    isPrivate(message) ? iconPress("close", "Dismiss this message", dismiss) : null,
  );
}

function isPrivate(message) {
  return message.ephemeral === true || message.note === true;
}
