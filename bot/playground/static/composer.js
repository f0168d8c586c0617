/** The message box: hints for slash commands, Enter sends, arrow up brings back what was sent. */

import { el, freshId, str } from "./dom.js";
import { iconPress } from "./icons.js";

const REMEMBERED = 50;

export class Composer {
  /** `onSend(text)` returns whether the text left; it stays in the box otherwise. */
  constructor(root, workspace, onSend) {
    this.workspace = workspace;
    this.onSend = onSend;
    this.drafts = new Map();
    this.sent = [];
    this.recall = -1;
    this.active = 0;
    this.hintsId = freshId("hints");
    this.offered = el("div", { class: "proposals", role: "group", "aria-label": "Try one of these" });
    this.build(root);
  }

  build(root) {
    this.hints = el("div", {
      class: "hints",
      id: this.hintsId,
      role: "listbox",
      "aria-label": "Commands",
      hidden: true,
    });
    this.usage = el("div", { class: "usage", id: freshId("usage"), hidden: true });
    this.box = this.buildBox();
    this.closed = el("p", { class: "closed", hidden: true }, "This channel is archived.");
    this.frame = el("div", { class: "composer" }, this.box, this.buildBar());
    root.append(this.hints, this.offered, this.usage, this.frame, this.closed);
  }

  buildBox() {
    return el("textarea", {
      id: "composer",
      class: "composer-text",
      rows: "1",
      role: "combobox",
      "aria-autocomplete": "list",
      "aria-expanded": "false",
      "aria-controls": this.hintsId,
      "aria-describedby": this.usage.id,
      autocomplete: "off",
      maxlength: "12000",
      on: {
        input: () => this.changed(),
        keydown: (event) => this.key(event),
        blur: () => this.closeHints(),
      },
    });
  }

  buildBar() {
    const slash = iconPress("slash", "Show commands", () => this.startCommand());
    // The box keeps the focus, or its hints would close.
    slash.addEventListener("mousedown", (event) => event.preventDefault());
    this.button = iconPress("send", "Send", () => this.submit(), { cls: "send", disabled: true });
    const keys = "Enter sends, Shift+Enter starts a new line";
    const words = el("span", { class: "composer-keys", "aria-hidden": "true" }, keys);
    return el("div", { class: "composer-bar" }, slash, words, this.button);
  }

  /** What an empty box proposes to type; to a guest, why it proposes nothing. */
  set proposals(texts) {
    const guest = this.workspace.me.is_guest === true;
    this.offered.setAttribute("aria-label", guest ? "What you can do" : "Try one of these");
    this.offered.replaceChildren(...(guest ? [noCommands()] : texts.map((text) => this.chip(text))));
    this.showProposals();
  }

  chip(text) {
    return el(
      "button",
      { type: "button", class: "proposal", on: { click: () => this.propose(text) } },
      text,
    );
  }

  propose(text) {
    this.put(text);
    this.box.focus();
    this.closeHints();
  }

  /** Sends it; what was being written stays. */
  say(text) {
    const draft = this.box.value;
    this.put(text);
    this.submit();
    if (this.box.value === "") this.put(draft);
  }

  showProposals() {
    const none = this.offered.children.length === 0;
    this.offered.hidden = none || this.box.value !== "" || this.frame.hidden;
  }

  /** Moves to another channel, which keeps its own draft. */
  open(channel) {
    if (this.channel !== undefined) this.drafts.set(this.channel.id, this.box.value);
    this.channel = channel;
    this.frame.hidden = channel.is_archived === true;
    this.closed.hidden = !this.frame.hidden;
    const name = channel.kind === "dm" ? channel.name : `#${channel.name}`;
    this.box.setAttribute("placeholder", `Message ${name}`);
    this.box.setAttribute("aria-label", `Message ${name}`);
    this.put(this.drafts.get(channel.id) ?? "");
    this.closeHints();
  }

  put(text) {
    this.box.value = text;
    this.box.setSelectionRange(text.length, text.length);
    this.changed();
  }

