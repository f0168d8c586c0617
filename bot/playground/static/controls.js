/** The panel of levers beside the workspace, where the playground was started with one. */

import { liveAt } from "./dates.js";
import { el, listOf, str } from "./dom.js";

const LOOK_MS = 1000;
/** Below it the panel lies under the messages, closed at first. */
const WIDE_PX = 1100;
const TONES = new Map([
  ["good", "tone-good"],
  ["bad", "tone-bad"],
]);

export class Controls {
  constructor(root) {
    this.root = root;
    this.started = false;
    this.said = el("p", { class: "controls-said", role: "status" });
    this.lines = el("dl", { class: "controls-lines" });
    this.buttons = el("div", { class: "controls-buttons" });
  }

  /** Once: a lost connection greets again. */
  async start() {
    if (this.started) return;
    this.started = true;
    const shown = await this.ask("GET", "");
    if (shown === null) return;
    this.root.append(
      el(
        "details",
        { open: innerWidth > WIDE_PX },
        el("summary", { class: "controls-title" }, "Break things"),
        shown.note ? el("p", { class: "controls-note" }, str(shown.note)) : null,
        this.lines,
        this.said,
        this.buttons,
      ),
    );
    this.buttons.replaceChildren(...this.groups(listOf(shown.buttons)), ...this.copies(shown));
    this.root.hidden = false;
    document.getElementById("app").classList.add("with-controls");
    this.show(shown);
    setInterval(() => this.look(), LOOK_MS);
  }

  async look() {
    if (document.hidden) return;
    const shown = await this.ask("GET", "");
    if (shown !== null) this.show(shown);
  }

  show({ lines, buttons, now }) {
    liveAt(Number(now));
    const time = new Date(Number(now) * 1000).toLocaleTimeString();
    const clock = { words: "Time there", value: time };
    this.lines.replaceChildren(...[...listOf(lines), clock].flatMap(line));
    for (const { name, on } of listOf(buttons)) {
      const button = this.buttons.querySelector(`[data-lever="${CSS.escape(str(name))}"]`);
      if (on !== undefined) button?.setAttribute("aria-pressed", String(on === true));
    }
  }

  /** Buttons under the name that they have in common, two in a row. */
  groups(buttons) {
    const names = [...new Set(buttons.map(({ group }) => str(group)))];
    return names.map((name) => {
      const own = buttons.filter(({ group }) => str(group) === name);
      const title = name ? el("h3", { class: "controls-group" }, name) : null;
      const props = { class: "controls-row", role: "group", "aria-label": name || null };
      return el("div", props, title, ...own.map((one) => this.button(one)));
    });
  }

  copies({ copies }) {
    return listOf(copies).map(({ label, text }) => {
      const copy = async () => {
        try {
          await navigator.clipboard.writeText(str(text));
          this.said.textContent = "Copied.";
        } catch {
          this.said.textContent = str(text);
        }
      };
      return el("button", { type: "button", class: "button", on: { click: copy } }, str(label));
    });
  }

  button({ name, label }) {
    const press = async ({ currentTarget }) => {
      currentTarget.disabled = true;
      const answer = await this.ask("POST", `/${encodeURIComponent(str(name))}`);
      currentTarget.disabled = false;
      this.said.textContent = str(answer?.said) || "That did not work.";
      await this.look();
    };
    const props = { type: "button", class: "button", "data-lever": str(name) };
    return el("button", { ...props, on: { click: press } }, str(label));
  }

  async ask(method, path) {
    const token = new URLSearchParams(location.search).get("token") ?? "";
    try {
      const answer = await fetch(`/controls${path}`, {
        method,
        headers: { "X-Playground-Token": token },
      });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}

function line({ words, value, tone }) {
  return [
    el("dt", {}, str(words)),
    el("dd", { class: TONES.get(tone) ?? null }, str(value)),
  ];
}
