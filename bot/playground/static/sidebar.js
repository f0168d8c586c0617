/** Workspace name, channels, conversations, the app's state, and who is at the keyboard. */

import { avatar } from "./avatar.js";
import { el, str } from "./dom.js";
import { icon } from "./icons.js";

const TRANSPORTS = new Map([
  ["socket", "Socket Mode"],
  ["http", "signed HTTP"],
]);

export class Sidebar {
  constructor(root, shade, workspace, { onOpen, onSwitch }) {
    this.root = root;
    this.shade = shade;
    this.workspace = workspace;
    this.onOpen = onOpen;
    this.onSwitch = onSwitch;
    shade.addEventListener("click", () => this.drawer(false));
    root.addEventListener("keydown", (event) => event.key === "Escape" && this.drawer(false));
  }

  /** On a narrow screen the sidebar slides over the page. */
  drawer(open) {
    this.root.classList.toggle("open", open);
    this.shade.hidden = !open;
    if (open) this.root.querySelector("button")?.focus();
  }

  show() {
    const { team, channels } = this.workspace;
    const { channel: focused, person } = this.root.contains(document.activeElement)
      ? document.activeElement.dataset
      : {};
    this.root.replaceChildren(
      el(
        "div",
        { class: "team" },
        el("h1", { class: "team-name" }, str(team.name) || "Playground"),
      ),
      el(
        "div",
        { class: "sidebar-scroll" },
        this.section(
          "Channels",
          channels.filter((one) => one.kind !== "dm"),
        ),
        this.section(
          "Direct messages",
          channels.filter((one) => one.kind === "dm"),
        ),
        this.appState(),
      ),
      this.person(),
    );
    if (focused) this.root.querySelector(`[data-channel="${CSS.escape(focused)}"]`)?.focus();
    if (person) this.root.querySelector(`[data-person="${CSS.escape(person)}"]`)?.focus();
  }

  section(title, channels) {
    if (channels.length === 0) return null;
    return el(
      "div",
      { class: "sidebar-section" },
      el("h2", { class: "sidebar-title" }, title),
      el(
        "ul",
        {},
        channels.map((channel) => el("li", {}, this.row(channel))),
      ),
    );
  }

  row(channel) {
    const { current, unread } = this.workspace;
    const count = unread.get(channel.id) ?? 0;
    const here = channel.id === current;
    return el(
      "button",
      {
        type: "button",
        class: `channel-row ${here ? "current" : ""} ${count > 0 ? "unread" : ""}`,
        "data-channel": channel.id,
        "aria-current": here ? "page" : null,
        on: { click: () => this.open(channel.id) },
      },
      channel.kind === "dm"
        ? this.dmFace(channel)
        : el("span", { class: "channel-sign", "aria-hidden": "true" }, signOf(channel)),
      el("span", { class: "channel-label" }, str(channel.name)),
      count > 0
        ? el(
            "span",
            { class: "count" },
            String(count),
            el("span", { class: "hidden-visually" }, " unread"),
          )
        : null,
    );
  }

  dmFace(channel) {
    const { users, bot } = this.workspace;
    const other = users.find((user) =>
      [user.name, user.real_name, user.id].includes(channel.name),
    );
    const isApp = other?.is_bot === true || channel.name === bot.name;
    return avatar(
      { name: channel.name, id: channel.id, color: other?.color, isApp },
      "avatar-tiny",
    );
  }

  open(channel) {
    this.drawer(false);
    this.onOpen(channel);
  }

  appState() {
    const { bot } = this.workspace;
    const well = bot.connected && bot.revoked !== true;
    return el(
      "div",
      { class: "sidebar-section" },
      el("h2", { class: "sidebar-title" }, "Apps"),
      el(
        "div",
        { class: "app-state" },
        el("span", { class: well ? "dot on" : "dot", "aria-hidden": "true" }),
        el(
          "span",
          {},
          str(bot.name) || "The app",
          el("span", { class: "app-words" }, stateOf(bot)),
        ),
      ),
    );
  }

  /** Everybody who can be at the keyboard, a click each. */
  person() {
    const { me, users } = this.workspace;
    const mine = users.find((user) => user.id === me.id) ?? me;
    return el(
      "div",
      { class: "person-box" },
      el(
        "div",
        { class: "person-words" },
        el("span", { class: "person-name" }, nameOf(mine)),
        el("span", { class: "app-words" }, titleOf(mine)),
      ),
      el(
        "div",
        { class: "people", role: "group", "aria-label": "Who you are" },
        users.filter((user) => !user.is_bot).map((user) => this.face(user, user.id === me.id)),
      ),
    );
  }

  face(user, isMe) {
    const title = str(user.title) || (user.is_guest === true ? "of another team" : "");
    const words = [nameOf(user), title].filter(Boolean).join(", ");
    return el(
      "button",
      {
        type: "button",
        class: "face",
        title: words,
        "aria-label": words,
        "aria-pressed": String(isMe),
        "data-person": str(user.id),
        on: { click: () => !isMe && this.onSwitch(user.id) },
      },
      avatar(user, "avatar-small"),
    );
  }
}

function stateOf(bot) {
  if (!bot.connected) return "not connected";
  if (bot.revoked === true) return "token revoked, cannot post";
  return `connected over ${TRANSPORTS.get(bot.transport) ?? str(bot.transport)}`;
}

function signOf(channel) {
  if (channel.is_archived === true) return icon("archive");
  return channel.is_private === true ? icon("lock") : "#";
}

function nameOf(user) {
  return str(user.real_name) || str(user.name);
}

function titleOf(user) {
  const title = str(user.title) || (user.is_guest === true ? "of another team" : "");
  return title ? `You, ${title}` : "You";
}
