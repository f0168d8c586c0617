/**
 * What waits for the app's acknowledgement: commands as grey lines, elements with a spinner.
 */

/** An app has three seconds; an element that nobody released by then was refused by the server. */
const LONGEST_MS = 6000;

export class Waiting {
  /** `onCommands(texts)`: the commands on their way have changed. */
  constructor(onCommands) {
    this.onCommands = onCommands;
    this.lastText = "";
    this.commands = new Map();
    this.elements = [];
  }

  sent(text) {
    this.lastText = text;
  }

  pressed({ container, block_id: blockId, action }, node) {
    node.setAttribute("aria-busy", "true");
    const entry = { node, ids: [action.action_id, blockId, container.ts, container.view_id] };
    entry.timer = setTimeout(() => this.free([entry]), LONGEST_MS);
    this.elements.push(entry);
  }

  busy(what, id, on) {
    if (what === "command") this.command(id, on);
    else if (!on) this.release(id);
  }

  command(id, on) {
    if (on) this.commands.set(id, this.lastText);
    else this.commands.delete(id);
    this.onCommands([...this.commands.values()]);
  }

  /** The elements of that id; where the id means nothing to the page, all of them. */
  release(id) {
    const meant = this.elements.filter(({ ids }) => ids.includes(id));
    this.free(meant.length > 0 ? meant : this.elements);
  }

  free(entries) {
    for (const { node, timer } of entries) {
      clearTimeout(timer);
      node.removeAttribute("aria-busy");
    }
    this.elements = this.elements.filter((one) => !entries.includes(one));
  }

  /** A new connection knows nothing of what was under way. */
  clear() {
    this.commands.clear();
    this.onCommands([]);
    this.free(this.elements);
  }
}
