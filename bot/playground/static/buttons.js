/** Buttons of every kind: plain, link, icon, feedback, and the overflow menu. */

import { el, freshId, listOf, safeUrl, str } from "./dom.js";
import { icon, iconPress } from "./icons.js";
import { openMenu } from "./menu.js";
import { plain } from "./text.js";

const TONES = new Map([
  ["primary", "primary"],
  ["danger", "danger"],
]);

export function button(element, block, ctx) {
  const address = element.url ? safeUrl(element.url) : null;
  const press = ({ currentTarget }) => {
    openAddress(element.url);
    ctx.press(block, element, pick(element, ["text", "value", "style"]), currentTarget);
  };
  const props = { class: `button ${TONES.get(element.style) ?? ""}`, title: address };
  return el(
    "button",
    { type: "button", ...props, ...marks(element, block), on: { click: press } },
    plain(element.text),
    address ? icon("new-window", "icon button-icon") : null,
  );
}

/** By these the focus finds its way back after a redraw. */
export function hooks(element, block) {
  return { "data-block": str(block.block_id), "data-action": str(element.action_id) };
}

/** The same, and the words for the ear. */
export function marks(element, block) {
  return { ...hooks(element, block), "aria-label": str(element.accessibility_label) || null };
}

function pick(element, names) {
  return Object.fromEntries(
    names.filter((name) => element[name] !== undefined).map((name) => [name, element[name]]),
  );
}

export function workflowButton(element, block) {
  const title = "Workflows do not run in the playground.";
  const props = { type: "button", class: "button", disabled: true, title };
  return el("button", { ...props, ...marks(element, block) }, plain(element.text));
}

export function iconButton(element, block, ctx) {
  const label = str(element.accessibility_label) || plain(element.text);
  const fields = pick(element, ["text", "icon", "value"]);
  const press = ({ currentTarget }) => ctx.press(block, element, fields, currentTarget);
  return iconPress(str(element.icon), label, press, hooks(element, block));
}

export function feedbackButtons(element, block, ctx) {
  const one = (part, sign) => {
    const label = str(part.accessibility_label) || plain(part.text);
    const fields = pick(part, ["text", "value"]);
    const press = ({ currentTarget }) => ctx.press(block, element, fields, currentTarget);
    return iconPress(sign, label, press, hooks(element, block));
  };
  return el(
    "span",
    { class: "feedback", role: "group", "aria-label": "Feedback" },
    one(element.positive_button ?? {}, "thumbs-up"),
    one(element.negative_button ?? {}, "thumbs-down"),
  );
}

export function overflow(element, block, ctx) {
  const label = str(element.accessibility_label) || "More actions";
  const press = ({ currentTarget }) => openOverflow(element, block, ctx, currentTarget);
  const menu = { "aria-haspopup": "menu", "aria-expanded": "false" };
  const props = { cls: "icon-button overflow", ...hooks(element, block), ...menu };
  return iconPress("dots", label, press, props);
}

function openOverflow(element, block, ctx, trigger) {
  const options = listOf(element.options).map((payload) => ({
    key: freshId("option"),
    label: plain(payload?.text),
    note: plain(payload?.description),
    payload,
  }));
  const onPick = ({ payload }) => {
    openAddress(payload.url);
    ctx.press(block, element, { selected_option: payload }, trigger);
  };
  openMenu(trigger, { label: "More actions", role: "menu", groups: [{ options }], onPick });
}

/** In a tab of its own, which cannot reach this one. */
function openAddress(address) {
  const safe = address ? safeUrl(address) : null;
  if (safe) window.open(safe, "_blank", "noopener,noreferrer");
}
