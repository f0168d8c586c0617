/**
 * Dialogs on the browser's own <dialog>: it traps the focus, makes the rest inert and closes on Esc.
 */

import { el, freshId } from "./dom.js";
import { iconPress } from "./icons.js";
import { plain, textNode } from "./text.js";

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
    dialog.remove();
    if (before?.isConnected) before.focus();
  });
  document.body.append(dialog);
  dialog.showModal();
  return dialog;
}

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
