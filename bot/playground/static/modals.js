/** The stack of modals. Only the top one is in sight; the one below keeps what was entered. */

import { blocks } from "./blocks.js";
import { openDialog } from "./dialogs.js";
import { el, str } from "./dom.js";
import { closeMenu } from "./menu.js";
import { jsonToggle, problemBadge, strip } from "./inspect.js";
import { keepingFocus, Surface } from "./surface.js";
import { plain } from "./text.js";

export class Modals {
  constructor(workspace, { send, sendAction }) {
    this.workspace = workspace;
    this.send = send;
    this.sendAction = sendAction;
    this.stack = [];
  }

  top() {
    return this.stack.at(-1);
  }

  find(viewId) {
    return this.stack.find((entry) => entry.view.id === viewId);
  }

  /** Opens a view, or redraws the one with its id. */
  put(view) {
    const known = this.find(view.id);
    if (known) {
      known.view = view;
      if (known === this.top()) this.redraw(known);
      return;
    }
    this.hide(this.top());
    const entry = { view, surface: null, jsonOpen: false, busy: false, dialog: null };
    this.stack.push(entry);
    this.reveal(entry);
  }

  /** Ends a view; the one below shows again. */
  remove(viewId) {
    const entry = this.find(viewId);
    if (!entry) return;
    const wasTop = entry === this.top();
    this.stack = this.stack.filter((one) => one !== entry);
    if (!wasTop) return;
    this.hide(entry);
    if (this.top()) this.reveal(this.top());
  }

  clear() {
    this.hide(this.top());
    this.stack = [];
  }

  reveal(entry) {
    entry.body = el("div", { class: "dialog-body" });
    entry.general = el("div", { class: "dialog-general", role: "alert" });
    entry.slot = el("div", { class: "strip-slot" });
    entry.toggle = jsonToggle(entry.jsonOpen, () => this.toggleStrip(entry));
    entry.footer = el("footer", { class: "dialog-footer" });
    const scroll = el("div", { class: "dialog-scroll" }, entry.general, entry.body, entry.slot);
    const submit = (event) => this.submit(event, entry);
    const props = { class: "dialog-form", novalidate: true, on: { submit } };
    entry.dialog = openDialog({
      title: plain(entry.view.title),
      cls: "dialog-view",
      body: el("form", props, scroll, entry.footer),
      tools: [entry.toggle],
      onClose: () => this.leave(entry),
    });
    this.redraw(entry);
    firstStop(entry)?.focus();
  }

  redraw(entry) {
    closeMenu();
    const { view } = entry;
    const surface = new Surface({
      container: { kind: "view", view_id: view.id },
      workspace: this.workspace,
      send: this.sendAction,
      earlier: entry.surface,
      stored: view.state?.values ?? null,
      channel: this.workspace.current,
    });
    keepingFocus(entry.dialog, () => {
      entry.surface = surface;
      entry.dialog.querySelector(".dialog-title").textContent = plain(view.title);
      entry.body.replaceChildren(...blocks(view.blocks, surface));
      entry.footer.replaceChildren(...this.footer(entry));
      this.showStrip(entry);
    });
  }

  footer(entry) {
    const { view, busy } = entry;
    const badge = problemBadge(view.problems, () => this.toggleStrip(entry));
    const away = { type: "button", class: "button", on: { click: () => this.leave(entry) } };
    const on = { type: "submit", class: "button primary" };
    const state = { disabled: busy, "aria-busy": String(busy) };
    return [
      badge ?? el("span", {}),
      el(
        "span",
        { class: "dialog-buttons" },
        el("button", away, plain(view.close) || (view.submit ? "Cancel" : "Close")),
        view.submit ? el("button", { ...on, ...state }, plain(view.submit)) : null,
      ),
    ];
  }

  toggleStrip(entry) {
    entry.jsonOpen = !entry.jsonOpen;
    this.showStrip(entry);
    if (entry.jsonOpen) entry.slot.scrollIntoView({ block: "nearest" });
  }

  showStrip(entry) {
    entry.toggle.setAttribute("aria-expanded", String(entry.jsonOpen));
    entry.slot.replaceChildren(
      ...(entry.jsonOpen ? [strip(entry.view.raw ?? entry.view, entry.view.problems)] : []),
    );
  }

  submit(event, entry) {
    event.preventDefault();
    if (entry.busy || !entry.view.submit) return;
    if (this.send({ type: "submit", view_id: entry.view.id, state: entry.surface.form.collect() }))
      this.setBusy(entry, true);
  }

  showErrors(viewId, errors) {
    const entry = this.find(viewId);
    if (!entry || entry !== this.top()) return;
    this.setBusy(entry, false);
    this.say(entry, entry.surface.showErrors(errors));
  }

  /** A trouble that concerns no channel stands in the open modal; false when none is open. */
  trouble(text) {
    const entry = this.top();
    if (!entry) return false;
    this.setBusy(entry, false);
    this.say(entry, [text]);
    return true;
  }

  say(entry, sentences) {
    entry.general.replaceChildren(...sentences.map((text) => el("p", {}, str(text))));
  }

  busy(viewId, on) {
    const entry = this.find(viewId) ?? this.top();
    if (entry) this.setBusy(entry, on);
  }

  setBusy(entry, on) {
    entry.busy = on;
    const button = entry.footer?.querySelector("button[type=submit]");
    if (!button) return;
    button.disabled = on;
    button.setAttribute("aria-busy", String(on));
  }

  /** A person leaves: gone at once, and the app is told. */
  leave(entry) {
    this.send({ type: "close_view", view_id: entry.view.id });
    this.remove(entry.view.id);
  }

  hide(entry) {
    closeMenu();
    entry?.dialog?.close();
  }
}

/** Where the focus goes when a modal opens: the first field, else the last button. */
function firstStop({ body, footer, dialog }) {
  return (
    body.querySelector("[autofocus]") ??
    body.querySelector("input, textarea, .select") ??
    footer.querySelector("button:last-child") ??
    dialog.querySelector(".dialog-close")
  );
}
