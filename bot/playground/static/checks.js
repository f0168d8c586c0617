/** What the client itself refuses before a modal is submitted, as Slack's does. */

import { listOf, str } from "./dom.js";

/** `{block_id: sentence}` for each input block whose value will not do. */
export function problemsOf(blocks, form) {
  const errors = Object.create(null);
  for (const block of inputsOf(blocks)) {
    const problem = problemOf(block, form.get(block.block_id, block.element?.action_id));
    if (problem !== null) errors[str(block.block_id)] = problem;
  }
  return errors;
}

function inputsOf(blocks) {
  return listOf(blocks).flatMap((block) => {
    if (block?.type === "input") return [block];
    return block?.type === "container" ? inputsOf(block.child_blocks) : [];
  });
}

function problemOf(block, entered) {
  const { type, value = null } = meaning(entered);
  if (type === undefined) return null;
  if (isEmpty(value)) return block.optional === true ? null : "Please complete this required field.";
  return CHECKS.get(type)?.(value, block.element) ?? null;
}

function meaning(entered) {
  if (entered === undefined) return {};
  const { type, ...fields } = entered;
  return { type, value: Object.values(fields)[0] };
}

function isEmpty(value) {
  return value === null || value === "" || (Array.isArray(value) && value.length === 0);
}

const CHECKS = new Map([
  ["plain_text_input", length],
  ["number_input", number],
  ["email_text_input", (value) => (/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(value) ? null : "Enter a valid email address.")],
  ["url_text_input", (value) => (URL.canParse(value) ? null : "Enter a valid URL, with https:// in front.")],
]);

function length(value, element) {
  const count = [...value].length;
  if (count < (element.min_length ?? 0)) return `Enter at least ${element.min_length} characters.`;
  if (count > (element.max_length ?? 3000)) return `Enter at most ${element.max_length ?? 3000} characters.`;
  return null;
}

function number(value, element) {
  const pattern = element.is_decimal_allowed === true ? /^-?\d*\.?\d+$/ : /^-?\d+$/;
  if (!pattern.test(value.trim())) return element.is_decimal_allowed === true ? "Enter a number." : "Enter a whole number.";
  if (element.min_value !== undefined && Number(value) < Number(element.min_value)) return `Enter ${element.min_value} or more.`;
  if (element.max_value !== undefined && Number(value) > Number(element.max_value)) return `Enter ${element.max_value} or less.`;
  return null;
}
