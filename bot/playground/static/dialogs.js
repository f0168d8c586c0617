/**
 * Dialogs on the browser's own <dialog>: it traps the focus, makes the rest inert and closes on Esc.
 * Where the control room stands beside the workspace it stays in use, so that a dialog covers the
 * workspace alone, and does for itself what the browser does for one that covers all.
 */

import { el, freshId } from "./dom.js";
import { iconPress } from "./icons.js";
import { plain, textNode } from "./text.js";

const WIDE = matchMedia("(min-width: 1101px)");
const shade = el("div", { class: "dialog-shade", hidden: true });
/** The topmost last. */
let open = [];

/**
 * An open dialog with header, body and footer. `onClose` is asked when a person wants out (Esc, ×);
 * it decides, by `dialog.close()`, whether that happens. Focus returns to where it was.
 */
export function openDialog({ title, cls, body, footer, tools = [], onClose }) {
  const titleId = freshId("dialog-title");
  const close = iconPress("close", "Close", onClose, { cls: "icon-button dialog-close" });
  const heading = el("h2", { class: "dialog-title", id: titleId }, title);
  const header = el("header", { class: "dialog-header" }, heading, ...tools, close);
  const props = { class: `dialog ${cls}`, "aria-labelledby": titleId };
  const dialog = el("dialog", props, header, body, footer);
  dialog.addEventListener("cancel", (event) => {
    event.preventDefault();
    onClose();
  });
  const before = document.activeElement;
  dialog.addEventListener("close", () => {
    open = open.filter((one) => one !== dialog);
    dialog.remove();
    shut();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  open.push(dialog);
  if (WIDE.matches && document.querySelector(".with-controls")) {
    dialog.classList.add("beside");
    shut();
    dialog.show();
  } else dialog.showModal();
  return dialog;
}

/** Nothing but the topmost dialog and the control room can be used. */
function shut() {
  const beside = open.some((dialog) => dialog.matches(".beside"));
  shade.hidden = !beside;
  document.getElementById("app").append(shade);
  for (const part of document.querySelectorAll(".skip, .sidebar, .main")) part.inert = beside;
  for (const dialog of open) dialog.inert = dialog !== open.at(-1);
}

document.addEventListener("keydown", (event) => {
  const top = open.at(-1);
  if (event.key !== "Escape" || event.defaultPrevented || !top?.matches(".beside")) return;
  if (!event.target.closest(".controls")) top.dispatchEvent(new Event("cancel", { cancelable: true }));
});

/** Asks what a `confirm` object says; resolves to whether the person agreed. */
export function confirmed(confirm, ctx) {
  return new Promise((resolve) => {
    const answer = (yes) => {
      resolve(yes);
      dialog.close();
    };
    const yes = el(
      "button",
      {
        type: "button",
        class: `button ${confirm.style === "danger" ? "danger" : "primary"}`,
        on: { click: () => answer(true) },
      },
      plain(confirm.confirm) || "Yes",
    );
    const no = el(
      "button",
      { type: "button", class: "button", on: { click: () => answer(false) } },
      plain(confirm.deny) || "Cancel",
    );
    const dialog = openDialog({
      title: plain(confirm.title) || "Are you sure?",
      cls: "dialog-confirm",
      body: el("div", { class: "dialog-body" }, textNode(confirm.text ?? "", ctx)),
      footer: el("footer", { class: "dialog-footer" }, no, yes),
      onClose: () => answer(false),
    });
    yes.focus();
  });
}
