/**
 * Select menus, single and multiple, over given options or the workspace's people and channels.
 */

import { el, listOf, str } from "./dom.js";
import { marks } from "./buttons.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { plain } from "./text.js";

/** Where each kind keeps its choice in the state, where its start value stands, what it offers. */
const KINDS = new Map(
  Object.entries({
    static_select: { field: "selected_option", initial: "initial_option", groups: ownGroups },
    multi_static_select: {
      field: "selected_options",
      initial: "initial_options",
      groups: ownGroups,
    },
    external_select: {
      field: "selected_option",
      initial: "initial_option",
      groups: initialGroups,
    },
    multi_external_select: {
      field: "selected_options",
      initial: "initial_options",
      groups: initialGroups,
    },
    users_select: { field: "selected_user", initial: "initial_user", groups: people },
    multi_users_select: { field: "selected_users", initial: "initial_users", groups: people },
    conversations_select: {
      field: "selected_conversation",
      initial: "initial_conversation",
      groups: conversations,
    },
    multi_conversations_select: {
      field: "selected_conversations",
      initial: "initial_conversations",
      groups: conversations,
    },
    channels_select: { field: "selected_channel", initial: "initial_channel", groups: channels },
    multi_channels_select: {
      field: "selected_channels",
      initial: "initial_channels",
      groups: channels,
    },
  }),
);

export const SELECT_TYPES = [...KINDS.keys()];

export function select(element, block, ctx) {
  const kind = KINDS.get(element.type);
  const multi = element.type.startsWith("multi_");
  const groups = kind.groups(element, ctx);
  const options = groups.flatMap((group) => group.options);
  const initial = { [kind.field]: initialOf(element, kind, multi, ctx) };
  const value = ctx.startOf(block, element, initial)[kind.field];
  const trigger = el("button", {
    type: "button",
    class: "select",
    ...marks(element, block),
    "aria-haspopup": "listbox",
    "aria-expanded": "false",
  });
  const box = { element, block, ctx, kind, multi, groups, options, trigger, value };
  trigger.addEventListener("click", () => openSelect(box));
  show(box);
  return trigger;
}

function initialOf(element, kind, multi, ctx) {
  const given = element[kind.initial];
  if (multi) return listOf(given);
  if (given === undefined && element.default_to_current_conversation === true)
    return ctx.channel ?? null;
  return given ?? null;
}

function openSelect(box) {
  const { trigger, multi, element } = box;
  const before = box.value;
  openMenu(trigger, {
    label: labelOf(element),
    groups: box.groups,
    chosen: new Set(values(box).map(keyOf)),
    multi,
    empty: element.type.includes("external")
      ? "The options come from the app. The playground does not ask for them."
      : "No options.",
    searchable: box.options.length > 8,
    onPick: (option) => choose(box, option),
    onClose: () => {
      if (multi && JSON.stringify(before) !== JSON.stringify(box.value)) settle(box, before);
    },
  });
}

function choose(box, option) {
  const before = box.value;
  if (box.multi) {
    const others = box.value.filter((value) => keyOf(value) !== option.key);
    const isNew = others.length === box.value.length;
    if (isNew && others.length >= (box.element.max_selected_items ?? Infinity)) return;
    put(box, isNew ? [...others, option.payload] : others);
    return;
  }
  put(box, option.payload);
  if (keyOf(before) !== option.key) settle(box, before);
}

/** Sends the choice; one that is not confirmed is taken back. */
async function settle(box, before) {
  const { block, element, kind, trigger, value } = box;
  const sent = await box.ctx.changed(block, element, { [kind.field]: value }, trigger);
  if (sent === false) put(box, before);
}

function put(box, value) {
  box.value = value;
  box.ctx.store(box.block, box.element, { [box.kind.field]: value });
  show(box);
}

function show(box) {
  const words = values(box).map((value) => wordsOf(box, value));
  const label = labelOf(box.element);
  const content =
    words.length === 0
      ? el("span", { class: "select-text placeholder" }, label)
      : shownChoice(words, box.multi);
  box.trigger.replaceChildren(content, icon("caret-down", "icon select-caret"));
  if (box.element.accessibility_label) return;
  box.trigger.setAttribute("aria-label", [label, words.join(", ")].filter(Boolean).join(": "));
}

function shownChoice(words, multi) {
  if (!multi) return el("span", { class: "select-text" }, words[0]);
  const chips = words.map((word) => el("span", { class: "chip" }, word));
  return el("span", { class: "chips" }, chips);
}

function wordsOf({ options }, value) {
  const known = options.find((option) => option.key === keyOf(value));
  return known?.label ?? (plain(value?.text) || str(value));
}

function values(box) {
  if (box.multi) return listOf(box.value);
  return box.value === null || box.value === undefined ? [] : [box.value];
}

function labelOf(element) {
  return plain(element.placeholder) || "Choose an option";
}

/** Options are told apart by their value, people and channels by their id. */
function keyOf(value) {
  return typeof value === "object" && value !== null
    ? `option:${str(value.value)}`
    : `id:${str(value)}`;
}

function optionRow(payload) {
  return {
    key: keyOf(payload),
    label: plain(payload?.text),
    note: plain(payload?.description),
    payload,
  };
}

function ownGroups(element) {
  const grouped = listOf(element.option_groups);
  if (grouped.length === 0) return [{ options: listOf(element.options).map(optionRow) }];
  return grouped.map((group) => ({
    label: plain(group?.label),
    options: listOf(group?.options).map(optionRow),
  }));
}

/** The playground does not ask the app for options: it offers what the menu starts with. */
function initialGroups(element) {
  const initial =
    element.type === "external_select"
      ? [element.initial_option]
      : listOf(element.initial_options);
  return [{ options: initial.filter(Boolean).map(optionRow) }];
}

function people(element, ctx) {
  return [
    {
      options: ctx.workspace.users.map((user) => ({
        key: `id:${user.id}`,
        label: user.real_name || user.name,
        payload: user.id,
      })),
    },
  ];
}

function channels(element, ctx) {
  const open = ctx.workspace.channels.filter((channel) => channel.kind === "channel");
  return [
    {
      options: open.map((channel) => ({
        key: `id:${channel.id}`,
        label: `#${channel.name}`,
        payload: channel.id,
      })),
    },
  ];
}

function conversations(element, ctx) {
  const wanted = new Map([
    ["public", "channel"],
    ["private", "channel"],
    ["im", "dm"],
    ["mpim", "dm"],
  ]);
  const kinds = listOf(element.filter?.include).map((name) => wanted.get(name));
  const fitting = ctx.workspace.channels.filter(
    (channel) => kinds.length === 0 || kinds.includes(channel.kind),
  );
  const name = (channel) => (channel.kind === "dm" ? channel.name : `#${channel.name}`);
  return [
    {
      options: fitting.map((channel) => ({
        key: `id:${channel.id}`,
        label: name(channel),
        payload: channel.id,
      })),
    },
  ];
}
