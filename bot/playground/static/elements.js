/** Every element that may stand in a block, by its type. */

import { el, listOf, str } from "./dom.js";
import { button, feedbackButtons, iconButton, overflow, workflowButton } from "./buttons.js";
import { checkboxes, field, FIELD_TYPES, fileInput, radioButtons } from "./fields.js";
import { picture } from "./pictures.js";
import { select, SELECT_TYPES } from "./selects.js";

const ELEMENTS = new Map([
  ["button", button],
  ["workflow_button", workflowButton],
  ["icon_button", iconButton],
  ["feedback_buttons", feedbackButtons],
  ["overflow", overflow],
  ["radio_buttons", radioButtons],
  ["checkboxes", checkboxes],
  ["file_input", fileInput],
  ["image", (element) => picture(element, "accessory-image")],
  ...FIELD_TYPES.map((type) => [type, field]),
  ...SELECT_TYPES.map((type) => [type, select]),
]);

export function element(payload, block, ctx) {
  const make = ELEMENTS.get(payload?.type);
  if (make === undefined) return unknown(`element ${str(payload?.type) || "without a type"}`);
  return isFor(payload, ctx) ? make(payload, block, ctx) : el("span", { hidden: true });
}

/** `visible_to_user_ids` shows an element to those people only. */
function isFor(payload, ctx) {
  const allowed = listOf(payload.visible_to_user_ids);
  return allowed.length === 0 || allowed.includes(ctx.me);
}

/** What the page has no drawing for is named, never dropped. */
export function unknown(what) {
  return el("div", { class: "unknown" }, `The playground does not draw this: ${what}`);
}
