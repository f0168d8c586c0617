/** Buttons of every kind: plain, link, icon, feedback, and the overflow menu. */

import { el, freshId, listOf, safeUrl, str } from "./dom.js";
import { icon } from "./icons.js";
import { openMenu } from "./menu.js";
import { plain } from "./text.js";

const TONES = new Map([["primary", "primary"], ["danger", "danger"]]);

export function button(element, block, ctx) {
  const address = element.url ? safeUrl(element.url) : null;
  return el(
    "button",
    {
      type: "button",
      class: `button ${TONES.get(element.style) ?? ""}`,
      ...marks(element, block),
      title: address,
      on: { click: (event) => pressButton(element, block, ctx, address, event.currentTarget) },
    },
    plain(element.text),
    address ? icon("new-window", "icon button-icon") : null,
  );
}

/** The hooks by which focus finds its way back after a redraw, and the words for the ear. */
export function marks(element, block) {
  return {
    "data-block": str(block.block_id),
    "data-action": str(element.action_id),
    "aria-label": str(element.accessibility_label) || null,
  };
}

function pressButton(element, block, ctx, address, node) {
  if (address) window.open(address, "_blank", "noopener,noreferrer");
  ctx.press(block, element, pick(element, ["text", "value", "style"]), node);
}

function pick(element, names) {
  return Object.fromEntries(names.filter((name) => element[name] !== undefined).map((name) => [name, element[name]]));
}

export function workflowButton(element, block) {
  const title = "Workflows do not run in the playground.";
  return el("button", { type: "button", class: "button", disabled: true, title, ...marks(element, block) }, plain(element.text));
}

export function iconButton(element, block, ctx) {
  const label = str(element.accessibility_label) || plain(element.text);
  const press = (event) => ctx.press(block, element, pick(element, ["text", "icon", "value"]), event.currentTarget);
  const props = { ...marks(element, block), "aria-label": label, title: plain(element.text), on: { click: press } };
  return el("button", { type: "button", class: "icon-button", ...props }, icon(str(element.icon)));
}

export function feedbackButtons(element, block, ctx) {
  const one = (side, sign) => {
    const part = element[side] ?? {};
    const label = str(part.accessibility_label) || plain(part.text);
    const press = (event) => ctx.press(block, element, pick(part, ["text", "value"]), event.currentTarget);
    const props = { ...marks(element, block), "aria-label": label, title: plain(part.text), on: { click: press } };
    return el("button", { type: "button", class: "icon-button", ...props }, icon(sign));
  };
  return el("span", { class: "feedback", role: "group", "aria-label": "Feedback" }, one("positive_button", "thumbs-up"), one("negative_button", "thumbs-down"));
}

export function overflow(element, block, ctx) {
  const options = listOf(element.options).map((payload) => ({
    key: freshId("option"), label: plain(payload?.text), note: plain(payload?.description), payload,
  }));
  const trigger = el(
    "button",
    {
      type: "button", class: "icon-button overflow", ...marks(element, block), "aria-haspopup": "menu", "aria-expanded": "false",
      on: { click: () => openMenu(trigger, { label: "More actions", role: "menu", groups: [{ options }], onPick: choose }) },
    },
    icon("dots"),
  );
  if (!trigger.hasAttribute("aria-label")) trigger.setAttribute("aria-label", "More actions");
  const choose = (option) => {
    const address = option.payload.url ? safeUrl(option.payload.url) : null;
    if (address) window.open(address, "_blank", "noopener,noreferrer");
    ctx.press(block, element, { selected_option: option.payload }, trigger);
  };
  return trigger;
}
