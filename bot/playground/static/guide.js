/**
 * The first minute: one step at a time. It can be left, resumed, begun again, and any step skipped.
 * The other side knows how far it has come; here it is only drawn.
 */

import { el, str } from "./dom.js";
import { icon } from "./icons.js";

const KEPT = "playground-first-minute";
/** Within that time the same press again is the same press: nobody can have seen what it did. */
const SAME_PRESS_MS = 1000;

export class Guide {
  /**
   * `does`: `type(text, where)`, `act(what, step)`, `copy(text)`, `openDm()`, `openAt(post)`,
   * `readsDm()`: whether the talk with the app is in sight, and `leave()`.
   */
  constructor(does) {
    this.does = does;
    this.root = el("div", { class: "guide" });
    this.steps = [];
    this.drawn = "";
    this.pressed = new Set();
    this.left = wasLeft();
  }

  get title() {
    const done = this.steps.filter((step) => step.done === true).length;
    return `First minute ${done}/${this.steps.length}`;
  }

  get current() {
    return this.steps.find((step) => step.done !== true);
  }

  show(steps) {
    this.steps = steps;
    this.tellReading();
    const drawn = JSON.stringify(this.steps);
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
        this.steps.some((step) => step.done === true)
          ? this.button("Start over", () => this.restart())
          : null,
      ),
    );
    if (focused) this.root.querySelector(".guide-step.current button, button")?.focus();
  }

  step(step, isCurrent) {
    const done = step.done === true;
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
        isCurrent ? this.details(step) : null,
      ),
    );
  }

  details(step) {
    const [doing, trouble] = [str(step.doing), str(step.trouble)];
    return [
      el("p", {}, str(step.words)),
      doing
        ? el("p", { class: "guide-doing" }, el("span", { class: "spinner", "aria-hidden": "true" }), doing)
        : null,
      trouble ? el("p", { class: "guide-trouble" }, trouble) : null,
      el("div", { class: "guide-row" }, this.actions(step)),
    ];
  }

  actions(step) {
    const { does } = this;
    const offers = [
      [str(step.type), "Type it for me", () => does.type(str(step.type), str(step.where))],
      [step.does === true && !str(step.doing), "Do it", () => does.act("it", str(step.key))],
      [str(step.copy), "Copy a public key", () => does.copy(str(step.copy))],
      [str(step.opens) === "dm", "Open it", () => does.openDm()],
      [step.at, "Open it", () => does.openAt(step.at)],
    ];
    return [
      ...offers
        .filter(([given]) => given)
        .map(([, words, act]) => this.button(words, act, { cls: "primary", of: str(step.key) })),
      this.button("Skip", () => does.act("skip", str(step.key)), { of: str(step.key) }),
    ];
  }

  button(words, act, { cls = "", of = "" } = {}) {
    const click = () => this.once(`${of} ${words}`, act);
    return el("button", { type: "button", class: `button small ${cls}`, on: { click } }, words);
  }

  /** The button may have been drawn anew meanwhile; it is known by its words and its step. */
  async once(press, act) {
    if (this.pressed.has(press)) return;
    this.pressed.add(press);
    await Promise.all([act(), new Promise((over) => setTimeout(over, SAME_PRESS_MS))]);
    this.pressed.delete(press);
  }

  /** One step is done by reading the talk with the app, which only the page knows of. */
  tellReading() {
    if (this.current?.opens === "dm" && this.does.readsDm())
      this.does.act("read", str(this.current.key));
  }

  leave() {
    this.keep(true);
    this.does.leave();
  }

  restart() {
    this.keep(false);
    this.does.act("restart", "");
  }

  keep(left) {
    this.left = left;
    try {
      localStorage.setItem(KEPT, left ? "left" : "");
    } catch {
      // It is only forgotten at the next visit.
    }
  }
}

function wasLeft() {
  try {
    return localStorage.getItem(KEPT) === "left";
  } catch {
    return false;
  }
}
