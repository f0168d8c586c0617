/** Fields that are typed into or ticked: text, numbers, dates, radio buttons, checkboxes. */

import { el, freshId, listOf, str } from "./dom.js";
import { marks } from "./buttons.js";
import { plain, textNode } from "./text.js";

/** How each kind maps to an <input>: its type, its field in the state, and the text ↔ value ways. */
const TYPED = new Map(
  Object.entries({
    plain_text_input: { type: "text", field: "value", initial: "initial_value" },
    number_input: { type: "text", field: "value", initial: "initial_value", mode: "decimal" },
    email_text_input: { type: "email", field: "value", initial: "initial_value" },
    url_text_input: { type: "url", field: "value", initial: "initial_value" },
    datepicker: { type: "date", field: "selected_date", initial: "initial_date" },
    timepicker: { type: "time", field: "selected_time", initial: "initial_time" },
    datetimepicker: { type: "datetime-local", field: "selected_date_time", initial: "initial_date_time", read: secondsOf, write: localOf },
    rich_text_input: { type: "text", field: "rich_text_value", initial: "initial_value", read: richOf, write: wordsOf, lines: true },
  }),
);

export const FIELD_TYPES = [...TYPED.keys()];

export function field(element, block, ctx) {
  const kind = TYPED.get(element.type);
  const initial = element[kind.initial] ?? null;
  const start = ctx.form.start(block.block_id, element, { [kind.field]: initial }, ctx.stickiness);
  const many = element.multiline === true || kind.lines === true;
  const node = el(many ? "textarea" : "input", {
    class: "input", type: many ? null : kind.type, rows: many ? 4 : null, inputmode: kind.mode ?? null,
    placeholder: plain(element.placeholder) || null, autocomplete: "off", autofocus: element.focus_on_load === true,
    ...marks(element, block),
  });
  const shown = start[kind.field];
  node.value = shown === null || shown === undefined ? "" : (kind.write ?? str)(shown);
  const value = () => (node.value === "" ? null : (kind.read ?? String)(node.value));
  const store = () => ctx.form.set(block.block_id, element.action_id, { type: element.type, [kind.field]: value() });
  node.addEventListener("input", store);
  dispatching(node, kind.type, () => ctx.changed(block, element, { [kind.field]: value() }, node), element);
  return node;
}

/** Text asks to be sent on Enter or on each character, as its block says; a picker on each change. */
function dispatching(node, type, send, element) {
  if (["date", "time", "datetime-local"].includes(type)) {
    node.addEventListener("change", send);
    return;
  }
  const triggers = listOf(element.dispatch_action_config?.trigger_actions_on);
  if (triggers.includes("on_character_entered")) node.addEventListener("input", send);
  if (triggers.length > 0 && !triggers.includes("on_enter_pressed")) return;
  node.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing && node.tagName === "INPUT") send();
  });
}

function secondsOf(text) {
  return Math.trunc(new Date(text).getTime() / 1000);
}

function localOf(seconds) {
  const date = new Date(Number(seconds) * 1000);
  if (Number.isNaN(date.getTime())) return "";
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

function richOf(text) {
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }] };
}

function wordsOf(value) {
  return listOf(value?.elements).flatMap((part) => listOf(part?.elements)).map((part) => str(part?.text)).join("");
}

export function radioButtons(element, block, ctx) {
  const start = ctx.form.start(block.block_id, element, { selected_option: element.initial_option ?? null }, ctx.stickiness);
  return choices(element, block, ctx, {
    type: "radio",
    role: "radiogroup",
    chosen: (option) => start.selected_option?.value === option?.value,
    read: (ticked) => ({ selected_option: ticked[0] ?? null }),
  });
}

export function checkboxes(element, block, ctx) {
  const start = ctx.form.start(block.block_id, element, { selected_options: listOf(element.initial_options) }, ctx.stickiness);
  return choices(element, block, ctx, {
    type: "checkbox",
    role: "group",
    chosen: (option) => listOf(start.selected_options).some((one) => one?.value === option?.value),
    read: (ticked) => ({ selected_options: ticked }),
  });
}

function choices(element, block, ctx, kind) {
  const name = freshId("choice");
  const boxes = [];
  const rows = listOf(element.options).map((option) => {
    const box = el("input", { type: kind.type, name, class: "tick", "data-block": str(block.block_id), "data-action": str(element.action_id) });
    box.checked = kind.chosen(option);
    boxes.push({ box, option });
    const note = option?.description ? el("span", { class: "choice-note" }, textNode(option.description, ctx)) : null;
    return el("label", { class: "choice" }, box, el("span", {}, textNode(option?.text, ctx), note));
  });
  const group = el("div", { class: "choices", role: kind.role, "aria-label": str(element.accessibility_label) || null }, rows);
  let before = boxes.map(({ box }) => box.checked);
  group.addEventListener("change", async () => {
    const earlier = before;
    const store = () => {
      const value = kind.read(boxes.filter(({ box }) => box.checked).map(({ option }) => option));
      ctx.form.set(block.block_id, element.action_id, { type: element.type, ...value });
      before = boxes.map(({ box }) => box.checked);
      return value;
    };
    if ((await ctx.changed(block, element, store(), group)) !== false) return;
    boxes.forEach(({ box }, index) => (box.checked = earlier[index]));
    store();
  });
  return group;
}

export function fileInput(element, block, ctx) {
  ctx.form.start(block.block_id, element, { files: [] }, ctx.stickiness);
  return el("p", { class: "muted" }, "Files cannot be uploaded in the playground.");
}
