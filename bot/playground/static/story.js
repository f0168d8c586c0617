/** What happened on every side, a line each, the newest first. */

import { dateOf } from "./dates.js";
import { el, str } from "./dom.js";

const MOST = 600;
const KINDS = new Map([
  ["slack", "From Slack"],
  ["said", "To Slack"],
  ["asked", "Asked"],
  ["market", "Machines"],
  ["stored", "Stored"],
  ["you", "You"],
]);
const clock = new Intl.DateTimeFormat("en-GB", {
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});

export class Story {
  constructor() {
    this.hidden = new Set(["quiet"]);
    this.list = el("ol", { class: "story-list" });
    this.none = el("p", { class: "muted story-none" }, "Nothing yet. Type something.");
    this.root = el(
      "div",
      { class: "story" },
      el(
        "div",
        { class: "story-filters", role: "group", "aria-label": "What is shown" },
        [...KINDS].map(([kind, words]) => this.filter(kind, words)),
        this.filter("quiet", "Routine"),
      ),
      this.none,
      this.list,
    );
  }

  filter(kind, words) {
    return el(
      "button",
      {
        type: "button",
        class: `story-filter story-${kind}`,
        "aria-pressed": String(!this.hidden.has(kind)),
        on: { click: ({ currentTarget }) => this.flip(kind, currentTarget) },
      },
      words,
    );
  }

  flip(kind, button) {
    if (!this.hidden.delete(kind)) this.hidden.add(kind);
    button.setAttribute("aria-pressed", String(!this.hidden.has(kind)));
    for (const line of this.list.children) this.sift(line);
    this.tellNone();
  }

  sift(line) {
    const { kind, quiet } = line.dataset;
    line.hidden = this.hidden.has(kind) || (quiet !== undefined && this.hidden.has("quiet"));
  }

  /** Oldest first, as they come. */
  add(lines) {
    if (lines.length === 0) return;
    const nodes = lines.map((line) => draw(line)).reverse();
    for (const node of nodes) this.sift(node);
    this.list.prepend(...nodes);
    while (this.list.children.length > MOST) this.list.lastElementChild.remove();
    this.tellNone();
  }

  tellNone() {
    this.none.hidden = [...this.list.children].some((line) => !line.hidden);
  }
}

function draw({ at, kind, words, quiet, bad }) {
  const date = dateOf(at);
  return el(
    "li",
    {
      class: `story-line story-${KINDS.has(kind) ? kind : "you"}${bad === true ? " bad" : ""}`,
      "data-kind": str(kind),
      "data-quiet": quiet === true ? "" : null,
    },
    el("time", { class: "story-time" }, date ? clock.format(date) : ""),
    el("span", { class: "story-kind" }, KINDS.get(kind) ?? str(kind)),
    el("span", { class: "story-words" }, str(words)),
  );
}
