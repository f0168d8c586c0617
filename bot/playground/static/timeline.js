/** The message list of the current channel: keyed by `ts`, grouped by author, divided by day. */

import { avatar } from "./avatar.js";
import { dateOf, dayLabel, sameDay } from "./dates.js";
import { el, str } from "./dom.js";
import { icon } from "./icons.js";
import { closeMenuWithin } from "./menu.js";
import { drawMessage } from "./message.js";
import { keepingFocus } from "./surface.js";
import { compareTs } from "./workspace.js";

const GROUP_SECONDS = 300;
const SPOKEN_CHARACTERS = 300;

export class Timeline {
  constructor(root, workspace, send) {
    this.root = root;
    this.workspace = workspace;
    this.send = send;
    this.views = new Map();
    /** What is drawn, by `ts`. */
    this.nodes = new Map();
    this.list = el("div", { class: "messages" });
    this.waiting = el("div", { class: "waiting-list" });
    this.more = el(
      "button",
      { type: "button", class: "more-below", hidden: true, on: { click: () => this.toNews() } },
    );
    // Charts get their height late and banners take some; a reader at the end stays there.
    const sizes = new ResizeObserver(() => this.stuck && this.toEnd());
    for (const part of [root, this.list, this.waiting]) sizes.observe(part);
    this.stuck = true;
    this.below = false;
    /** The `ts` of a reply that came out of sight, under an older message. */
    this.reply = null;
    root.addEventListener("scroll", () => this.scrolled(), { passive: true });
  }

  /** Draws the whole channel. */
  show() {
    const channel = this.workspace.current;
    closeMenuWithin(this.list);
    const messages = channel === null ? [] : this.workspace.history(channel);
    messages.sort((a, b) => comparePlaces(placeOf(a), placeOf(b)));
    this.reply = null;
    this.nodes.clear();
    this.list.replaceChildren(...messages.map((message) => this.draw(channel, message)));
    this.root.replaceChildren(this.intro(), this.list, this.waiting, this.more);
    this.regroup();
    this.toEnd();
  }

  /** Until the history has come, nobody may take an empty channel for one in which nothing was said. */
  busy(on) {
    this.root.setAttribute("aria-busy", String(on));
  }

  intro() {
    const channel = this.workspace.channel(this.workspace.current);
    if (!channel) return el("div", { class: "intro" });
    const name = channel.kind === "dm" ? channel.name : `#${channel.name}`;
    const command = this.workspace.commands[0];
    const words =
      channel.kind === "dm"
        ? `This is your conversation with ${channel.name}.`
        : `This is the start of ${name}.`;
    return el(
      "div",
      { class: "intro" },
      el("h2", {}, name),
      el("p", {}, [words, str(channel.topic)].filter(Boolean).join(" ")),
      command
        ? el(
            "p",
            { class: "muted" },
            "Try ",
            el("code", { class: "code" }, str(command.command)),
            `: ${str(command.description)}`,
          )
        : null,
    );
  }

  draw(channel, message) {
    const key = `${channel} ${message.ts}`;
    if (!this.views.has(key)) this.views.set(key, { jsonOpen: false, surface: null });
    const dismiss = () => {
      this.workspace.remove(channel, message.ts);
      this.remove(message.ts);
    };
    const node = drawMessage(message, channel, this.views.get(key), {
      workspace: this.workspace,
      send: this.send,
      dismiss,
    });
    this.nodes.set(message.ts, node);
    return node;
  }

  /** Puts a new message at its place or replaces the one with its `ts`. */
  upsert(message, isNew) {
    const stay = this.stuck;
    const before = this.node(message.ts);
    if (before) {
      closeMenuWithin(before);
      keepingFocus(before, () => before.replaceWith(this.draw(this.workspace.current, message)));
    } else {
      const after = this.beforePlace(message);
      const made = this.draw(this.workspace.current, message);
      if (after) after.after(made);
      else this.list.prepend(made);
    }
    const node = this.node(message.ts);
    this.regroup([node, neighbour(node, "nextElementSibling")]);
    if (stay) this.rest();
    else if (isNew) this.below = true;
    if (isNew && this.node(message.ts) !== this.last()) this.reply = message.ts;
    this.tellNews();
  }

  /** The last message that stands above it; nearly always the last of all. */
  beforePlace(message) {
    let node = this.last();
    while (node && comparePlaces(placeOf(node.dataset), placeOf(message)) > 0)
      node = neighbour(node, "previousElementSibling");
    return node;
  }

  /** A reply stands under what it replies to, which may be far above the end. */
  tellNews() {
    if (this.reply !== null && this.inView(this.node(this.reply))) this.reply = null;
    if (this.atEnd()) this.below = false;
    const hidden = !this.below && this.reply === null;
    this.more.replaceChildren(
      ...(this.reply === null ? [icon("caret-down"), "New messages"] : [upwards(), "New reply above"]),
    );
    if (hidden === this.more.hidden) return;
    this.more.hidden = hidden;
    // It has its own line at the end: who stands there sees that too, and no text under it.
    if (this.stuck) this.root.scrollTop = this.root.scrollHeight;
  }

