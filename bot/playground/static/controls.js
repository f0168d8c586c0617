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
    const note = "Nothing here is real. See the promises kept.";
    this.root.append(
      el(
        "details",
        { open: innerWidth > WIDE_PX },
        el("summary", { class: "controls-title" }, "Break things"),
        el("p", { class: "controls-note" }, note),
        this.lines,
        this.said,
        this.buttons,
      ),
    );
    this.buttons.replaceChildren(...listOf(shown.buttons).map((one) => this.button(one)));
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

  show({ lines, now, speed }) {
    liveAt(Number(now));
    const time = new Date(Number(now) * 1000).toLocaleString();
    const clock = { words: "Time there", value: `${time} (×${str(speed)})` };
    this.lines.replaceChildren(...[...listOf(lines), clock].flatMap(line));
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
