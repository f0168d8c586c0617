/** What the page knows: people, channels, messages, what is unread. No drawing here. */

import { listOf, str } from "./dom.js";

export class Workspace {
  constructor() {
    this.team = { id: "", name: "Playground" };
    this.me = { id: "", name: "", color: "" };
    this.users = [];
    this.channels = [];
    this.commands = [];
    this.bot = { name: "The app", connected: true, transport: "none" };
    this.messages = new Map();
    this.unread = new Map();
    this.seen = new Map();
    this.current = null;
    this.names = {
      user: (id) => this.user(id)?.real_name || this.user(id)?.name || null,
      channel: (id) => this.channel(id)?.name ?? null,
    };
  }

  /** A hello starts over: another person sees other private messages. Notes of the page are gone. */
  greet(frame) {
    const sameUser = this.me.id === frame.me?.id;
    this.team = frame.team ?? this.team;
    this.me = frame.me ?? this.me;
    this.users = listOf(frame.users);
    this.channels = listOf(frame.channels);
    this.commands = listOf(frame.commands);
    this.bot = { ...this.bot, ...frame.bot };
    this.messages.clear();
    if (!sameUser) {
      this.unread.clear();
      this.seen.clear();
    }
    if (!this.channel(this.current)) this.current = this.channels[0]?.id ?? null;
  }

  user(id) {
    return this.users.find((user) => user.id === id);
  }

  channel(id) {
    return this.channels.find((channel) => channel.id === id);
  }

  /** Messages of a channel in the order of their `ts`. */
  history(channel) {
    return [...this.of(channel).values()].sort((a, b) => compareTs(a.ts, b.ts));
  }

  of(channel) {
    if (!this.messages.has(channel)) this.messages.set(channel, new Map());
    return this.messages.get(channel);
  }

  /** History after a hello; what came while the connection was lost is unread, the rest is not. */
  load(channel, messages) {
    const known = this.of(channel);
    known.clear();
    for (const message of listOf(messages)) known.set(message.ts, message);
    const last = this.seen.get(channel);
    const fresh =
      last === undefined
        ? []
        : [...known.values()].filter((message) => compareTs(message.ts, last) > 0);
    this.markSeen(channel);
    if (channel !== this.current && fresh.length > 0) this.unread.set(channel, fresh.length);
  }

  /** Stores a new or replaced message; true when it is new. */
  put(channel, message) {
    const known = this.of(channel);
    const isNew = !known.has(message.ts);
    known.set(message.ts, message);
    this.markSeen(channel, [this.seen.get(channel) ?? message.ts, message.ts]);
    const mine = message.user === this.me.id && !message.bot_id;
    if (isNew && channel !== this.current && !mine)
      this.unread.set(channel, (this.unread.get(channel) ?? 0) + 1);
    return isNew;
  }

  remove(channel, ts) {
    return this.of(channel).delete(ts);
  }

  open(channel) {
    this.current = channel;
    this.unread.delete(channel);
  }

  markSeen(channel, among = [...this.of(channel).keys()]) {
    const last = among.sort(compareTs).at(-1);
    if (last !== undefined) this.seen.set(channel, last);
  }

  /** Who wrote a message: a member, an app, or the playground itself. */
  author(message) {
    if (message.note)
      return {
        id: "playground",
        name: "Playground",
        color: "41204d",
        isApp: false,
        isHouse: true,
      };
    const user =
      this.user(message.user) ??
      this.users.find((one) => one.id === this.bot.user_id && message.bot_id);
    const isApp = Boolean(message.bot_id) || user?.is_bot === true;
    const name =
      (isApp && str(message.username)) ||
      user?.real_name ||
      user?.name ||
      (isApp ? this.bot.name : "Unknown member");
    return {
      id: message.user ?? message.bot_id ?? name,
      name,
      color: user?.color ?? "",
      isApp,
      isHouse: false,
    };
  }
}

/** `ts` are decimal strings of seconds; as numbers they would lose their last digits. */
export function compareTs(a, b) {
  const [left, right] = [str(a).split("."), str(b).split(".")];
  return Number(left[0]) - Number(right[0]) || (left[1] ?? "").localeCompare(right[1] ?? "");
}
