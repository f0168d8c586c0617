/** Every block by its type. A block is drawn from its payload and the context of its surface. */

import { el, link, listOf, str } from "./dom.js";
import { card, carousel } from "./cards.js";
import { chart } from "./charts.js";
import { element, unknown } from "./elements.js";
import { icon } from "./icons.js";
import { markdown } from "./markdown.js";
import { picture } from "./pictures.js";
import { richText } from "./richtext.js";
import { dataTable, table } from "./tables.js";
import { plan, taskCard } from "./tasks.js";
import { plain, textNode } from "./text.js";

const BLOCKS = new Map([
  ["section", section],
  ["header", header],
  ["context", context],
  ["divider", () => el("hr", { class: "divider" })],
  ["image", image],
  ["actions", actions],
  ["input", input],
  ["rich_text", richText],
  ["markdown", (block) => markdown(str(block.text))],
  ["table", table],
  ["data_table", dataTable],
  ["data_visualization", chart],
  ["card", card],
  ["carousel", carousel],
  ["alert", alert],
  ["container", container],
  ["context_actions", contextActions],
  ["task_card", taskCard],
  ["plan", plan],
  ["video", video],
  ["file", file],
]);

export function blocks(list, ctx) {
  return listOf(list).map((block) => oneBlock(block, ctx));
}

function oneBlock(block, ctx) {
  const make = BLOCKS.get(block?.type);
  const inside =
    make === undefined
      ? unknown(`block ${str(block?.type) || "without a type"}`)
      : drawn(make, block, ctx);
  return el("div", { class: "block", "data-block-type": str(block?.type) }, inside);
}

/** A payload of the wrong shape costs its own block, not the message. */
function drawn(make, block, ctx) {
  try {
    return make(block, ctx);
  } catch (error) {
    console.error(error);
    return unknown(`block ${str(block.type)}, whose content has the wrong shape`);
  }
}

function section(block, ctx) {
  const text = block.text ? el("div", { class: "section-text" }, textNode(block.text, ctx)) : null;
  const fields = listOf(block.fields).map((one) =>
    el("div", { class: "section-field" }, textNode(one, ctx)),
  );
  const words = el(
    "div",
    { class: "section-words" },
    text,
    fields.length > 0 ? el("div", { class: "section-fields" }, fields) : null,
  );
  const accessory = block.accessory
    ? el("div", { class: "section-accessory" }, element(block.accessory, block, ctx))
    : null;
  return el("div", { class: "section" }, words, accessory);
}

function header(block) {
  const level = Math.min(Math.max(Math.trunc(Number(block.level)) || 1, 1), 4);
  return el(
    "div",
    { class: `header header-${level}`, role: "heading", "aria-level": level + 2 },
    plain(block.text),
  );
}

function context(block, ctx) {
  const parts = listOf(block.elements).map((part) =>
    part?.type === "image"
      ? picture(part, "context-image")
      : el("span", { class: "context-text" }, textNode(part, ctx)),
  );
  return el("div", { class: "context" }, parts);
}

function image(block) {
  const title = block.title
    ? el("figcaption", { class: "image-title" }, plain(block.title))
    : null;
  return el("figure", { class: "image" }, title, picture(block, "image-picture"));
}

function actions(block, ctx) {
  return el(
    "div",
    { class: "actions" },
    listOf(block.elements).map((one) => element(one, block, ctx)),
  );
}

function input(block, ctx) {
  const control = element(block.element ?? {}, block, ctx);
  const slot = ctx.slot(block, control, Boolean(block.hint));
  const optional = el("span", { class: "muted" }, block.optional === true ? " (optional)" : "");
  const label = { class: "field-label", id: slot.labelId, for: slot.id };
  return el(
    "div",
    { class: "field", "data-field": str(block.block_id) },
    el("label", label, plain(block.label), optional),
    control,
    slot.error,
    block.hint ? el("div", { class: "field-hint", id: slot.hintId }, plain(block.hint)) : null,
  );
}

const ALERTS = new Map([
  ["info", "info"],
  ["warning", "warning"],
  ["error", "warning"],
  ["success", "check"],
  ["default", "info"],
]);

function alert(block, ctx) {
  const level = ALERTS.has(block.level) ? block.level : "default";
  const words = el(
    "div",
    {},
    level === "default" ? null : el("span", { class: "hidden-visually" }, `${level}: `),
    textNode(block.text, ctx),
  );
  return el(
    "div",
    { class: `alert alert-${level}`, role: "note" },
    icon(ALERTS.get(level)),
    words,
  );
}

const WIDTHS = new Set(["narrow", "standard", "wide", "full"]);

function container(block, ctx) {
  const width = WIDTHS.has(block.width) ? block.width : "standard";
  const cls = `container container-${width}`;
  const head = [
    block.icon ? picture(block.icon, "container-icon") : null,
    el("div", { class: "container-words" }, containerWords(block, ctx)),
  ];
  const body = el("div", { class: "container-body" }, blocks(block.child_blocks, ctx));
  if (block.is_collapsible !== true) {
    const ruled = block.has_header_divider === true ? "ruled" : "";
    return el(
      "section",
      { class: cls },
      el("div", { class: `container-head ${ruled}` }, head),
      body,
    );
  }
  const caret = icon("caret-right", "icon container-caret");
  const summary = el("summary", { class: "container-head" }, caret, head);
  return el("details", { class: cls, open: block.default_collapsed !== true }, summary, body);
}

function containerWords(block, ctx) {
  const title = block.rich_text_title
    ? richText(block.rich_text_title, ctx)
    : el("span", {}, plain(block.title));
  return [
    el("div", { class: "container-title" }, title),
    block.subtitle ? el("div", { class: "muted" }, textNode(block.subtitle, ctx)) : null,
  ];
}

function contextActions(block, ctx) {
  return el(
    "div",
    { class: "context-actions" },
    listOf(block.elements).map((one) => element(one, block, ctx)),
  );
}

function video(block) {
  const title = block.title_url ?? block.video_url;
  const by = [str(block.author_name), str(block.provider_name)].filter(Boolean).join(" · ");
  return el(
    "figure",
    { class: "video" },
    el(
      "figcaption",
      {},
      link(str(title), plain(block.title) || str(block.video_url)),
      by ? el("div", { class: "muted" }, by) : null,
    ),
    block.description ? el("div", {}, plain(block.description)) : null,
    el(
      "span",
      { class: "video-still" },
      picture({ image_url: block.thumbnail_url, alt_text: block.alt_text }, "image-picture"),
      icon("play", "icon video-play"),
    ),
  );
}

function file(block) {
  const name = str(block.file?.name) || str(block.external_id) || "File";
  return el(
    "div",
    { class: "file" },
    icon("file"),
    el("span", {}, name),
    el("span", { class: "muted" }, str(block.source)),
  );
}
