/** What can be done to the other side: buttons in groups, some with a menu of what they act on. */

import { el, freshId, listOf, str } from "./dom.js";

export class Levers {
  /** `onPull(name, chosen)` returns when it has been done. */
  constructor(onPull) {
    this.onPull = onPull;
    this.root = el("div", { class: "levers" });
    /** The section that stands apart, always in sight. */
    this.pinned = el("div", { class: "lever-row" });
    this.buttons = new Map();
    this.menus = new Map();
  }

  build(levers, fields, pinned) {
    for (const field of fields) this.menus.set(str(field.name), menu(field));
    const sections = [...new Set(levers.map(({ section }) => str(section)))];
    for (const section of sections) {
      const own = levers.filter((lever) => str(lever.section) === section);
      if (section === pinned) this.pinned.append(...own.map((lever) => this.button(lever)));
      else this.root.append(this.section(section, own));
    }
  }

  section(name, levers) {
    const groups = [...new Set(levers.map(({ group }) => str(group)))];
    return el(
      "section",
      { class: "lever-section" },
      name ? el("h3", { class: "lever-title" }, name) : null,
      groups.map((group) =>
        this.group(
          group,
          levers.filter((lever) => str(lever.group) === group),
        ),
      ),
    );
  }

  group(name, levers) {
    const field = this.menus.get(str(levers[0]?.field));
    return el(
      "div",
      { class: "lever-group", role: name ? "group" : null, "aria-label": name || null },
      name ? el("h4", { class: "lever-name" }, name) : null,
      field ?? null,
      el(
        "div",
        { class: "lever-row" },
        levers.map((lever) => this.button(lever)),
      ),
    );
  }

  button({ name, label }) {
    const button = el(
      "button",
      {
        type: "button",
        class: "button lever",
        "data-lever": str(name),
        on: { click: () => this.pull(str(name)) },
      },
      str(label),
    );
    this.buttons.set(str(name), button);
    return button;
  }

  async pull(name) {
    const button = this.buttons.get(name);
    if (!button || button.disabled) return;
    button.disabled = true;
    await this.onPull(name, this.chosen());
    button.disabled = false;
  }

  chosen() {
    return Object.fromEntries(
      [...this.menus].map(([name, field]) => [name, field.querySelector("select").value]),
    );
  }

  /** Which levers are on, and the words in the menus, which tell of prices. */
  show(levers, fields) {
    for (const { name, on } of levers) {
      if (typeof on === "boolean")
        this.buttons.get(str(name))?.setAttribute("aria-pressed", String(on));
    }
    for (const { name, options } of fields) {
      const select = this.menus.get(str(name))?.querySelector("select");
      if (!select || select === document.activeElement) continue;
      fillMenu(select, listOf(options));
    }
  }
}

function menu({ label, options }) {
  const id = freshId("field");
  const select = el("select", { class: "lever-menu", id });
  fillMenu(select, listOf(options));
  return el(
    "div",
    { class: "lever-field" },
    el("label", { class: "hidden-visually", for: id }, str(label)),
    select,
  );
}

/** In the order of the options; what was chosen stays, also when it is not there for a moment. */
function fillMenu(select, options) {
  const known = new Map([...select.options].map((option) => [option.value, option]));
  let before = null;
  for (const { value, label } of options) {
    const option = known.get(str(value)) ?? el("option", { value: str(value) });
    if (option.textContent !== str(label)) option.textContent = str(label);
    if (!known.has(str(value)))
      select.insertBefore(option, before ? before.nextSibling : select.firstChild);
    before = option;
  }
}
