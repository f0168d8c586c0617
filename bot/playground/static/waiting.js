/** What waits for the app's acknowledgement: commands as grey lines, pressed elements with a spinner. */

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

  pressed(frame, node) {
    const { container, action } = frame;
    node.setAttribute("aria-busy", "true");
    this.elements.push({ node, ids: [action.action_id, frame.block_id, container.ts, container.view_id] });
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
    const released = meant.length > 0 ? meant : this.elements;
    for (const { node } of released) node.removeAttribute("aria-busy");
    this.elements = this.elements.filter((one) => !released.includes(one));
  }

  /** A new connection knows nothing of what was under way. */
  clear() {
    this.commands.clear();
    this.onCommands([]);
    this.release("");
  }
}
