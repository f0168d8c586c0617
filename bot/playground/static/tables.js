/** `table` as it stands, and `data_table`, which a reader sorts and pages through. */

import { el, listOf, str } from "./dom.js";
import { richText } from "./richtext.js";
import { withEmoji } from "./emoji.js";

export function table(block, ctx) {
  const [head, ...body] = listOf(block.rows);
  const settings = listOf(block.column_settings);
  const look = (column) => {
    const { align, is_wrapped: wrapped } = settings[column] ?? {};
    const side = ["center", "right"].includes(align) ? `align-${align}` : "";
    return wrapped === true ? `${side} wrapped` : side;
  };
  const row = (cells, tag) =>
    el(
      "tr",
      {},
      listOf(cells).map((one, column) =>
        el(tag, { class: look(column), scope: tag === "th" ? "col" : null }, cell(one, ctx)),
      ),
    );
  return el(
    "div",
    { class: "table-scroll", tabindex: "0", role: "region", "aria-label": "Table" },
    el(
      "table",
      { class: "table" },
      el("thead", {}, row(head, "th")),
      el(
        "tbody",
        {},
        body.map((cells) => row(cells, "td")),
      ),
    ),
  );
}

function cell(one, ctx) {
  if (one?.type === "rich_text") return richText(one, ctx);
  return withEmoji(str(one?.text) || str(one?.value));
}

export function dataTable(block, ctx) {
  const [head, ...rows] = listOf(block.rows).map(listOf);
  const view = { block, ctx, head: head ?? [], rows, sort: null, page: 0, size: pageSize(block) };
  view.caption = el("caption", {}, str(block.caption));
  view.table = el("table", { class: "table data-table" });
  view.pager = el("div", { class: "pager" });
  redraw(view);
  const scroll = el(
    "div",
    {
      class: "table-scroll",
      tabindex: "0",
      role: "region",
      "aria-label": str(block.caption) || "Table",
    },
    view.table,
  );
  return el("div", { class: "data-table-box" }, scroll, view.pager);
}

function pageSize(block) {
  const size = Math.trunc(Number(block.page_size ?? 5));
  return Number.isFinite(size) ? Math.min(Math.max(size, 1), 100) : 5;
}

function redraw(view) {
  const pages = Math.max(1, Math.ceil(view.rows.length / view.size));
  view.page = Math.min(Math.max(view.page, 0), pages - 1);
  const from = view.page * view.size;
  const rows = sorted(view).slice(from, from + view.size);
  view.table.replaceChildren(
    view.caption,
    el("thead", {}, headRow(view)),
    el(
      "tbody",
      {},
      rows.map((cells) => bodyRow(cells, view)),
    ),
  );
  view.pager.replaceChildren(...(pages > 1 ? pagerParts(view, pages, from) : []));
}

function headRow(view) {
  const heads = view.head.map((one, column) => {
    const direction = view.sort?.column === column ? view.sort.direction : 0;
    const mark = { 0: "↕", 1: "↑", "-1": "↓" }[direction];
    const press = () => {
      view.sort = { column, direction: direction === 1 ? -1 : 1 };
      view.page = 0;
      redraw(view);
      view.table.tHead.rows[0].cells[column].querySelector("button").focus();
    };
    const label = el(
      "button",
      { type: "button", class: "sort", on: { click: press } },
      cell(one, view.ctx),
      el("span", { class: "sort-mark", "aria-hidden": "true" }, mark),
    );
    const order = { 0: null, 1: "ascending", "-1": "descending" }[direction];
    return el(
      "th",
      { scope: "col", class: isNumeric(view, column) ? "align-right" : "", "aria-sort": order },
      label,
    );
  });
  return el("tr", {}, heads);
}

function bodyRow(cells, view) {
  const heading = Math.trunc(Number(view.block.row_header_column_index)) || 0;
  return el(
    "tr",
    {},
    cells.map((one, column) => {
      const cls = isNumeric(view, column) ? "align-right" : "";
      return column === heading
        ? el("th", { scope: "row", class: cls }, cell(one, view.ctx))
        : el("td", { class: cls }, cell(one, view.ctx));
    }),
  );
}

function isNumeric(view, column) {
  return view.rows[0]?.[column]?.type === "raw_number";
}

function sorted({ rows, sort }) {
  if (sort === null) return rows;
  return [...rows].sort((a, b) => sort.direction * compare(a[sort.column], b[sort.column]));
}

function compare(a, b) {
  if (a?.type === "raw_number" && b?.type === "raw_number")
    return Number(a.value) - Number(b.value);
  return words(a).localeCompare(words(b), "en", { numeric: true });
}

function words(one) {
  if (one?.type !== "rich_text") return str(one?.text);
  const gather = (part) => str(part?.text) + listOf(part?.elements).map(gather).join(" ");
  return gather(one);
}

function pagerParts(view, pages, from) {
  const go = (step) => () => {
    view.page += step;
    redraw(view);
    const [back, on] = view.pager.querySelectorAll("button");
    (step > 0 ? (on.disabled ? back : on) : back.disabled ? on : back).focus();
  };
  const turn = (label, step, off) =>
    el(
      "button",
      { type: "button", class: "button small", disabled: off, on: { click: go(step) } },
      label,
    );
  const to = Math.min(from + view.size, view.rows.length);
  return [
    el("span", { class: "muted", role: "status" }, `${from + 1}–${to} of ${view.rows.length}`),
    turn("Previous", -1, view.page === 0),
    turn("Next", 1, view.page === pages - 1),
  ];
}
