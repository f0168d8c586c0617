/** Joins the parts: frames from the server change the workspace, the workspace is drawn. */

import { Controls } from "./controls.js";
import { Composer } from "./composer.js";
import { dateAnew, liveAt, today } from "./dates.js";
import { el, listOf, str } from "./dom.js";
import { Home } from "./home.js";
import { icon, iconPress } from "./icons.js";
import { followPermalinks } from "./permalinks.js";
import { Modals } from "./modals.js";
import { Sidebar } from "./sidebar.js";
import { Socket } from "./socket.js";
import { spoken, Timeline } from "./timeline.js";
import { Waiting } from "./waiting.js";
import { Workspace } from "./workspace.js";

const at = (id) => document.getElementById(id);
const workspace = new Workspace();
const socket = new Socket((frame) => FRAMES.get(frame?.type)?.(frame), connection);
const waiting = new Waiting((texts) => timeline.showWaiting(texts));
const timeline = new Timeline(at("timeline"), workspace, sendAction);
const modals = new Modals(workspace, { send: (frame) => socket.send(frame), sendAction });
const home = new Home(at("home"), workspace, sendAction);
const controls = new Controls(at("controls"), {
  type(text, where) {
    controls.fold();
    const channel = workspace.channels.find((one) => one.name === where);
    if (channel) openChannel(channel.id);
    composer.say(text);
  },
  openDm() {
    controls.fold();
    const talk = workspace.channels.find((one) => one.kind === "dm");
    if (talk) openChannel(talk.id);
  },
  readsDm() {
    return workspace.channel(workspace.current)?.kind === "dm" && !at("timeline").hidden;
  },
  openAt({ channel, ts }) {
    controls.fold();
    openMessage(str(channel), str(ts));
  },
  newDay() {
    dateAnew(document);
    timeline.regroup();
  },
});
const composer = new Composer(at("composer-area"), workspace, sendText);
const sidebar = new Sidebar(at("sidebar"), at("shade"), workspace, {
  onOpen: openChannel,
  onSwitch: (user) => socket.send({ type: "switch_user", user }),
});

const FRAMES = new Map(
  Object.entries({
    hello(frame) {
      liveAt(Number(frame.now));
      workspace.greet(frame);
      waiting.clear();
      modals.clear();
      home.put(null);
      composer.proposals = listOf(frame.proposals).map(str);
      at("house-banner").textContent = str(frame.banner);
      at("house-banner").hidden = !frame.banner;
      if (frame.controls === true) controls.start();
      openChannel(workspace.current);
      timeline.busy(true);
    },
    messages({ channel, messages }) {
      workspace.load(channel, messages);
      if (channel === workspace.current) {
        timeline.show();
        timeline.busy(false);
      }
      sidebar.show();
    },
    message({ channel, message }) {
      arrived(channel, message);
    },
    deleted({ channel, ts }) {
      workspace.remove(channel, ts);
      if (channel === workspace.current) timeline.remove(ts);
    },
    home: ({ view }) => home.put(view),
    modal: ({ view }) => modals.put(view),
    modal_closed: ({ view_id: viewId }) => modals.remove(viewId),
    modal_errors: ({ view_id: viewId, errors }) => modals.showErrors(viewId, errors),
    busy({ what, id, on }) {
      if (what === "view") modals.busy(id, on === true);
      else waiting.busy(what, str(id), on === true);
    },
    note({ channel, level, text }) {
      const inModal = channel === null && level === "error" && modals.trouble(str(text));
      if (!inModal) arrived(channel ?? workspace.current, noteOf(level, text));
    },
    bot(frame) {
      workspace.bot = {
        ...workspace.bot,
        connected: frame.connected === true,
        transport: frame.transport,
        revoked: frame.revoked === true,
      };
      sidebar.show();
      showBanners();
    },
  }),
);

function arrived(channel, message) {
  const isNew = workspace.put(channel, message);
  if (channel === workspace.current) timeline.upsert(message, isNew);
  else sidebar.show();
  if (isNew && channel === workspace.current)
    at("announcer").textContent = spoken(workspace, message);
}

let lastNote = 0;

/** A private line of the playground itself, placed by the page's clock. */
function noteOf(level, text) {
  lastNote += 1;
  const ts = `${(today().getTime() / 1000).toFixed(3)}${String(lastNote % 1000).padStart(3, "0")}`;
  return { ts, note: true, level, text: str(text), blocks: null };
}

function openChannel(id, tab = "messages") {
  const channel = workspace.channel(id);
  if (!channel) return;
  workspace.open(id);
  sidebar.show();
  showHeader(channel, tab);
  showBanners();
  composer.open(channel);
  timeline.show();
  showTab(tab);
  controls.guide.tellReading();
}

/** Only the conversation with the app has two: what it says, and its Home. */
function showTab(tab) {
  const isHome = tab === "home";
  at("timeline").hidden = isHome;
  at("composer-area").hidden = isHome;
  if (!isHome) {
    home.hide();
    return;
  }
  home.show();
  socket.send({ type: "open_home" });
}

function tabs(channel, chosen) {
  if (channel.kind !== "dm") return [];
  const tab = (name, words) =>
    el(
      "button",
      {
        type: "button",
        class: "tab",
        role: "tab",
        "aria-selected": String(name === chosen),
        on: { click: () => openChannel(channel.id, name) },
      },
      words,
    );
  const both = [tab("home", "Home"), tab("messages", "Messages")];
  return [el("div", { class: "tabs", role: "tablist", "aria-label": "Tabs of the app" }, both)];
}

function showHeader(channel, tab) {
  const name = `${channel.kind === "dm" ? "" : "#"}${channel.name}`;
  document.title = `${name} – ${str(workspace.team.name) || "Playground"}`;
  at("channel-header").replaceChildren(
    iconPress("menu", "Show channels", () => sidebar.drawer(true), {
      cls: "icon-button drawer-button",
    }),
    el("h2", { id: "channel-name", class: "channel-name" }, name),
    ...tabs(channel, tab),
    el("span", { class: "channel-topic" }, str(channel.topic)),
  );
}

let connected = null;

function connection(state) {
  connected = state === "open";
  showBanners();
}

function showBanners() {
  const spinner = el("span", { class: "spinner", "aria-hidden": "true" });
  const ails = ailment(workspace.bot);
  const banner =
    connected === false
      ? el("div", { class: "banner banner-lost" }, spinner, "Connection lost. Trying again…")
      : ails && el("div", { class: "banner banner-offline" }, icon("warning"), ails);
  at("banners").replaceChildren(...(banner ? [banner] : []));
}

/** What keeps the app from answering, or nothing. */
function ailment(bot) {
  const app = str(bot.name) || "The app";
  if (bot.connected === false)
    return `${app} is not connected. Commands and buttons will fail until it is.`;
  if (bot.revoked === true)
    return `${app}’s token is revoked: it can post nothing and open no window. It still hears commands and buttons.`;
  return "";
}

function sendText(text) {
  if (!socket.send({ type: "send", channel: workspace.current, text })) return false;
  waiting.sent(text);
  timeline.toEnd();
  return true;
}

function sendAction(frame, node) {
  if (!socket.send(frame)) return false;
  waiting.pressed(frame, node);
  return true;
}

function openMessage(channel, ts) {
  openChannel(channel);
  timeline.pointAt(ts);
}

followPermalinks(openMessage);
socket.connect();