  toNews() {
    const reply = this.reply;
    this.reply = null;
    if (reply === null) this.toEnd();
    else this.pointAt(reply);
    this.tellNews();
  }

  inView(node) {
    if (!node) return true;
    const [view, box] = [this.root.getBoundingClientRect(), node.getBoundingClientRect()];
    return box.top < view.bottom - 20 && box.bottom > view.top + 20;
  }

  last() {
    return this.list.lastElementChild;
  }

  /** Shows where a link leads. */
  pointAt(ts) {
    const node = this.node(ts);
    if (!node) return;
    this.stuck = false;
    node.scrollIntoView({ block: "center" });
    node.classList.add("linked");
    setTimeout(() => node.classList.remove("linked"), 3000);
  }

  remove(ts) {
    const node = this.node(ts);
    if (!node) return;
    closeMenuWithin(node);
    const next = neighbour(node, "nextElementSibling");
    dayAbove(node)?.remove();
    this.nodes.delete(ts);
    node.remove();
    this.regroup([next]);
  }

  node(ts) {
    return this.nodes.get(ts) ?? null;
  }

  /**
   * Day lines, and no second head for what the same author says within five minutes. Of the messages
   * that have a new neighbour: a channel may hold thousands.
   */
  regroup(nodes = this.list.querySelectorAll(".message")) {
    for (const node of nodes) if (node) group(node, neighbour(node, "previousElementSibling"));
    for (const line of this.list.children)
      if (line.matches(".day")) name(line, momentOf(line.nextElementSibling));
  }

  /** Commands that the app has not acknowledged yet, as grey lines at the end. */
  showWaiting(texts) {
    const me = { ...this.workspace.me, isApp: false };
    this.waiting.replaceChildren(
      ...texts.map((text) =>
        el(
          "div",
          { class: "waiting", role: "status" },
          avatar(me, "avatar-small"),
          el("span", { class: "waiting-text" }, text),
          el("span", { class: "spinner", role: "img", "aria-label": "Waiting for the app" }),
        ),
      ),
    );
    if (this.stuck) this.toEnd();
  }

  scrolled() {
    this.stuck = this.atEnd();
    if (this.stuck) this.below = false;
    this.tellNews();
  }

  atEnd() {
    return this.root.scrollHeight - this.root.scrollTop - this.root.clientHeight < 60;
  }

  /** At the end, or at the head of a last message that is taller than the page. */
  rest() {
    const last = this.last();
    this.toEnd();
    if (!last || last.offsetHeight < this.root.clientHeight) return;
    this.root.scrollTop = last.offsetTop - 12;
    this.stuck = false;
  }

  toEnd() {
    this.root.scrollTop = this.root.scrollHeight;
    this.below = false;
    this.stuck = true;
    this.tellNews();
  }
}

/** The message beside a message, whether a day line is between them or not. */
function neighbour(node, way) {
  const next = node[way];
  return next?.matches(".day") ? next[way] : next;
}

function dayAbove(node) {
  const above = node.previousElementSibling;
  return above?.matches(".day") ? above : null;
}

function group(node, before) {
  const date = momentOf(node);
  const isNewDay = before === null || !sameDay(momentOf(before), date);
  dayAbove(node)?.remove();
  if (isNewDay) node.before(el("div", { class: "day", role: "separator" }, el("span")));
  const together =
    !isNewDay &&
    before.dataset.author === node.dataset.author &&
    before.dataset.thread === node.dataset.thread &&
    date - momentOf(before) < GROUP_SECONDS * 1000;
  node.classList.toggle(
    "grouped",
    together && !node.matches(".private") && !before.matches(".private"),
  );
}

/** Anew each time: what was today is yesterday after midnight. */
function name(dayLine, date) {
  const words = dayLabel(date);
  if (dayLine.textContent !== words) dayLine.firstElementChild.textContent = words;
}

function momentOf(node) {
  return dateOf(node.dataset.ts) ?? new Date(0);
}

/** Replies stand under what they reply to, in the order of their time. */
function placeOf({ ts, thread_ts: threadTs, thread }) {
  return [threadTs || thread || ts, ts];
}

function comparePlaces([rootA, a], [rootB, b]) {
  return compareTs(rootA, rootB) || compareTs(a, b);
}

/** What a screen reader says about a new message: who, and the plain text that every message carries. */
export function spoken(workspace, message) {
  const text = str(message.text)
    .replace(/<[^<>|]*\|([^<>]*)>/g, "$1")
    .slice(0, SPOKEN_CHARACTERS);
  return `${workspace.author(message).name}${message.ephemeral ? ", only visible to you" : ""}: ${text}`;
}

function upwards() {
  const sign = icon("caret-down");
  sign.classList.add("upwards");
  return sign;
}
