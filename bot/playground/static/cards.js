/** Cards, alone or side by side in a carousel. */

import { el, listOf, str } from "./dom.js";
import { element, unknown } from "./elements.js";
import { icon, iconPress } from "./icons.js";
import { picture } from "./pictures.js";
import { plain, textNode } from "./text.js";

export function card(block, ctx) {
  const sign = block.icon
    ? picture(block.icon, "card-icon")
    : block.slack_icon
      ? el("span", { class: "card-icon card-slack-icon" }, icon(str(block.slack_icon.name)))
      : null;
  const part = (name) =>
    block[name] ? el("div", { class: `card-${name}` }, textNode(block[name], ctx)) : null;
  const buttons = listOf(block.actions).map((one) => element(one, block, ctx));
  return el(
    "article",
    { class: "card" },
    block.hero_image ? picture(block.hero_image, "card-hero") : null,
    el(
      "div",
      { class: "card-head" },
      sign,
      el("div", { class: "card-titles" }, part("title"), part("subtitle")),
    ),
    part("body"),
    part("subtext"),
    buttons.length > 0 ? el("div", { class: "card-actions" }, buttons) : null,
  );
}

export function carousel(block, ctx) {
  const items = listOf(block.elements);
  const track = el(
    "div",
    {
      class: "carousel-track",
      role: "group",
      "aria-roledescription": "carousel",
      "aria-label": `${items.length} cards; the arrow keys move along`,
      tabindex: "0",
    },
    items.map((one, index) => carouselItem(one, index, items.length, block, ctx)),
  );
  track.addEventListener("keydown", (event) => {
    if (event.target !== track || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    move(track, event.key === "ArrowRight" ? 1 : -1);
  });
  return el("div", { class: "carousel" }, track, arrows(track));
}

function carouselItem(one, index, count, block, ctx) {
  const inside =
    one?.type === "card"
      ? card({ ...one, block_id: one.block_id ?? block.block_id }, ctx)
      : unknown(`${str(one?.type) || "something"} in a carousel`);
  const label = `${index + 1} of ${count}${one?.title ? `: ${plain(one.title)}` : ""}`;
  const role = { role: "group", "aria-roledescription": "card", "aria-label": label };
  return el("div", { class: "carousel-item", ...role }, inside);
}

/** The buttons at both ends; one that leads nowhere is out of sight. */
function arrows(track) {
  const arrow = (side, name, label, step) =>
    iconPress(name, label, () => move(track, step), { cls: `carousel-arrow carousel-${side}` });
  const back = arrow("back", "caret-left", "Previous cards", -1);
  const on = arrow("on", "caret-right", "Next cards", 1);
  const update = () => {
    back.disabled = track.scrollLeft <= 2;
    on.disabled = track.scrollLeft >= track.scrollWidth - track.clientWidth - 2;
  };
  track.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(track);
  return [back, on];
}

/** By as many whole cards as are in sight. */
function move(track, direction) {
  const width = (track.firstElementChild?.getBoundingClientRect().width ?? 0) + 12;
  const step = Math.max(1, Math.floor(track.clientWidth / width)) * width;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  track.scrollBy({ left: direction * step, behavior: calm ? "auto" : "smooth" });
}
