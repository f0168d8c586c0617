/** One message: who, when, what, whether only you see it, and the strip with its JSON. */

import { avatar } from "./avatar.js";
import { blocks } from "./blocks.js";
import { dateOf, fullTime, timeOfDay } from "./dates.js";
import { el, str } from "./dom.js";
import { icon } from "./icons.js";
import { jsonToggle, problemBadge, strip } from "./inspect.js";
import { mrkdwn } from "./mrkdwn.js";
import { Surface } from "./surface.js";

/** Draws a message. `view`: what outlives a redraw – {jsonOpen, surface}. */
export function drawMessage(message, channel, view, { workspace, send, dismiss }) {
  const author = workspace.author(message);
  const surface = new Surface({
    container: { kind: "message", channel, ts: message.ts }, workspace, send, channel, earlier: view.surface,
  });
  view.surface = surface;
  const toggle = () => {
    view.jsonOpen = !view.jsonOpen;
    showStrip(node, message, view);
  };
  const node = el(
    "article",
    { class: messageClass(message), "data-ts": message.ts, "data-author": author.id, "aria-label": `${author.name}, ${when(message).words}` },
    el("div", { class: "message-side" }, avatar(author), sideTime(message)),
    el("div", { class: "message-main" }, head(author, message), body(message, surface), problemBadge(message.problems, toggle), el("div", { class: "strip-slot" })),
    toolbar(message, view, toggle, dismiss),
  );
  showStrip(node, message, view);
  return node;
}

function messageClass(message) {
  return ["message", message.ephemeral || message.note ? "private" : "", message.note ? `note note-${message.level === "error" ? "error" : "info"}` : ""].join(" ").trim();
}

function showStrip(node, message, view) {
  node.querySelector(".strip-slot").replaceChildren(...(view.jsonOpen ? [strip(message.raw ?? message, message.problems)] : []));
  node.querySelector(".json-toggle")?.setAttribute("aria-expanded", String(view.jsonOpen));
}

function when(message) {
  const date = dateOf(message.ts) ?? new Date(0);
  return { date, words: timeOfDay(date) };
}

function head(author, message) {
  const { date, words } = when(message);
  return el(
    "div",
    { class: "message-head" },
    message.ephemeral || message.note ? el("div", { class: "only-you" }, icon("eye-open"), "Only visible to you") : null,
    message.thread_ts && message.thread_ts !== message.ts ? el("div", { class: "in-thread" }, icon("comment"), "Replied in a thread") : null,
    el(
      "div",
      { class: "message-by" },
      el("span", { class: "author" }, author.name),
      author.isApp ? el("span", { class: "badge" }, "APP") : null,
      el("time", { class: "message-time", datetime: date.toISOString(), title: fullTime(date) }, words),
    ),
  );
}

function sideTime(message) {
  const { date, words } = when(message);
  return el("time", { class: "side-time", datetime: date.toISOString(), title: fullTime(date), "aria-hidden": "true" }, words.replace(/\s?[AP]M$/i, ""));
}

function body(message, surface) {
  const hasBlocks = Array.isArray(message.blocks) && message.blocks.length > 0;
  const content = hasBlocks ? blocks(message.blocks, surface) : [el("div", { class: "message-text" }, mrkdwn(str(message.text), surface.names))];
  return el("div", { class: "message-body" }, content, message.edited ? el("span", { class: "edited" }, "(edited)") : null);
}

function toolbar(message, view, toggle, dismiss) {
  const away = message.ephemeral || message.note
    ? el("button", { type: "button", class: "icon-button", "aria-label": "Dismiss this message", title: "Dismiss", on: { click: dismiss } }, icon("close"))
    : null;
  const json = message.note ? null : jsonToggle(view.jsonOpen === true, toggle);
  return el("div", { class: "message-tools", role: "toolbar", "aria-label": "Message actions" }, json, away);
}
