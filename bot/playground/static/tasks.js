/** `task_card` and `plan`: steps of a longer job and how far each has come. */

import { el, link, listOf, str } from "./dom.js";
import { icon } from "./icons.js";
import { richText } from "./richtext.js";

const STATES = new Map([
  ["pending", { words: "waiting", sign: "minus" }],
  ["in_progress", { words: "in progress", sign: "refresh" }],
  ["complete", { words: "complete", sign: "check" }],
  ["error", { words: "failed", sign: "close" }],
]);

export function taskCard(block, ctx) {
  return el("div", { class: "task-alone" }, task(block, ctx));
}

export function plan(block, ctx) {
  const tasks = listOf(block.tasks);
  const done = tasks.filter((one) => one?.status === "complete").length;
  return el(
    "section",
    { class: "plan" },
    el(
      "div",
      { class: "plan-title" },
      str(block.title) || str(block.title?.text),
      el("span", { class: "muted" }, ` ${done} of ${tasks.length}`),
    ),
    el(
      "ol",
      { class: "plan-tasks" },
      tasks.map((one) => el("li", {}, task(one, ctx))),
    ),
  );
}

function task(block, ctx) {
  const status = STATES.has(block?.status) ? block.status : "pending";
  const { words, sign } = STATES.get(status);
  const inside = ["details", "output"]
    .filter((name) => block?.[name])
    .map((name) => el("div", { class: `task-${name}` }, richText(block[name], ctx)));
  const sources = listOf(block?.sources).map((source) =>
    link(str(source?.url), str(source?.text) || str(source?.url)),
  );
  return el(
    "div",
    { class: `task task-${status}` },
    el("span", { class: "task-sign" }, icon(sign)),
    el(
      "div",
      { class: "task-words" },
      el(
        "div",
        { class: "task-title" },
        str(block?.title),
        el("span", { class: "hidden-visually" }, ` (${words})`),
      ),
      ...inside,
      sources.length > 0 ? el("div", { class: "task-sources" }, sources) : null,
    ),
  );
}
