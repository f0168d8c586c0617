"""One sample of each block and element that the page draws."""

from typing import Any

from tests.browser import samples
from tests.browser.gallery_data import data_blocks, newer_blocks
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


def everything() -> dict[str, list[dict[str, Any]]]:
    talk = [
        samples.person(
            "1795349600.000100", "Anyone seen *4090s* under $0.35 per GPU today?", "U2"
        ),
        samples.person("1795349660.000100", "I need two of them, ideally in Europe :flag:", "U2"),
        samples.person("1795436000.000100", "Let me ask <@UB>."),
    ]
    return {
        "C1": [*talk, samples.answer()],
        "C2": [samples.classic()],
        "C3": messages(),
        "D1": [],
    }
