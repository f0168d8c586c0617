/** The control room beside the workspace, where the playground was started with one. */

import { liveAt } from "./dates.js";
import { el, freshId, listOf, str } from "./dom.js";
import { Guide } from "./guide.js";
import { icon } from "./icons.js";
import { Levers } from "./levers.js";
import { Story } from "./story.js";

const LOOK_MS = 1000;
const FAST_LOOK_MS = 250;
/** How long it is in sight what a press did. */
const SAID_MS = 6000;
/** From this speed on a second holds an hour or so. */
const FAST = 600;
const clock = new Intl.DateTimeFormat("en-GB", {
  weekday: "short",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
});
const TONES = new Map([
  ["good", "tone-good"],
  ["bad", "tone-bad"],
]);

export class Controls {
  /**
   * `page`: `type(text, where)` sends it in that channel, `openDm()` opens the talk with the app,
   * `readsDm()` tells whether it is open, `openAt(post)` shows a message, `newDay()` dates anew.
   */
  constructor(root, page) {
    this.root = root;
    this.page = page;
    this.started = false;
    this.last = 0;
    this.said = el("p", { class: "controls-said", role: "status" });
    this.numbers = el("dl", { class: "money", "aria-label": "Money" });
    this.time = el("span", { class: "clock-time" });
    this.trouble = el("p", { class: "controls-trouble", hidden: true });
    this.levers = new Levers((name, chosen) => this.pull(name, chosen));
    this.story = new Story();
    this.guide = new Guide({
      ...page,
      act: (what, step) => this.guided({ do: what, step }),
      copy: (text) => this.copy(text),
      leave: () => this.leave(),
    });
  }

  /** Once: a lost connection greets again. */
  async start() {
    if (this.started) return;
    this.started = true;
    const shown = await this.ask("GET", "?after=0");
    if (shown === null) {
      this.started = false;
      return;
    }
    this.root.setAttribute("aria-label", str(shown.title));
    this.levers.build(listOf(shown.levers), listOf(shown.fields), str(shown.pinned));
    this.build(shown);
    this.root.hidden = false;
    document.getElementById("app").classList.add("with-controls");
    this.show(shown);
    this.goOn(shown.speed);
  }

  goOn(speed) {
    const pause = Number(speed) >= FAST ? FAST_LOOK_MS : LOOK_MS;
    setTimeout(async () => this.goOn((await this.look()) ?? speed), pause);
  }

  build(shown) {
    const body = freshId("controls");
    const toggle = el(
      "button",
      {
        type: "button",
        class: "controls-toggle",
        "aria-expanded": "false",
        "aria-controls": body,
        on: { click: () => this.unfold(toggle) },
      },
      str(shown.title),
      icon("caret-down"),
    );
    this.toggle = toggle;
    const copies = listOf(shown.copies).map(({ label, text }) =>
      el(
        "button",
        { type: "button", class: "button small", on: { click: () => this.copy(str(text)) } },
        icon("copy"),
        str(label),
      ),
    );
    this.root.append(
      el("div", { class: "controls-head" }, this.numbers, toggle),
      el(
        "div",
        { class: "controls-body", id: body },
        el(
          "div",
          { class: "clock", role: "group", "aria-label": "Clock" },
          this.time,
          this.levers.pinned,
        ),
        this.trouble,
        this.said,
        this.tabs(),
        this.panels({
          guide: this.guide.root,
          levers: el("div", {}, this.levers.root, el("div", { class: "lever-row" }, copies)),
          story: this.story.root,
        }),
      ),
    );
    this.choose(this.guide.left || shown.guide === undefined ? "levers" : "guide");
  }

  tabs() {
    const names = { guide: "First minute", levers: "Break things", story: "Timeline" };
    this.tab = new Map(
      Object.entries(names).map(([name, words]) => [name, this.tabOf(name, words)]),
    );
    return el(
      "div",
      {
        class: "tabs controls-tabs",
        role: "tablist",
        "aria-label": "Control room",
        on: { keydown: (event) => this.step(event) },
      },
      [...this.tab.values()],
    );
  }

