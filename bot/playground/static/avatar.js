/** The square beside a name: a letter on the person's colour, a chip for apps. */

import { el } from "./dom.js";
import { chip } from "./icons.js";

const SPARE = ["4a6fa5", "8a5a9e", "2f7d6b", "a8543f", "6b6f2a", "9a4671"];

export function avatar(author, cls = "") {
  const node = el(
    "span",
    { class: `avatar ${cls}`, "aria-hidden": "true" },
    author.isApp || author.isHouse ? chip() : initial(author.name),
  );
  const color = colorOf(author);
  node.style.backgroundColor = `#${color}`;
  node.classList.add(isLight(color) ? "on-light" : "on-dark");
  return node;
}

function initial(name) {
  return ([...String(name)].find((letter) => /[\p{L}\p{N}]/u.test(letter)) ?? "?").toUpperCase();
}

function colorOf({ color, id, name }) {
  const given = String(color ?? "").replace("#", "");
  if (/^[0-9a-f]{6}$/i.test(given)) return given;
  const sum = [...String(id ?? name)].reduce((total, letter) => total + letter.codePointAt(0), 0);
  return SPARE[sum % SPARE.length];
}

/** Whether dark letters are read more easily on it than white ones. */
function isLight(color) {
  const [red, green, blue] = [0, 2, 4].map((at) =>
    linear(parseInt(color.slice(at, at + 2), 16) / 255),
  );
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.18;
}

function linear(channel) {
  return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
}
