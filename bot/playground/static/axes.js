/** Scales, grid and labels of a chart with two axes. */

import { str, svg } from "./dom.js";

export function numberText(value) {
  if (typeof value !== "number") return "–";
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 10 ? 3 : 2 });
}

/** Where a category and a value lie in the picture. A line may start above zero; bars may not. */
export function frameOf({ categories, series, width, height, config, fromZero }) {
  const values = series
    .flatMap(({ points }) => [...points.values()])
    .filter((value) => value !== null);
  const ticks = ticksOf(values.length > 0 ? values : [0, 1], fromZero);
  const widest = Math.max(...ticks.map((tick) => numberText(tick).length));
  const box = {
    left: widest * 7 + (config.y_label ? 30 : 14),
    right: 14,
    top: 12,
    bottom: config.x_label ? 46 : 28,
  };
  const inner = {
    width: Math.max(width - box.left - box.right, 1),
    height: height - box.top - box.bottom,
  };
  const step = inner.width / Math.max(categories.length, 1);
  const [low, high] = [ticks[0], ticks.at(-1)];
  return {
    categories,
    ticks,
    step,
    width,
    height,
    box,
    inner,
    config,
    x: (index) => round(box.left + step * (index + 0.5)),
    y: (value) => round(box.top + inner.height * (1 - (value - low) / (high - low))),
  };
}

function round(number) {
  return Math.round(number * 10) / 10;
}

/** Four to six round numbers that hold all values. */
function ticksOf(values, fromZero) {
  const low = Math.min(...values, ...(fromZero ? [0] : []));
  const high = Math.max(...values, ...(fromZero ? [0] : []));
  const span = high - low || Math.abs(high) || 1;
  const rough = span / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((factor) => factor * power).find((size) => size >= rough);
  const first = Math.floor(low / step) * step;
  const count = Math.max(Math.ceil((high - first) / step), 1);
  return Array.from({ length: count + 1 }, (_, index) =>
    Number((first + index * step).toPrecision(12)),
  );
}

export function axes(frame) {
  const { box, inner, width, height, config } = frame;
  const [floor, middle] = [box.top + inner.height, box.top + inner.height / 2];
  const base = { x1: box.left, x2: width - box.right, y1: floor, y2: floor };
  return svg(
    "g",
    {},
    frame.ticks.map((tick) => gridLine(frame, tick)),
    categoryLabels(frame),
    axisLabel(config.x_label, { x: box.left + inner.width / 2, y: height - 6 }),
    axisLabel(config.y_label, { x: 12, y: middle, transform: `rotate(-90 12 ${middle})` }),
    svg("line", { class: "chart-base", ...base }),
  );
}

function axisLabel(text, place) {
  if (!text) return null;
  return svg("text", { class: "chart-axis", "text-anchor": "middle", ...place }, str(text));
}

function gridLine({ box, width, y }, tick) {
  const at = y(tick);
  return svg(
    "g",
    {},
    svg("line", { class: "chart-grid", x1: box.left, x2: width - box.right, y1: at, y2: at }),
    svg(
      "text",
      { class: "chart-tick", x: box.left - 8, y: at + 4, "text-anchor": "end" },
      numberText(tick),
    ),
  );
}

/** As many names as there is room for; the rest are in the figures below the chart. */
function categoryLabels(frame) {
  const longest = Math.max(...frame.categories.map((label) => label.length), 1);
  const every = Math.max(1, Math.ceil((longest * 6.5 + 10) / frame.step));
  return frame.categories.map((label, index) =>
    index % every === 0
      ? svg(
          "text",
          {
            class: "chart-tick",
            x: frame.x(index),
            y: frame.box.top + frame.inner.height + 18,
            "text-anchor": "middle",
          },
          label,
        )
      : null,
  );
}
