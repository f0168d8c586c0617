/**
 * Pictures. The page fetches nothing from other hosts: a foreign picture is a frame with its words.
 */

import { el, ownPicture, str } from "./dom.js";
import { icon } from "./icons.js";

export function picture(payload, cls) {
  const alt = str(payload?.alt_text);
  const address = payload?.image_url ?? payload?.slack_file?.url;
  const own = address ? ownPicture(address) : null;
  if (own) return el("img", { class: cls, src: own, alt, loading: "lazy" });
  const title = address ? `${alt}\nNot fetched: ${str(address)}` : alt;
  return el(
    "span",
    { class: `${cls} picture-frame`, role: "img", "aria-label": alt, title },
    icon("image"),
    el("span", { class: "picture-alt", "aria-hidden": "true" }, alt),
  );
}
