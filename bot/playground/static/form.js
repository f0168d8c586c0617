/**
 * What a person has entered in one message or modal, as Slack's `state.values`.
 * A surface that is drawn again hands the old form to the new one: a field with the same block
 * and action ids keeps what was typed, as in Slack.
 */

export class Form {
  /** `earlier`: the form that this one replaces, or null. `stored`: `state.values` of the server. */
  constructor(earlier = null, stored = null) {
    this.values = new Map();
    this.shapes = new Map();
    // Its maps, not the form: each would else hold all before it.
    this.before = { values: earlier?.values ?? new Map(), shapes: earlier?.shapes ?? new Map() };
    this.stored = stored;
  }

  /**
   * Registers a field and returns the value to show. In a message a field that the app has
   * changed starts afresh; `sticky` (modals) goes by its ids alone.
   */
  start(blockId, element, initial, { sticky = false } = {}) {
    const key = keyOf(blockId, element.action_id);
    const shape = JSON.stringify(element);
    const kept = this.before.values.get(key);
    const keeps = kept?.type === element.type && (sticky || this.before.shapes.get(key) === shape);
    const value = keeps
      ? kept
      : (this.fromServer(blockId, element) ?? { type: element.type, ...initial });
    this.shapes.set(key, shape);
    this.values.set(key, value);
    return value;
  }

  fromServer(blockId, element) {
    const block = own(this.stored, blockId);
    const value = own(block, element.action_id);
    return value?.type === element.type ? value : null;
  }

  get(blockId, actionId) {
    return this.values.get(keyOf(blockId, actionId));
  }

  set(blockId, actionId, value) {
    this.values.set(keyOf(blockId, actionId), value);
  }

  /** `{values: {block_id: {action_id: {...}}}}` */
  collect() {
    const values = Object.create(null);
    for (const [key, value] of this.values) {
      const [blockId, actionId] = JSON.parse(key);
      values[blockId] ??= Object.create(null);
      values[blockId][actionId] = value;
    }
    return { values };
  }
}

function keyOf(blockId, actionId) {
  return JSON.stringify([blockId, actionId ?? ""]);
}

function own(object, name) {
  return object !== null && typeof object === "object" && Object.hasOwn(object, name)
    ? object[name]
    : null;
}
