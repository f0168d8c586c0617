/** Cards, alone or side by side in a carousel. */

import { el, listOf, str } from "./dom.js";
import { element, unknown } from "./elements.js";
import { icon } from "./icons.js";
import { picture } from "./pictures.js";
import { plain, textNode } from "./text.js";

export function card(block, ctx) {
  const sign = block.icon ? picture(block.icon, "card-icon") : block.slack_icon ? el("span", { class: "card-icon card-slack-icon" }, icon(str(block.slack_icon.name))) : null;
  const part = (name) => (block[name] ? el("div", { class: `card-${name}` }, textNode(block[name], ctx)) : null);
  const buttons = listOf(block.actions).map((one) => element(one, block, ctx));
  return el(
    "article",
    { class: "card" },
    block.hero_image ? picture(block.hero_image, "card-hero") : null,
    el("div", { class: "card-head" }, sign, el("div", { class: "card-titles" }, part("title"), part("subtitle"))),
    part("body"),
    part("subtext"),
    buttons.length > 0 ? el("div", { class: "card-actions" }, buttons) : null,
  );
}

export function carousel(block, ctx) {
  const items = listOf(block.elements);
  const cards = items.map((one, index) => {
    const label = `${index + 1} of ${items.length}${one?.title ? `: ${plain(one.title)}` : ""}`;
    const owned = { ...one, block_id: one?.block_id ?? block.block_id };
    const inside = one?.type === "card" ? card(owned, ctx) : unknown(`${str(one?.type) || "something"} in a carousel`);
    return el("div", { class: "carousel-item", role: "group", "aria-roledescription": "card", "aria-label": label }, inside);
  });
  const track = el("div", { class: "carousel-track", role: "group", "aria-roledescription": "carousel", "aria-label": `${items.length} cards; the arrow keys move along`, tabindex: "0" }, cards);
  const back = arrow("caret-left", "Previous cards", "carousel-back", () => move(track, -1));
  const on = arrow("caret-right", "Next cards", "carousel-on", () => move(track, 1));
  track.addEventListener("keydown", (event) => {
    if (event.target !== track || !["ArrowLeft", "ArrowRight"].includes(event.key)) return;
    event.preventDefault();
    move(track, event.key === "ArrowRight" ? 1 : -1);
  });
  const update = () => {
    back.disabled = track.scrollLeft <= 2;
    on.disabled = track.scrollLeft >= track.scrollWidth - track.clientWidth - 2;
  };
  track.addEventListener("scroll", update, { passive: true });
  new ResizeObserver(update).observe(track);
  return el("div", { class: "carousel" }, track, back, on);
}

function arrow(name, label, cls, press) {
  return el("button", { type: "button", class: `carousel-arrow ${cls}`, "aria-label": label, on: { click: press } }, icon(name));
}

/** By as many whole cards as are in sight. */
function move(track, direction) {
  const width = (track.firstElementChild?.getBoundingClientRect().width ?? 0) + 12;
  const step = Math.max(1, Math.floor(track.clientWidth / width)) * width;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
  track.scrollBy({ left: direction * step, behavior: calm ? "auto" : "smooth" });
}
