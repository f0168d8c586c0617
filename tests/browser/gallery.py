"""One sample of each block and element that the page draws."""

from typing import Any

from tests.browser.samples import Block, button, message, mrkdwn, option, plain, sort_menu

HELP = """\
## Help

Type **`/gpu find`** and *what you want*:

1. a model
2. a price
   - `under 0.40`
   - `max $1`

| word | meaning |
|---|---|
| `spot` | interruptible |

> It is private.

```sh
/gpu find 4090
```"""


def text_blocks() -> list[Block]:
    return [
        {
            "type": "header",
            "block_id": "h",
            "text": plain("Price watch :chart_with_downwards_trend:"),
        },
        {
            "type": "section",
            "block_id": "s1",
            "text": mrkdwn(
                "*bold* _italic_ ~strike~ `code` and 2*3*4, snake_case_name\n"
                "&gt; a quote with a <https://example.com/a?b=1&amp;c=2|link>\n"
                "• <@U2>, <#C2> and <!channel>; https://example.com/bare, "
                "&lt;not a tag&gt; :rocket:\n"
                "since <!date^1795436000^{date_short_pretty} at {time}|yesterday>\n"
                "```ssh -p 2222 root@203.0.113.7\nnvidia-smi```"
            ),
            "accessory": {
                "type": "image",
                "image_url": "https://example.com/gpu.png",
                "alt_text": "A graphics card",
            },
        },
        {
            "type": "image",
            "title": plain("Price history"),
            "image_url": "https://example.com/chart.png",
            "alt_text": "H100 fell from 2.40 to 2.10 USD per hour in 7 days",
        },
        {
            "type": "context",
            "elements": [
                mrkdwn("*Context* with a"),
                {"type": "image", "image_url": "https://example.com/x.png", "alt_text": "picture"},
                plain("and plain text"),
            ],
        },
        {
            "type": "markdown",
            "text": HELP,
        },
        rich_text(),
    ]


def rich_text() -> Block:
    def part(text: str, **style: bool) -> Block:
        return {"type": "text", "text": text} | ({"style": style} if style else {})

    items = [{"type": "rich_text_section", "elements": [part(word)]} for word in ("one", "two")]
    inline = [
        part("Rich "),
        part("bold", bold=True),
        part(" "),
        part("italic", italic=True),
        part(" "),
        part("strike", strike=True),
        part(" "),
        part("code", code=True),
        {"type": "link", "url": "https://example.com/", "text": " link "},
        {"type": "emoji", "name": "tada"},
        {"type": "user", "user_id": "U2"},
        {"type": "channel", "channel_id": "C2"},
        {"type": "broadcast", "range": "here"},
        {"type": "color", "value": "#0a7350"},
        {"type": "date", "timestamp": 1795436000, "format": " {date_long}", "fallback": "then"},
    ]
    return {
        "type": "rich_text",
        "elements": [
            {"type": "rich_text_section", "elements": inline},
            {"type": "rich_text_list", "style": "ordered", "elements": items},
            {"type": "rich_text_list", "style": "bullet", "indent": 1, "elements": items},
            {"type": "rich_text_quote", "elements": [part("quoted")]},
            {"type": "rich_text_preformatted", "elements": [part("pre\n  formatted")]},
        ],
    }


