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
    datepicker: { type: "date", name: "A date", field: "selected_date", initial: "initial_date" },
    timepicker: { type: "time", name: "A time", field: "selected_time", initial: "initial_time" },
    datetimepicker: {
      type: "datetime-local",
      name: "A date and a time",
      field: "selected_date_time",
      initial: "initial_date_time",
      read: secondsOf,
      write: localOf,
    },
    rich_text_input: {
      type: "text",
      field: "rich_text_value",
      initial: "initial_value",
      read: richOf,
      write: wordsOf,
      lines: true,
    },
  }),
);

export const FIELD_TYPES = [...TYPED.keys()];

export function field(element, block, ctx) {
  const kind = TYPED.get(element.type);
  const start = ctx.startOf(block, element, { [kind.field]: element[kind.initial] ?? null });
  const many = element.multiline === true || kind.lines === true;
  const node = el(many ? "textarea" : "input", {
    class: "input",
    type: many ? null : kind.type,
    rows: many ? 4 : null,
    inputmode: kind.mode ?? null,
    placeholder: plain(element.placeholder) || null,
    autocomplete: "off",
    autofocus: element.focus_on_load === true,
    ...marks(element, block),
  });
  // In an input block its label names it; a picker elsewhere has no words of its own.
  if (block.type !== "input" && kind.name && !node.hasAttribute("aria-label"))
    node.setAttribute("aria-label", kind.name);
  const shown = start[kind.field];
  node.value = shown === null || shown === undefined ? "" : (kind.write ?? str)(shown);
  const value = () => ({
    [kind.field]: node.value === "" ? null : (kind.read ?? String)(node.value),
  });
  node.addEventListener("input", () => ctx.store(block, element, value()));
  const send = () => ctx.changed(block, element, value(), node);
  if (ctx.dispatches(block)) dispatching(node, kind.type, send, element);
  return node;
}

/** Text is sent on Enter or on each character, as its element says; a picker on each change. */
function dispatching(node, type, send, element) {
  if (["date", "time", "datetime-local"].includes(type)) {
    node.addEventListener("change", send);
    return;
  }
  const triggers = listOf(element.dispatch_action_config?.trigger_actions_on);
  if (triggers.includes("on_character_entered")) node.addEventListener("input", send);
  if (triggers.length > 0 && !triggers.includes("on_enter_pressed")) return;
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing || node.tagName !== "INPUT") return;
    event.preventDefault();
    send();
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
  return {
    type: "rich_text",
    elements: [{ type: "rich_text_section", elements: [{ type: "text", text }] }],
  };
}

function wordsOf(value) {
  return listOf(value?.elements)
    .flatMap((part) => listOf(part?.elements))
    .map((part) => str(part?.text))
    .join("");
}

export function radioButtons(element, block, ctx) {
  const initial = { selected_option: element.initial_option ?? null };
  const start = ctx.startOf(block, element, initial);
  return choices(element, block, ctx, {
    type: "radio",
    role: "radiogroup",
    chosen: (option) => start.selected_option?.value === option?.value,
    read: (ticked) => ({ selected_option: ticked[0] ?? null }),
  });
}

export function checkboxes(element, block, ctx) {
  const initial = { selected_options: listOf(element.initial_options) };
  const start = ctx.startOf(block, element, initial);
  return choices(element, block, ctx, {
    type: "checkbox",
    role: "group",
    chosen: (option) => listOf(start.selected_options).some((one) => one?.value === option?.value),
    read: (ticked) => ({ selected_options: ticked }),
  });
}

function choices(element, block, ctx, kind) {
  const name = freshId("choice");
  const choicesOf = listOf(element.options).map((option) => {
    const box = el("input", { type: kind.type, name, class: "tick", ...marks(element, block) });
    box.checked = kind.chosen(option);
    return { box, option };
  });
  const group = el(
    "div",
    { class: "choices", role: kind.role, "aria-label": str(element.accessibility_label) || null },
    choicesOf.map(({ box, option }) => choiceRow(box, option, ctx)),
  );
  const ticks = () => choicesOf.map(({ box }) => box.checked);
  const store = () => {
    const ticked = choicesOf.filter(({ box }) => box.checked).map(({ option }) => option);
    const value = kind.read(ticked);
    ctx.store(block, element, value);
    return value;
  };
  let before = ticks();
  group.addEventListener("change", async () => {
    const earlier = before;
    before = ticks();
    if ((await ctx.changed(block, element, store(), group)) !== false) return;
    choicesOf.forEach(({ box }, index) => (box.checked = earlier[index]));
    before = earlier;
    store();
  });
  return group;
}

function choiceRow(box, option, ctx) {
  const note = option?.description
    ? el("span", { class: "choice-note" }, textNode(option.description, ctx))
    : null;
  const words = el("span", {}, textNode(option?.text, ctx), note);
  return el("label", { class: "choice" }, box, words);
}

export function fileInput(element, block, ctx) {
  ctx.startOf(block, element, { files: [] });
  return el("p", { class: "muted" }, "Files cannot be uploaded in the playground.");
}
