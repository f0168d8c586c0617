/**
 * The pop-up list behind every select and overflow menu: groups, search, one or many choices.
 * It lies in the top layer; inside a dialog it is a child of the dialog, which would else make it
 * inert.
 */

import { el, freshId } from "./dom.js";
import { icon } from "./icons.js";

let open = null;

/**
 * `groups`: [{label, options: [{key, label, note, icon}]}]. `chosen`: set of keys.
 * `empty` is said where there is no option. `onPick(option)` once per choice; `onClose()` after
 * the list is gone.
 */
export function openMenu(anchor, spec) {
  closeMenu();
  open = new Menu(anchor, spec);
  return open;
}

export function closeMenu() {
  open?.close();
}

/** A message that is replaced takes the menu that hangs on it along. */
export function closeMenuWithin(node) {
  if (open && node.contains(open.anchor)) open.close();
}

class Menu {
  constructor(anchor, spec) {
    this.anchor = anchor;
    this.spec = spec;
    this.chosen = new Set(spec.chosen ?? []);
    this.active = -1;
    this.rows = [];
    this.listId = freshId("menu");
    this.role =
      spec.role === "menu"
        ? { list: "menu", row: "menuitem" }
        : { list: "listbox", row: "option" };
    this.build();
    this.place();
    this.draw("");
    this.outside = (event) => {
      if (!this.root.contains(event.target) && !anchor.contains(event.target)) this.close();
    };
    document.addEventListener("pointerdown", this.outside, true);
    (this.filter ?? this.list).focus();
  }

  build() {
    const { label, multi, searchable } = this.spec;
    this.list = el("div", {
      class: "menu-list",
      id: this.listId,
      role: this.role.list,
      tabindex: "-1",
      "aria-label": label,
      "aria-multiselectable": multi ? "true" : null,
    });
    this.filter = searchable ? this.buildFilter(label) : null;
    const keydown = (event) => this.key(event);
    const props = { class: "menu", popover: "manual", on: { keydown } };
    this.root = el("div", props, this.filter, this.list);
    (this.anchor.closest("dialog") ?? document.body).append(this.root);
    this.root.showPopover();
    this.anchor.setAttribute("aria-expanded", "true");
  }

  buildFilter(label) {
    return el("input", {
      class: "menu-filter",
      type: "text",
      role: "combobox",
      "aria-expanded": "true",
      "aria-controls": this.listId,
      "aria-label": `Search: ${label}`,
      placeholder: "Search",
      autocomplete: "off",
      spellcheck: "false",
      on: { input: () => this.draw(this.filter.value) },
    });
  }

  place() {
    const box = this.anchor.getBoundingClientRect();
    const width = Math.min(Math.max(box.width, 220), 480, innerWidth - 16);
    const left = Math.max(8, Math.min(box.left, innerWidth - width - 8));
    const below = innerHeight - box.bottom - 12;
    const style = this.root.style;
    style.width = `${width}px`;
    style.left = `${left}px`;
    if (below >= 220 || below >= box.top) {
      style.top = `${box.bottom + 4}px`;
      style.maxHeight = `${Math.max(below, 120)}px`;
    } else {
      style.bottom = `${innerHeight - box.top + 4}px`;
      style.maxHeight = `${Math.max(box.top - 12, 120)}px`;
    }
  }

  draw(search) {
    const wanted = search.trim().toLowerCase();
    this.rows = [];
    const parts = this.spec.groups.flatMap((group) => this.group(group, wanted));
    this.list.replaceChildren(
      ...(parts.length > 0
        ? parts
        : [el("div", { class: "menu-empty" }, this.spec.empty ?? "Nothing matches.")]),
    );
    const chosen = this.rows.findIndex((row) => this.chosen.has(row.option.key));
    this.activate(Math.max(chosen, 0));
  }

  group(group, wanted) {
    const options = group.options.filter((option) => option.label.toLowerCase().includes(wanted));
    if (options.length === 0) return [];
    const rows = options.map((option) => this.row(option));
    if (!group.label) return rows;
    const id = freshId("group");
    return [
      el(
        "div",
        { role: "group", "aria-labelledby": id },
        el("div", { class: "menu-group", id }, group.label),
        ...rows,
      ),
    ];
  }

  row(option) {
    const index = this.rows.length;
    const node = el(
      "div",
      {
        class: "menu-row",
        id: freshId("row"),
        role: this.role.row,
        "aria-selected": this.role.row === "option" ? String(this.chosen.has(option.key)) : null,
        on: {
          click: () => this.pick(index),
          pointermove: () => this.activate(index, { scroll: false }),
        },
      },
      option.icon ?? null,
      el(
        "span",
        { class: "menu-words" },
        el("span", { class: "menu-label" }, option.label),
        option.note ? el("span", { class: "menu-note" }, option.note) : null,
      ),
      icon("check", "icon menu-check"),
    );
    this.rows.push({ option, node });
    return node;
  }

  activate(index, { scroll = true } = {}) {
    this.rows[this.active]?.node.classList.remove("active");
    this.active = Math.min(index, this.rows.length - 1);
    const row = this.rows[this.active];
    const holder = this.filter ?? this.list;
    if (row === undefined) return holder.removeAttribute("aria-activedescendant");
    row.node.classList.add("active");
    holder.setAttribute("aria-activedescendant", row.node.id);
    if (scroll) row.node.scrollIntoView({ block: "nearest" });
  }

  key(event) {
    const last = this.rows.length - 1;
    const moves = new Map([
      ["ArrowDown", () => this.activate(this.active >= last ? 0 : this.active + 1)],
      ["ArrowUp", () => this.activate(this.active <= 0 ? last : this.active - 1)],
      ["Home", () => this.activate(0)],
      ["End", () => this.activate(last)],
      ["Enter", () => this.pick(this.active)],
      ["Escape", () => this.close()],
      ["Tab", () => this.close()],
    ]);
    if (!this.filter) moves.set(" ", () => this.pick(this.active));
    const move = moves.get(event.key);
    if (move === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    move();
  }

  pick(index) {
    const row = this.rows[index];
    if (row === undefined) return;
    const { key } = row.option;
    if (!this.spec.multi) {
      this.close();
      this.spec.onPick(row.option);
      return;
    }
    if (!this.chosen.delete(key)) this.chosen.add(key);
    row.node.setAttribute("aria-selected", String(this.chosen.has(key)));
    this.spec.onPick(row.option);
  }

  close() {
    if (open !== this) return;
    open = null;
    document.removeEventListener("pointerdown", this.outside, true);
    const hadFocus = this.root.contains(document.activeElement);
    this.root.remove();
    this.anchor.setAttribute("aria-expanded", "false");
    if (hadFocus && this.anchor.isConnected) this.anchor.focus();
    this.spec.onClose?.();
  }
}