def interactive() -> list[Block]:
    confirm = {
        "title": plain("End it?"),
        "text": mrkdwn("The machine *stops* and its disk is deleted."),
        "confirm": plain("End now"),
        "deny": plain("Keep it"),
        "style": "danger",
    }
    elements = [
        button("Plain", "b-plain"),
        button("Primary", "b-primary", style="primary"),
        button("End", "b-danger", style="danger", confirm=confirm),
        button("Open the page", "b-url", url="https://example.com/"),
        sort_menu(),
        {
            "type": "multi_static_select",
            "action_id": "multi",
            "placeholder": plain("Places"),
            "options": [option(word, word.lower()) for word in ("Europe", "Norway", "Canada")],
        },
        {
            "type": "static_select",
            "action_id": "grouped",
            "placeholder": plain("Model"),
            "option_groups": [
                {
                    "label": plain("Ada"),
                    "options": [option("RTX 4090", "4090"), option("L40S", "l40s")],
                },
                {"label": plain("Hopper"), "options": [option("H100 SXM", "h100")]},
            ],
        },
        {"type": "users_select", "action_id": "user", "placeholder": plain("A person")},
        {
            "type": "conversations_select",
            "action_id": "where",
            "default_to_current_conversation": True,
        },
        {"type": "channels_select", "action_id": "channel", "placeholder": plain("A channel")},
        {"type": "external_select", "action_id": "external", "placeholder": plain("From the app")},
        {"type": "datepicker", "action_id": "date", "initial_date": "2026-11-23"},
        {"type": "timepicker", "action_id": "time", "initial_time": "14:30"},
        {"type": "datetimepicker", "action_id": "datetime", "initial_date_time": 1795436000},
        {
            "type": "overflow",
            "action_id": "more",
            "options": [
                option("Mute", "mute"),
                option("Docs", "docs", url="https://example.com/"),
            ],
        },
    ]
    radios = {
        "type": "radio_buttons",
        "action_id": "radio",
        "options": [
            option("On-demand", "od"),
            option("Spot", "spot", description=plain("may be taken away")),
        ],
        "initial_option": option("On-demand", "od"),
    }
    boxes = {
        "type": "checkboxes",
        "action_id": "boxes",
        "options": [option("Verified hosts", "v"), option("Data centre", "dc")],
    }
    return [
        {"type": "actions", "block_id": "a1", "elements": elements},
        {"type": "actions", "block_id": "a2", "elements": [radios, boxes]},
        {
            "type": "section",
            "block_id": "sa",
            "text": mrkdwn("A section with a menu"),
            "accessory": {
                "type": "overflow",
                "action_id": "sa-more",
                "options": [option("Only one", "1")],
            },
        },
        {
            "type": "context_actions",
            "block_id": "ca",
            "elements": [
                {
                    "type": "feedback_buttons",
                    "action_id": "fb",
                    "positive_button": {"text": plain("Good"), "value": "up"},
                    "negative_button": {"text": plain("Bad"), "value": "down"},
                },
                {
                    "type": "icon_button",
                    "action_id": "trash",
                    "icon": "trash",
                    "text": plain("Delete"),
                },
            ],
        },
    ]


def data_blocks() -> list[Block]:
    def raw(text: str) -> Block:
        return {"type": "raw_text", "text": text}

    rows: list[list[Block]] = [[raw("GPU"), raw("Place"), raw("$/h")]]
    for index, (gpu, place) in enumerate(
        [
            ("RTX 4090", "Norway"),
            ("RTX 3090", "Texas, US"),
            ("H100 SXM", "Iceland"),
            ("A100 80 GB", "Japan"),
            ("L40S", "France"),
            ("RTX 5090", "Quebec, CA"),
            ("A6000", "Poland"),
        ]
    ):
        price = (7 - index) * 0.31
        rows.append(
            [raw(gpu), raw(place), {"type": "raw_number", "value": price, "text": f"${price:.2f}"}]
        )
    days = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

    def series(name: str, start: float, step: float) -> Block:
        return {
            "name": name,
            "data": [
                {"label": day, "value": round(start + step * ((n * 3) % 5), 3)}
                for n, day in enumerate(days)
            ],
        }

    axis = {"categories": days, "x_label": "Day", "y_label": "USD per hour"}
    two = [series("RTX 4090", 0.31, 0.02), series("RTX 3090", 0.16, 0.013)]
    return [
        {
            "type": "table",
            "rows": rows[:4],
            "column_settings": [{}, {"is_wrapped": True}, {"align": "right"}],
        },
        {
            "type": "data_table",
            "caption": "All offers, cheapest last",
            "rows": rows,
            "page_size": 5,
        },
        {
            "type": "data_visualization",
            "title": "Price of the week",
            "chart": {"type": "line", "series": two, "axis_config": axis},
        },
        {
            "type": "data_visualization",
            "title": "As bars",
            "chart": {"type": "bar", "series": two, "axis_config": axis},
        },
        {
            "type": "data_visualization",
            "title": "As areas",
            "chart": {"type": "area", "series": two, "axis_config": axis},
        },
        {
            "type": "data_visualization",
            "title": "Where they are",
            "chart": {
                "type": "pie",
                "segments": [
                    {"label": "Europe", "value": 14},
                    {"label": "North America", "value": 9},
                    {"label": "Asia", "value": 4},
                ],
            },
        },
    ]


