/**
 * Our own line drawings on a 20 × 20 grid, under the names that `slack_icon` may carry and a few
 * more.
 */

import { el, svg } from "./dom.js";

const PATHS = new Map(
  Object.entries({
    archive: "M3 4h14v4H3zM4.500 8v8h11V8M8 11h4",
    book: "M10 5.500C8.500 4 6 3.500 3 3.500v12c3 0 5.500.5 7 2 1.500-1.500 4-2 7-2v-12c-3 0-5.500.5-7 2zM10 5.500v12",
    bookmark: "M5.500 3h9v14L10 13.500 5.500 17z",
    bot: "M4 8h12v8H4zM10 8V4.500M8 4h4M7.500 11.500v1M12.500 11.500v1M2 11v3M18 11v3",
    bug: "M6.500 8a3.500 3.500 0 0 1 7 0v5a3.500 3.500 0 0 1-7 0zM6.500 9.500h7M3 6l3.500 2M17 6l-3.500 2M2.500 11.500h4M17.500 11.500h-4M3.500 16.500l3-2M16.500 16.500l-3-2",
    calendar: "M3 4.500h14v12H3zM3 8.500h14M7 2.500v4M13 2.500v4",
    call: "M5 3h3l1.500 4-2 1.500a9 9 0 0 0 4 4l1.500-2 4 1.500v3c0 1-1 2-2 2A13 13 0 0 1 3 5c0-1 1-2 2-2z",
    "caret-left": "M12.500 4.500L7 10l5.500 5.500",
    "caret-right": "M7.500 4.500L13 10l-5.500 5.500",
    "caret-down": "M4.500 7.500L10 13l5.500-5.500",
    check: "M4 10.500l4 4 8-9",
    clipboard: "M5 4.500h10v12.500H5zM8 3h4v3H8zM8 10h4M8 13h4",
    close: "M5 5l10 10M15 5L5 15",
    code: "M7 6l-4 4 4 4M13 6l4 4-4 4M11.500 4l-3 12",
    comment: "M3 4h14v10H9l-4 3v-3H3z",
    compass: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM13 7l-1.700 4.300L7 13l1.700-4.300z",
    copy: "M7 7h9v9H7zM4 13V4h9",
    cube: "M10 2.500l6.500 3.700v7.600L10 17.500l-6.500-3.700V6.200zM3.500 6.200L10 10l6.500-3.800M10 10v7.500",
    dots: "M4.500 10h.01M10 10h.01M15.500 10h.01",
    download: "M10 3v10M6 9.500l4 4 4-4M4 17h12",
    edit: "M4 13l9-9 3 3-9 9-4 1zM11.500 5.500l3 3",
    email: "M3 5h14v10H3zM3 6l7 5 7-5",
    "eye-closed": "M3 9c4 5 10 5 14 0M5 11.500l-1.500 2M10 13v2.500M15 11.500l1.500 2",
    "eye-open": "M2.500 10c4-6 11-6 15 0-4 6-11 6-15 0zM10 8a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
    file: "M5 2.500h6.500l3.500 3.500v11.500H5zM11 3v4h4",
    flag: "M5 17.500V3.500h10l-2 3.500 2 3.500H5",
    folder: "M3 5h5l1.500 2H17v9H3z",
    gear: "M10 7.500a2.500 2.500 0 1 1 0 5 2.500 2.500 0 0 1 0-5zM10 2.500v3M10 14.500v3M2.500 10h3M14.500 10h3M4.700 4.700l2.100 2.100M13.200 13.200l2.100 2.100M15.300 4.700l-2.100 2.100M6.800 13.200l-2.100 2.100",
    globe: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM3 10h14M10 3c-4 4-4 10 0 14 4-4 4-10 0-14z",
    heart:
      "M10 16.500C4.500 12.500 3 10 3 7.500 3 5.500 4.500 4 6.300 4 8 4 9.300 5 10 6.500 10.700 5 12 4 13.700 4 15.500 4 17 5.500 17 7.500c0 2.500-1.500 5-7 9z",
    help: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM8 8a2 2 0 1 1 3 1.700c-.7.4-1 .8-1 1.800M10 14h.01",
    image: "M3 4h14v12H3zM3 13.500l4-4 4 4 2.500-2.500 3.500 3.500M12.500 7.500h.01",
    info: "M10 3a7 7 0 1 1 0 14 7 7 0 0 1 0-14zM10 9v5M10 6.500h.01",
    key: "M6.500 9a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM9 10.500L16.500 3M13 6.500l2.500 2.500",
    lightbulb:
      "M7.500 14c0-2-2.500-3-2.500-6.500a5 5 0 0 1 10 0c0 3.500-2.500 4.500-2.500 6.500zM8 17h4",
    link: "M8.500 11.500a3 3 0 0 0 4.300 0l3-3a3 3 0 0 0-4.300-4.300l-1 1M11.500 8.500a3 3 0 0 0-4.300 0l-3 3a3 3 0 0 0 4.300 4.300l1-1",
    lock: "M4.500 9h11v8h-11zM7 9V6.500a3 3 0 0 1 6 0V9",
    map: "M3 5l4.500-2 5 2L17 3v12l-4.500 2-5-2L3 17zM7.500 3v12M12.500 5v12",
    menu: "M3 5.500h14M3 10h14M3 14.500h14",
    minus: "M4 10h12",
    mobile: "M6 2.500h8v15H6zM9 15h2",
    "new-window": "M11 3h6v6M17 3l-8 8M8 4H3.500v12.500H16V12",
    person:
      "M10 3a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM3.500 17c.5-4 3-5 6.500-5s6 1 6.500 5",
    pin: "M7 3h6l-.5 5 2.500 3H5l2.500-3zM10 11v6",
    play: "M6 4l10 6-10 6z",
    plus: "M10 4v12M4 10h12",
    refine: "M3 6h8M15 6h2M3 14h2M9 14h8M13 4v4M7 12v4",
    refresh: "M16 8a6.500 6.500 0 1 0 .3 4M16.500 3.500V8H12",
    rocket:
      "M8 12c0-5 3-8 8.500-8.500C16 9 13 12 8 12zM8 12l-3 .5 2-4 2.500-.5M8 12l3.500 3.500L12 11M3.500 16.500l2-2M12.500 7.500h.01",
    save: "M3.500 3.500h10l3 3v10h-13zM6.500 3.500v4h6v-4M6.500 16.500v-5h7v5",
    screen: "M2.500 4h15v10h-15zM7 17h6M10 14v3",
    send: "M3 10L17 3.500 12.500 16.500 9.500 11zM9.500 11L17 3.500",
    share: "M10 12V3M6.500 6L10 2.500 13.500 6M4.500 10v7h11v-7",
    slash: "M12.500 3.500l-5 13",
    sparkle: "M10 3l1.700 5.300L17 10l-5.300 1.700L10 17l-1.700-5.300L3 10l5.300-1.700z",
    star: "M10 3l2.200 4.600 5 .6-3.700 3.500 1 5-4.500-2.500-4.500 2.500 1-5L2.800 8.200l5-.6z",
    "star-filled":
      "M10 3l2.200 4.600 5 .6-3.700 3.500 1 5-4.500-2.500-4.500 2.500 1-5L2.800 8.200l5-.6z",
    switch: "M4 7h11M12 4l3 3-3 3M16 13H5M8 10l-3 3 3 3",
    tag: "M3 3h7l7 7-7 7-7-7zM6.500 6.500h.01",
    "thumbs-down":
      "M6.500 11l3 6c1.500 0 2-1 2-2v-3h4c1 0 1.700-1 1.500-2l-1-5c-.2-1-1-1.500-2-1.500H6.500zM3 3.500h3.500V11H3z",
    "thumbs-up":
      "M6.500 9l3-6c1.500 0 2 1 2 2v3h4c1 0 1.700 1 1.500 2l-1 5c-.2 1-1 1.500-2 1.500H6.500zM3 9h3.500v7.500H3z",
    trash:
      "M3.500 5.500h13M8 5.500V3.500h4v2M5 5.500l1 11.500h8l1-11.500M8.500 8.500v5.500M11.500 8.500v5.500",
    upload: "M10 13.500v-10M6 7l4-4 4 4M4 17h12",
    user: "M10 3a3.500 3.500 0 1 1 0 7 3.500 3.500 0 0 1 0-7zM3.500 17c.5-4 3-5 6.500-5s6 1 6.500 5",
    warning: "M10 3l7.500 13.500h-15zM10 8v4M10 14.300h.01",
  }),
);

/** An ornament: what it means stands beside it or in the label of its button. */
export function icon(name, cls = "icon") {
  const filled = name === "star-filled" || name === "play";
  return svg(
    "svg",
    {
      class: filled ? `${cls} icon-filled` : cls,
      viewBox: "0 0 20 20",
      "aria-hidden": "true",
      focusable: "false",
    },
    svg("path", { d: PATHS.get(name) ?? PATHS.get("cube") }),
  );
}

/** A graphics chip: the face of every app. */
export function chip() {
  const legs =
    "M8 2.500v3M12 2.500v3M8 14.500v3M12 14.500v3M2.500 8h3M2.500 12h3M14.500 8h3M14.500 12h3";
  return svg(
    "svg",
    { class: "avatar-drawing", viewBox: "0 0 20 20", "aria-hidden": "true", focusable: "false" },
    svg("path", { d: `M5.500 5.500h9v9h-9z${legs}M8.500 11.500l1.500-3 1.500 3` }),
  );
}

/** A button that shows an icon and says its label. */
export function iconPress(name, label, press, { cls = "icon-button", ...more } = {}) {
  const props = { type: "button", class: cls, "aria-label": label, title: label, ...more };
  return el("button", { ...props, on: { click: press } }, icon(name));
}
