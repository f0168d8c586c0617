/** Shortcodes that the playground draws; any other stays as it was written. */

const EMOJI = new Map(
  Object.entries({
    "+1": "👍", "-1": "👎", alarm_clock: "⏰", arrow_down: "⬇️", arrow_left: "⬅️", arrow_right: "➡️",
    arrow_up: "⬆️", arrows_counterclockwise: "🔄", ballot_box_with_check: "☑️", bangbang: "‼️",
    bar_chart: "📊", bell: "🔔", blue_heart: "💙", blush: "😊", bookmark: "🔖", books: "📚",
    boom: "💥", brain: "🧠", bug: "🐛", bulb: "💡", calendar: "📆", chart_with_downwards_trend: "📉",
    chart_with_upwards_trend: "📈", clap: "👏", clipboard: "📋", clock3: "🕒", cloud: "☁️",
    computer: "💻", construction: "🚧", credit_card: "💳", cry: "😢", desktop_computer: "🖥️",
    dollar: "💵", earth_americas: "🌎", earth_asia: "🌏", electric_plug: "🔌", envelope: "✉️",
    exclamation: "❗", eyes: "👀", fire: "🔥", flag: "🏁", floppy_disk: "💾", gear: "⚙️", gem: "💎",
    ghost: "👻", globe_with_meridians: "🌐", grey_question: "❔", hammer_and_wrench: "🛠️",
    heart: "❤️", heavy_check_mark: "✔️", heavy_dollar_sign: "💲", heavy_minus_sign: "➖",
    heavy_plus_sign: "➕", hourglass: "⌛", hourglass_flowing_sand: "⏳", inbox_tray: "📥",
    information_source: "ℹ️", joy: "😂", key: "🔑", label: "🏷️", large_blue_circle: "🔵",
    large_green_circle: "🟢", large_orange_circle: "🟠", large_yellow_circle: "🟡", link: "🔗",
    lock: "🔒", mag: "🔍", mega: "📣", memo: "📝", money_with_wings: "💸", moneybag: "💰",
    mute: "🔇", new: "🆕", no_bell: "🔕", no_entry: "⛔", no_entry_sign: "🚫", ok: "🆗", ok_hand: "👌",
    outbox_tray: "📤", package: "📦", partying_face: "🥳", pencil2: "✏️", point_right: "👉",
    pray: "🙏", pushpin: "📌", question: "❓", rainbow: "🌈", raised_hands: "🙌", red_circle: "🔴",
    robot_face: "🤖", rocket: "🚀", rotating_light: "🚨", satellite: "📡", shield: "🛡️",
    slightly_smiling_face: "🙂", smile: "😄", snail: "🐌", snowflake: "❄️", sparkles: "✨",
    speech_balloon: "💬", star: "⭐", stopwatch: "⏱️", sunglasses: "😎", tada: "🎉", thinking_face: "🤔",
    thumbsdown: "👎", thumbsup: "👍", timer_clock: "⏲️", trophy: "🏆", unlock: "🔓", warning: "⚠️",
    wastebasket: "🗑️", wave: "👋", white_check_mark: "✅", white_circle: "⚪", wrench: "🔧", x: "❌",
    zap: "⚡", zzz: "💤",
  }),
);

export const SHORTCODE = /:([a-z0-9_+'-]{1,60}):/y;

export function emoji(name) {
  return EMOJI.get(name) ?? null;
}

export function withEmoji(text) {
  return text.replace(/:([a-z0-9_+'-]{1,60}):/g, (whole, name) => EMOJI.get(name) ?? whole);
}
