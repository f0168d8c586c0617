/** `data_visualization` as inline SVG, with its words for the ear and its figures as a table. */

import { el, listOf, str, svg } from "./dom.js";
import { axes, frameOf, numberText } from "./axes.js";

const HEIGHT = 240;

export function chart(block) {
  const data = block.chart ?? {};
  const pie = data.type === "pie";
  const kind = KINDS.get(data.type) ?? "Chart";
  const label = `${kind}: ${str(block.title)}. ${pie ? pieWords(data) : seriesWords(data)}`;
  const picture = el("div", { class: "chart-picture", role: "img", "aria-label": label });
  const draw = pie ? drawPie : drawAxes;
  new ResizeObserver(([entry]) => {
    const width = Math.round(entry.contentRect.width);
    if (width > 0 && picture.dataset.width !== String(width)) {
      picture.dataset.width = String(width);
      picture.replaceChildren(draw(data, width));
    }
  }).observe(picture);
  const figures = el(
    "details",
    { class: "chart-figures" },
    el("summary", {}, "Figures"),
    figuresTable(data),
  );
  return el(
    "figure",
    { class: "chart" },
    el("figcaption", { class: "chart-title" }, str(block.title)),
    picture,
    legend(data),
    figures,
  );
}

const KINDS = new Map([
  ["line", "Line chart"],
  ["bar", "Bar chart"],
  ["area", "Area chart"],
  ["pie", "Pie chart"],
]);

function seriesOf(data) {
  return listOf(data.series).map((one) => ({
    name: str(one?.name),
    points: new Map(listOf(one?.data).map((point) => [str(point?.label), finite(point?.value)])),
  }));
}

function categoriesOf(data) {
  return listOf(data.axis_config?.categories).map(str);
}

function segmentsOf(data) {
  return listOf(data.segments).map((one) => ({
    label: str(one?.label),
    value: Math.max(finite(one?.value) ?? 0, 0),
  }));
}

/** Beyond 1e15 either way a scale has no round numbers left; the point stands at the edge. */
function finite(value) {
  return typeof value === "number" && Number.isFinite(value)
    ? Math.min(Math.max(value, -1e15), 1e15)
    : null;
}

function seriesWords(data) {
  const categories = categoriesOf(data);
  return seriesOf(data)
    .map(({ name, points }) => {
      const values = categories
        .map((label) => points.get(label))
        .filter((value) => value !== null && value !== undefined);
      if (values.length === 0) return `${name}: no figures.`;
      const ends = [values[0], values.at(-1), Math.min(...values), Math.max(...values)];
      const [first, last, low, high] = ends.map(numberText);
      return `${name}: from ${first} to ${last}, lowest ${low}, highest ${high}.`;
    })
    .join(" ");
}

function pieWords(data) {
  return `${segmentsOf(data)
    .map(({ label, value }) => `${label} ${numberText(value)}`)
    .join(", ")}.`;
}

function legend(data) {
  const names =
    data.type === "pie"
      ? segmentsOf(data).map(({ label }) => label)
      : seriesOf(data).map(({ name }) => name);
  if (names.length < 2) return null;
  return el(
    "ul",
    { class: "chart-legend", "aria-hidden": "true" },
    names.map((name, index) =>
      el("li", {}, el("span", { class: `chart-key tone-${index % 12}` }), name),
    ),
  );
}

function figuresTable(data) {
  const [head, ...rows] = figuresOf(data);
  const side = (index) => (index > 0 ? "align-right" : "");
  const top = head.map((name, index) => el("th", { scope: "col", class: side(index) }, name));
  const body = rows.map(([first, ...rest]) => {
    const values = rest.map((value) => el("td", { class: "align-right" }, value));
    return el("tr", {}, el("th", { scope: "row" }, first), values);
  });
  const table = el("table", { class: "table" }, el("thead", {}, el("tr", {}, top)));
  table.append(el("tbody", {}, body));
  return el("div", { class: "table-scroll" }, table);
}

function figuresOf(data) {
  if (data.type === "pie") {
    const rows = segmentsOf(data).map(({ label, value }) => [label, numberText(value)]);
    return [["", "Value"], ...rows];
  }
  const series = seriesOf(data);
  const row = (label) => [label, ...series.map(({ points }) => numberText(points.get(label)))];
  const head = [str(data.axis_config?.x_label), ...series.map(({ name }) => name)];
  return [head, ...categoriesOf(data).map(row)];
}

