/** The app's Home tab: what it published for this person, drawn like a modal without a frame. */

import { blocks } from "./blocks.js";
import { el, str } from "./dom.js";
import { closeMenuWithin } from "./menu.js";
import { keepingFocus, Surface } from "./surface.js";

export class Home {
  constructor(root, workspace, send) {
    this.root = root;
    this.workspace = workspace;
    this.send = send;
    this.view = null;
    this.surface = null;
  }

  put(view) {
    if (view === null || view.id !== this.view?.id) this.surface = null;
    this.view = view;
    if (!this.root.hidden) this.show();
  }

  show() {
    this.root.hidden = false;
    closeMenuWithin(this.root);
    keepingFocus(this.root, () => this.root.replaceChildren(this.body()));
  }

  hide() {
    closeMenuWithin(this.root);
    this.root.hidden = true;
    this.root.replaceChildren();
  }

  body() {
    const { bot } = this.workspace;
    if (this.view === null)
      return el("p", { class: "muted" }, `${str(bot.name) || "The app"} has put nothing here yet.`);
    this.surface = new Surface({
      container: { kind: "view", view_id: this.view.id },
      workspace: this.workspace,
      send: this.send,
      earlier: this.surface,
      stored: this.view.state?.values ?? null,
      channel: this.workspace.current,
    });
    return el("div", { class: "home-body" }, blocks(this.view.blocks, this.surface));
  }
}