  tabOf(name, words) {
    return el(
      "button",
      {
        type: "button",
        class: "tab",
        role: "tab",
        id: `tab-${name}`,
        "aria-controls": `panel-${name}`,
        on: { click: () => this.choose(name) },
      },
      words,
    );
  }

  panels(roots) {
    this.panel = new Map(
      Object.entries(roots).map(([name, root]) => [
        name,
        el(
          "div",
          {
            class: "controls-panel",
            role: "tabpanel",
            id: `panel-${name}`,
            "aria-labelledby": `tab-${name}`,
            tabindex: "0",
          },
          root,
        ),
      ]),
    );
    return [...this.panel.values()];
  }

  choose(chosen) {
    for (const [name, tab] of this.tab) {
      tab.setAttribute("aria-selected", String(name === chosen));
      tab.tabIndex = name === chosen ? 0 : -1;
      this.panel.get(name).hidden = name !== chosen;
    }
  }

  /** To where nothing can be pulled: a second press of a double click goes there. */
  leave() {
    this.choose("story");
    this.tab.get("story").focus();
  }

  /** Arrow keys go from tab to tab. */
  step(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    const names = [...this.tab.keys()];
    const now = names.findIndex((name) => this.tab.get(name) === document.activeElement);
    const next = names[(now + step + names.length) % names.length];
    this.choose(next);
    this.tab.get(next).focus();
    event.preventDefault();
  }

  /** Where the page is narrow the room lies under the messages, folded but for the money. */
  unfold(toggle) {
    const open = this.root.classList.toggle("open");
    toggle.setAttribute("aria-expanded", String(open));
  }

  fold() {
    this.root.classList.remove("open");
    this.toggle?.setAttribute("aria-expanded", "false");
  }

  /** Returns the speed at which time runs there. */
  async look() {
    if (document.hidden) return null;
    const shown = await this.ask("GET", `?after=${this.last}`);
    if (shown !== null) this.show(shown);
    return shown?.speed ?? null;
  }

  show(shown) {
    if (liveAt(Number(shown.now))) this.page.newDay();
    this.time.textContent = clock.format(new Date(Number(shown.now) * 1000));
    this.numbers.replaceChildren(...listOf(shown.numbers).map(tile));
    this.trouble.textContent = shown.trouble ? `Broken now: ${str(shown.trouble)}` : "";
    this.trouble.hidden = !shown.trouble;
    this.levers.show(listOf(shown.levers), listOf(shown.fields));
    const story = listOf(shown.story).filter(({ number }) => number > this.last);
    this.last = Math.max(this.last, ...story.map(({ number }) => Number(number)));
    this.story.add(story);
    this.guide.show(listOf(shown.guide));
    this.tab.get("guide").textContent = this.guide.title;
  }

  async pull(name, chosen) {
    const answer = await this.ask("POST", `/${encodeURIComponent(name)}`, { chosen });
    this.tell(str(answer?.said) || "That did not work.");
    await this.look();
  }

  /** The step itself shows what becomes of it: that is only said. */
  async guided(chosen) {
    const answer = await this.ask("POST", "/guide", { chosen });
    if (answer?.said !== "") this.tell(str(answer?.said) || "That did not work.", answer === null);
    await this.look();
  }

  /** It goes out of sight after a while, and stays for who has it read aloud. */
  tell(words, inSight = true) {
    this.said.textContent = words;
    this.said.classList.toggle("hidden-visually", !inSight);
    clearTimeout(this.hiding);
    this.hiding = setTimeout(() => this.said.classList.add("hidden-visually"), SAID_MS);
  }

  async copy(text) {
    try {
      await navigator.clipboard.writeText(text);
      this.tell("Copied.");
    } catch {
      this.tell(text);
    }
  }

  async ask(method, path, body) {
    const token = new URLSearchParams(location.search).get("token") ?? "";
    try {
      const answer = await fetch(`/controls${path}`, {
        method,
        headers: { "X-Playground-Token": token },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      return answer.ok ? await answer.json() : null;
    } catch {
      return null;
    }
  }
}

function tile({ name, words, value, tone }) {
  return el(
    "div",
    { class: `money-tile ${TONES.get(tone) ?? ""}`, "data-number": str(name) },
    el("dt", {}, str(words)),
    el("dd", {}, str(value)),
  );
}
