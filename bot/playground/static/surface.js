/** The context in which blocks are drawn: one message or one modal, its form, its way to the app. */

import { el, freshId, str } from "./dom.js";
import { confirmed } from "./dialogs.js";
import { Form } from "./form.js";

/**
 * `container` goes into each action frame as it is. `earlier`: the surface that this one replaces.
 * `send` hands a frame to the socket and says whether it left.
 */
export class Surface {
  constructor({ container, workspace, send, earlier = null, stored = null, channel = null }) {
    this.container = container;
    this.workspace = workspace;
    this.names = workspace.names;
    this.me = workspace.me.id;
    this.channel = channel;
    this.send = send;
    this.form = new Form(earlier?.form ?? null, stored);
    this.stickiness = { sticky: container.kind === "view" };
    this.slots = new Map();
  }

  /** What a field shows at first; from now on it is part of the state. */
  startOf(block, element, initial) {
    return this.form.start(block.block_id, element, initial, this.stickiness);
  }

  store(block, element, fields) {
    this.form.set(block.block_id, element.action_id, { type: element.type, ...fields });
  }

  /** An input block stays silent until its view is submitted, unless it asks to be sent. */
  dispatches(block) {
    return block.type !== "input" || block.dispatch_action === true;
  }

  /** A field has a new value; false when it has to be taken back. */
  async changed(block, element, fields, node) {
    return this.dispatches(block) ? this.press(block, element, fields, node) : true;
  }

  /** Sends one action with the state of all fields; false when it was not confirmed or not sent. */
  async press(block, element, fields, node) {
    if (node.getAttribute("aria-busy") === "true") return false;
    if (element.confirm && !(await confirmed(element.confirm, this))) return false;
    const ids = { action_id: str(element.action_id), block_id: str(block.block_id) };
    const frame = {
      type: "action",
      container: this.container,
      block_id: ids.block_id,
      action: { type: element.type, ...ids, ...fields },
      state: this.form.collect(),
    };
    return this.send(frame, node);
  }

  /** Ties label, hint and error of an input block to its control. */
  slot(block, control, hinted) {
    const slot = { id: freshId("input"), labelId: freshId("label"), hintId: freshId("hint") };
    slot.error = el("div", {
      class: "field-error",
      id: freshId("error"),
      role: "alert",
      hidden: true,
    });
    slot.control = control;
    control.id = slot.id;
    control.setAttribute("aria-describedby", `${slot.error.id}${hinted ? ` ${slot.hintId}` : ""}`);
    if (control.matches(".choices")) control.setAttribute("aria-labelledby", slot.labelId);
    if (control.matches(".select"))
      control.setAttribute("aria-labelledby", `${slot.labelId} ${slot.id}`);
    this.slots.set(str(block.block_id), slot);
    return slot;
  }

  /** Shows errors at their fields, moves to the first, and returns those that have no field. */
  showErrors(errors) {
    const homeless = [];
    for (const slot of this.slots.values()) setError(slot, null);
    for (const [blockId, text] of Object.entries(errors ?? {})) {
      const slot = this.slots.get(blockId);
      if (slot === undefined) homeless.push(str(text));
      else setError(slot, str(text));
    }
    const first = [...this.slots.values()].find((slot) => !slot.error.hidden);
    if (first) {
      focusable(first.control).focus({ preventScroll: true });
      // The sentence stands under the field, which may be taller than what is left of the view.
      first.error.scrollIntoView({ block: "center" });
    }
    return homeless;
  }
}

function setError(slot, text) {
  slot.error.textContent = text ?? "";
  slot.error.hidden = text === null;
  slot.control.classList.toggle("invalid", text !== null);
  if (text === null) slot.control.removeAttribute("aria-invalid");
  else slot.control.setAttribute("aria-invalid", "true");
}

function focusable(control) {
  return control.matches("input, textarea, button")
    ? control
    : (control.querySelector("input, textarea, button") ?? control);
}

/** Runs a redraw and puts the focus back on the element with the same ids. */
export function keepingFocus(root, redraw) {
  const active = root.contains(document.activeElement) ? document.activeElement : null;
  const { block, action } = active?.dataset ?? {};
  const caret =
    active && "selectionStart" in active ? [active.selectionStart, active.selectionEnd] : null;
  redraw();
  if (active === null || active.isConnected || action === undefined) return;
  const again = document.querySelector(
    `[data-block="${CSS.escape(block)}"][data-action="${CSS.escape(action)}"]`,
  );
  again?.focus({ preventScroll: true });
  if (caret?.[0] !== null && caret !== null && again?.setSelectionRange) setCaret(again, caret);
}

function setCaret(field, [start, end]) {
  try {
    field.setSelectionRange(start, end);
  } catch {
    // Number, email and date fields have no caret to set.
  }
}
