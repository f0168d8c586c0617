/** Text objects: `plain_text` and `mrkdwn`, or a bare string where Slack allows one. */

import { el, fragment, str } from "./dom.js";
import { withEmoji } from "./emoji.js";
import { mrkdwn, unescape } from "./mrkdwn.js";

export function textNode(object, ctx) {
  if (object?.type === "mrkdwn")
    return mrkdwn(str(object.text), ctx.names, { verbatim: object.verbatim === true });
  return withBreaks(plain(object));
}

/** The words alone, for labels, titles and the reader's ear. */
export function plain(object) {
  if (typeof object === "string") return withEmoji(object);
  const text = str(object?.text);
  if (object?.type === "mrkdwn") return withEmoji(unescape(text.replace(/[*_~`]/g, "")));
  return object?.emoji === false ? text : withEmoji(text);
}

/** Line breaks as elements, everything else as text. */
export function withBreaks(text) {
  return fragment(
    text.split("\n").flatMap((row, index) => (index === 0 ? [row] : [el("br"), row])),
  );
}