function drawAxes(data, width) {
  const categories = categoriesOf(data);
  const series = seriesOf(data);
  const frame = frameOf({
    categories,
    series,
    width,
    height: HEIGHT,
    config: data.axis_config ?? {},
    fromZero: data.type !== "line",
  });
  const marks = series.map((one, index) =>
    (MARKS.get(data.type) ?? lineMark)(one, index, frame, series.length),
  );
  return svg(
    "svg",
    {
      class: "chart-svg",
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      "aria-hidden": "true",
    },
    axes(frame),
    marks,
  );
}

const MARKS = new Map([
  ["line", lineMark],
  ["area", areaMark],
  ["bar", barMark],
]);

function pointsOf(one, frame) {
  return frame.categories
    .map((label, index) => ({ label, value: one.points.get(label), x: frame.x(index) }))
    .filter(({ value }) => value !== null && value !== undefined)
    .map((point) => ({ ...point, y: frame.y(point.value) }));
}

function tip(one, point) {
  return svg("title", {}, `${one.name}, ${point.label}: ${numberText(point.value)}`);
}

function lineMark(one, index, frame) {
  const points = pointsOf(one, frame);
  const path = points.map(({ x, y }, at) => `${at === 0 ? "M" : "L"}${x} ${y}`).join("");
  const dots = points.map((point) =>
    svg(
      "circle",
      { class: `chart-dot tone-${index % 12}`, cx: point.x, cy: point.y, r: 3.5 },
      tip(one, point),
    ),
  );
  return svg("g", {}, svg("path", { class: `chart-line tone-${index % 12}`, d: path }), dots);
}

function areaMark(one, index, frame) {
  const points = pointsOf(one, frame);
  if (points.length === 0) return svg("g", {});
  const top = points.map(({ x, y }) => `L${x} ${y}`).join("");
  const floor = frame.y(0);
  const area = svg("path", {
    class: `chart-area tone-${index % 12}`,
    d: `M${points[0].x} ${floor}${top}L${points.at(-1).x} ${floor}Z`,
  });
  return svg("g", {}, area, lineMark(one, index, frame));
}

function barMark(one, index, frame, count) {
  const slot = Math.max(frame.step * 0.7, 2);
  const width = Math.max(slot / count, 1);
  const bars = pointsOf(one, frame).map((point) => {
    const x = point.x - slot / 2 + index * width;
    const y = Math.min(point.y, frame.y(0));
    return svg(
      "rect",
      {
        class: `chart-bar tone-${index % 12}`,
        x,
        y,
        width: Math.max(width - 2, 1),
        height: Math.abs(frame.y(0) - point.y),
        rx: 2,
      },
      tip(one, point),
    );
  });
  return svg("g", {}, bars);
}

function drawPie(data, width) {
  const segments = segmentsOf(data);
  const total = segments.reduce((sum, { value }) => sum + value, 0);
  const radius = Math.min(width, HEIGHT) / 2 - 8;
  let angle = -Math.PI / 2;
  const slices = segments.map((segment, index) => {
    const from = angle;
    angle += total > 0 ? (segment.value / total) * 2 * Math.PI : 0;
    return svg(
      "path",
      { class: `chart-slice tone-${index % 12}`, d: slice(radius, from, angle) },
      tip({ name: str(data.title) || "Share" }, segment),
    );
  });
  return svg(
    "svg",
    {
      class: "chart-svg",
      width,
      height: HEIGHT,
      viewBox: `${-width / 2} ${-HEIGHT / 2} ${width} ${HEIGHT}`,
      "aria-hidden": "true",
    },
    slices,
  );
}

/** A whole circle is two half ones: an arc from a point to itself is nothing. */
function slice(radius, from, to) {
  const at = (angle) =>
    `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
  if (to - from > 2 * Math.PI - 0.001)
    return `M${at(0)}A${radius} ${radius} 0 1 1 ${at(Math.PI)}A${radius} ${radius} 0 1 1 ${at(0)}Z`;
  return `M0 0L${at(from)}A${radius} ${radius} 0 ${to - from > Math.PI ? 1 : 0} 1 ${at(to)}Z`;
}
