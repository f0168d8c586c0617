/** The first minute: one step at a time. It can be left, resumed, and any step skipped. */

import { el, str } from "./dom.js";
import { icon } from "./icons.js";

const KEPT = "playground-first-minute";

export class Guide {
  /** `does`: `type(text)`, `pull(lever, choose)`, `copy(text)`, `openDm()`, `leave()`. */
  constructor(does) {
    this.does = does;
    this.root = el("div", { class: "guide" });
    this.steps = [];
    this.drawn = "";
    const { past, left } = kept();
    /** Keys of steps that were skipped, or done where only the page can see it. */
    this.past = new Set(past);
    this.left = left;
  }

  get title() {
    const done = this.steps.filter((step) => this.isDone(step)).length;
    return `First minute ${done}/${this.steps.length}`;
  }

  isDone(step) {
    return step.done === true || this.past.has(step.key);
  }

  get current() {
    return this.steps.find((step) => !this.isDone(step));
  }

  show(steps) {
    this.steps = steps;
    const drawn = JSON.stringify([this.steps, [...this.past]]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = this.root.contains(document.activeElement);
    const current = this.current;
    this.root.replaceChildren(
      el("p", { class: "muted" }, "Step by step, with nothing at stake."),
      el(
        "ol",
        { class: "guide-steps" },
        this.steps.map((step) => this.step(step, step === current)),
      ),
      el(
        "div",
        { class: "lever-row" },
        current
          ? this.button("Leave it for now", () => this.leave())
          : el("p", { class: "guide-end" }, "That was it. Now break things on purpose."),
        this.past.size > 0 ? this.button("Start over", () => this.restart()) : null,
      ),
    );
    if (focused) this.root.querySelector(".guide-step.current button")?.focus();
  }

  step(step, isCurrent) {
    const done = this.isDone(step);
    const sign = done ? icon("check") : String(this.steps.indexOf(step) + 1);
    return el(
      "li",
      {
        class: `guide-step${isCurrent ? " current" : ""}${done ? " done" : ""}`,
        "aria-current": isCurrent ? "step" : null,
      },
      el("span", { class: "guide-sign", "aria-hidden": "true" }, sign),
      el(
        "div",
        { class: "guide-words" },
        el(
          "h3",
          {},
          str(step.title),
          done ? el("span", { class: "hidden-visually" }, ", done") : null,
        ),
        isCurrent ? el("p", {}, str(step.words)) : null,
        isCurrent ? el("div", { class: "guide-row" }, this.actions(step)) : null,
      ),
    );
  }

  actions(step) {
    const { does } = this;
    const offers = [
      [step.type, "Type it for me", () => does.type(str(step.type))],
      [step.lever, "Do it", () => does.pull(str(step.lever), str(step.choose))],
      [step.copy, "Copy a public key", () => does.copy(str(step.copy))],
      [step.opens, "Open it", () => does.openDm()],
    ];
    return [
      ...offers
        .filter(([given]) => str(given) !== "")
        .map(([, words, act]) => this.button(words, act, "primary")),
      this.button("Skip", () => this.pass(step)),
    ];
  }

  button(words, act, cls = "") {
    return el(
      "button",
      { type: "button", class: `button small ${cls}`, on: { click: act } },
      words,
    );
  }

  /** The talk with the app was opened: for one step that is all there is to do. */
  openedDm() {
    if (this.current?.opens === "dm") this.pass(this.current);
  }

  pass(step) {
    this.past.add(step.key);
    this.keep();
    this.show(this.steps);
  }

  leave() {
    this.left = true;
    this.keep();
    this.does.leave();
  }

  restart() {
    this.past.clear();
    this.left = false;
    this.keep();
    this.show(this.steps);
  }

  keep() {
    try {
      localStorage.setItem(KEPT, JSON.stringify({ past: [...this.past], left: this.left }));
    } catch {
      // It is only forgotten at the next visit.
    }
  }
}

function kept() {
  try {
    const { past, left } = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return { past: Array.isArray(past) ? past.map(str) : [], left: left === true };
  } catch {
    return { past: [], left: false };
  }
}