def newer_blocks() -> list[Block]:
    details = {
        "type": "rich_text",
        "elements": [
            {
                "type": "rich_text_section",
                "elements": [{"type": "text", "text": "29 s, image pulled"}],
            }
        ],
    }
    card = {
        "type": "card",
        "block_id": "alone",
        "slack_icon": {"type": "icon", "name": "rocket"},
        "title": mrkdwn("1 × H100 SXM 80 GB"),
        "subtitle": mrkdwn("TensorDock · Iceland"),
        "hero_image": {
            "type": "image",
            "image_url": "https://example.com/hero.png",
            "alt_text": "A rack of servers",
        },
        "body": mrkdwn("*$2.10/h* all-in"),
        "subtext": mrkdwn("2 left"),
        "actions": [button("Rent", "rent", style="primary"), button("Details", "d")],
    }
    levels = ["default", "info", "warning", "error", "success"]
    return [
        card,
        *(
            {"type": "alert", "level": level, "text": mrkdwn(f"An alert of level *{level}*.")}
            for level in levels
        ),
        {
            "type": "container",
            "title": plain("Price parts"),
            "subtitle": plain("what the hour costs"),
            "is_collapsible": True,
            "child_blocks": [{"type": "section", "text": mrkdwn("GPU $0.60, disk $0.02")}],
        },
        {
            "type": "container",
            "title": plain("Fixed"),
            "has_header_divider": True,
            "width": "narrow",
            "child_blocks": [{"type": "section", "text": mrkdwn("Always in sight")}],
        },
        {
            "type": "plan",
            "title": "Renting",
            "tasks": [
                {"task_id": "1", "title": "Order", "status": "complete", "details": details},
                {
                    "task_id": "2",
                    "title": "Boot",
                    "status": "in_progress",
                    "sources": [{"type": "url", "url": "https://example.com/", "text": "Console"}],
                },
                {"task_id": "3", "title": "SSH", "status": "pending"},
                {"task_id": "4", "title": "Label", "status": "error"},
            ],
        },
        {
            "type": "task_card",
            "task_id": "t",
            "title": "Asking 2 marketplaces",
            "status": "in_progress",
        },
        {
            "type": "video",
            "title": plain("How to rent"),
            "alt_text": "A talk",
            "thumbnail_url": "https://example.com/t.png",
            "video_url": "https://example.com/v",
            "author_name": "Ada",
        },
        {"type": "file", "external_id": "prices.csv", "source": "remote"},
        {"type": "hologram", "depth": 3},
        {"type": "section", "fields": 7, "text": {"type": "mrkdwn", "text": None}},
    ]


def messages() -> list[dict[str, Any]]:
    problems = [
        {
            "pointer": "/blocks/0/text/text",
            "text": "is 3,412 characters; at most 3,000 are allowed",
        }
    ]
    parts = [text_blocks(), interactive(), data_blocks(), newer_blocks()]
    made = [message(f"17954363{index}0.000100", *blocks) for index, blocks in enumerate(parts)]
    made[0] |= {"problems": problems, "edited": True}
    return made


def details_modal() -> dict[str, Any]:
    return view(
        "V1",
        {
            "type": "alert",
            "level": "info",
            "text": mrkdwn("The price is read again before anything is rented."),
        },
        {"type": "header", "text": plain("2 × RTX 4090 24 GB")},
        {
            "type": "section",
            "fields": [
                mrkdwn(text)
                for text in (
                    "*Per hour*\n$0.62 all-in",
                    "*Per GPU*\n$0.31",
                    "*4 hours*\n$2.48",
                    "*24 hours*\n$14.88",
                    "*Place*\nNorway",
                    "*Reliability*\n99.4 %",
                )
            ],
        },
        {"type": "divider"},
        {
            "type": "section",
            "text": mrkdwn(
                "*Price parts*\nGPU $0.58 · disk 50 GB $0.04\nTraffic $0.01 per GB on top"
            ),
        },
        {
            "type": "context",
            "elements": [
                mrkdwn(":warning: One host of this machine went away 2 times this month.")
            ],
        },
        title=plain("Offer details"),
        submit=None,
        close=plain("Close"),
    )


def input_modal() -> dict[str, Any]:
    def field(block_id: str, label: str, element: Block, **more: Any) -> Block:
        return {
            "type": "input",
            "block_id": block_id,
            "label": plain(label),
            "element": element,
        } | more

    return view(
        "V2",
        field(
            "model",
            "GPU model",
            {
                "type": "plain_text_input",
                "action_id": "v",
                "placeholder": plain("4090, h100 sxm, …"),
            },
        ),
        field(
            "count",
            "How many",
            {
                "type": "number_input",
                "action_id": "v",
                "is_decimal_allowed": False,
                "min_value": "1",
                "max_value": "8",
                "initial_value": "2",
            },
        ),
        field("sort", "Sort by", sort_menu()),
        field(
            "notes",
            "Notes",
            {"type": "plain_text_input", "action_id": "v", "multiline": True},
            optional=True,
            hint=plain("Only you see them."),
        ),
        field(
            "kind",
            "Kind",
            {
                "type": "radio_buttons",
                "action_id": "v",
                "options": [option("On-demand", "od"), option("Spot", "spot")],
            },
            optional=True,
        ),
        title=plain("Find a GPU"),
        submit=plain("Search"),
        close=plain("Cancel"),
    )


def view(view_id: str, *blocks: Block, **more: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "id": view_id,
        "type": "modal",
        "blocks": list(blocks),
        "callback_id": "cb",
        "private_metadata": "",
        "state": {"values": {}},
        "root_view_id": view_id,
        "previous_view_id": None,
        "hash": "1",
        "problems": [],
    }
    made |= more
    made["raw"] = {
        "type": "modal",
        **{key: made[key] for key in ("title", "submit", "close", "blocks")},
    }
    return made