  startCommand() {
    this.put("/");
    this.box.focus();
  }

  changed() {
    this.box.style.height = "auto";
    this.box.style.height = `${Math.min(this.box.scrollHeight, 240)}px`;
    this.button.disabled = this.box.value.trim() === "";
    this.active = 0;
    this.suggest();
    this.showProposals();
  }

  matching() {
    const text = this.box.value;
    if (!text.startsWith("/") || /\s/.test(text)) return [];
    return this.workspace.commands.filter((one) =>
      str(one.command).startsWith(text.toLowerCase()),
    );
  }

  suggest() {
    const found = this.matching();
    this.hints.replaceChildren(...found.map((one, index) => this.hint(one, index)));
    this.hints.hidden = found.length === 0;
    this.box.setAttribute("aria-expanded", String(found.length > 0));
    const active = this.hints.children[this.active];
    if (active) this.box.setAttribute("aria-activedescendant", active.id);
    else this.box.removeAttribute("aria-activedescendant");
    this.showUsage();
  }

  hint(command, index) {
    const active = index === this.active;
    return el(
      "div",
      {
        class: active ? "hint active" : "hint",
        id: `${this.hintsId}-${index}`,
        role: "option",
        "aria-selected": String(active),
        on: { mousedown: (event) => event.preventDefault(), click: () => this.complete(command) },
      },
      el(
        "div",
        { class: "hint-line" },
        el("b", {}, str(command.command)),
        el("span", { class: "hint-usage" }, str(command.usage_hint)),
      ),
      el("div", { class: "muted" }, str(command.description)),
    );
  }

  /** After the command's name, until more is typed: then it would say something else. */
  showUsage() {
    const command = this.workspace.commands.find(
      (one) => this.box.value === `${str(one.command)} `,
    );
    this.usage.hidden = !command?.usage_hint;
    this.usage.replaceChildren(
      ...(command ? [el("b", {}, str(command.command)), ` ${str(command.usage_hint)}`] : []),
    );
  }

  closeHints() {
    this.hints.hidden = true;
    this.box.setAttribute("aria-expanded", "false");
  }

  complete(command) {
    this.put(`${str(command.command)} `);
    this.box.focus();
  }

  key(event) {
    if (event.isComposing) return;
    if (!this.hints.hidden && this.hintKey(event)) return;
    if (event.key === "Enter" && !event.shiftKey) {
      event.preventDefault();
      this.submit();
    } else if (event.key === "ArrowUp" && this.mayRecall()) {
      this.recallTo(event, this.recall + 1);
    } else if (event.key === "ArrowDown" && this.recall >= 0) {
      this.recallTo(event, this.recall - 1);
    } else if (event.key.length === 1) {
      this.recall = -1;
    }
  }

  /** Keys that belong to the open list of commands; true when one was used. */
  hintKey(event) {
    const found = this.matching();
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isComplete = found[this.active]?.command === this.box.value;
    if (step !== undefined) {
      this.active = (this.active + step + found.length) % found.length;
      this.suggest();
    } else if (event.key === "Tab" || (event.key === "Enter" && !event.shiftKey && !isComplete)) {
      this.complete(found[this.active]);
    } else if (event.key === "Escape") {
      this.closeHints();
    } else {
      return false;
    }
    event.preventDefault();
    return true;
  }

  mayRecall() {
    return this.sent.length > 0 && (this.box.value === "" || this.recall >= 0);
  }

  recallTo(event, index) {
    event.preventDefault();
    this.recall = Math.min(index, this.sent.length - 1);
    this.put(this.recall < 0 ? "" : this.sent[this.recall]);
    this.closeHints();
  }

  submit() {
    const text = this.box.value.trim();
    if (text === "" || !this.onSend(text)) return;
    this.sent = [text, ...this.sent.filter((one) => one !== text)].slice(0, REMEMBERED);
    this.recall = -1;
    this.put("");
    this.box.focus();
  }
}

function noCommands() {
  const words = "Commands belong to the other team’s app. You may press what stands here.";
  return el("span", { class: "muted" }, words);
}
