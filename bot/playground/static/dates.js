/** Times as the reader's own clock shows them. A Slack `ts` is Unix seconds with a fraction. */

import { el } from "./dom.js";

const clock = new Intl.DateTimeFormat(undefined, { hour: "numeric", minute: "2-digit" });
const clockSeconds = new Intl.DateTimeFormat(undefined, {
  hour: "numeric",
  minute: "2-digit",
  second: "2-digit",
});
const full = new Intl.DateTimeFormat("en", { dateStyle: "full", timeStyle: "long" });

let shiftMs = 0;
let day = "";

/**
 * The workspace may live at another time than this machine: its now, in seconds. Returns whether
 * it is another day there than at the last time.
 */
export function liveAt(seconds) {
  const ms = seconds * 1000;
  if (Number.isFinite(ms)) shiftMs = ms - Date.now();
  const before = day;
  day = today().toDateString();
  return before !== "" && before !== day;
}

export function today() {
  return new Date(Date.now() + shiftMs);
}

export function dateOf(ts) {
  const seconds = Number(ts);
  const date = new Date(seconds * 1000);
  return Number.isFinite(seconds) && !Number.isNaN(date.getTime()) ? date : null;
}

export function timeOfDay(date) {
  return clock.format(date);
}

export function fullTime(date) {
  return full.format(date);
}

export function dayLabel(date, now = today()) {
  return (
    relativeDay(date, now) ??
    words(date, { weekday: "long", month: "long" }, now.getFullYear() !== date.getFullYear())
  );
}

export function sameDay(a, b) {
  return a.toDateString() === b.toDateString();
}

/** Slack's date tokens: `{date_short_pretty} at {time}` and the rest; unknown ones stay. */
export function slackDate(date, format, now = today()) {
  return format.replace(/\{(\w+)\}/g, (whole, token) => TOKENS.get(token)?.(date, now) ?? whole);
}

/** A date of a message, in Slack's format. */
export function dateNode(date, format) {
  return el(
    "time",
    { datetime: date.toISOString(), title: fullTime(date), "data-format": format },
    slackDate(date, format),
  );
}

/** What was tomorrow is today. */
export function dateAnew(root) {
  for (const node of root.querySelectorAll("time[data-format]"))
    node.textContent = slackDate(new Date(node.dateTime), node.dataset.format);
}

const TOKENS = new Map([
  [
    "date_num",
    (date) => [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join("-"),
  ],
  ["date_slash", (date) => date.toLocaleDateString(undefined)],
  ["date", (date) => words(date, { month: "long" }, true)],
  ["date_short", (date) => words(date, { month: "short" }, true)],
  ["date_long", (date) => words(date, { weekday: "long", month: "long" }, true)],
  ["date_pretty", (date, now) => nearDay(date, now) ?? words(date, { month: "long" }, true)],
  [
    "date_short_pretty",
    (date, now) => nearDay(date, now) ?? words(date, { month: "short" }, true),
  ],
  [
    "date_long_pretty",
    (date, now) => nearDay(date, now) ?? words(date, { weekday: "long", month: "long" }, true),
  ],
  ["day_divider_pretty", (date, now) => dayLabel(date, now)],
  ["time", (date) => clock.format(date)],
  ["time_secs", (date) => clockSeconds.format(date)],
  ["ago", ago],
]);

function two(number) {
  return String(number).padStart(2, "0");
}

/** Within a sentence, as Slack's reference writes them: "yesterday", "today", "tomorrow". */
function nearDay(date, now) {
  return relativeDay(date, now)?.toLowerCase() ?? null;
}

function relativeDay(date, now) {
  const days = Math.round((midnight(now) - midnight(date)) / 86_400_000);
  return { "-1": "Tomorrow", 0: "Today", 1: "Yesterday" }[days] ?? null;
}

function midnight(date) {
  return new Date(date.getFullYear(), date.getMonth(), date.getDate()).getTime();
}

/** "Tuesday, February 18th, 2014", with the parts that were asked for. */
function words(date, parts, year) {
  const month = date.toLocaleDateString("en", { month: parts.month });
  const weekday = parts.weekday
    ? `${date.toLocaleDateString("en", { weekday: parts.weekday })}, `
    : "";
  const day = parts.month === "short" ? String(date.getDate()) : ordinal(date.getDate());
  return `${weekday}${month} ${day}${year ? `, ${date.getFullYear()}` : ""}`;
}

function ordinal(day) {
  if (day >= 11 && day <= 13) return `${day}th`;
  return `${day}${{ 1: "st", 2: "nd", 3: "rd" }[day % 10] ?? "th"}`;
}

function ago(date, now) {
  const seconds = (date.getTime() - now.getTime()) / 1000;
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  for (const [unit, size] of [
    ["day", 86_400],
    ["hour", 3_600],
    ["minute", 60],
  ]) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(Math.trunc(seconds), "second");
}
