"""Modals as a server would send them to the page."""

from typing import Any

from tests.browser.samples import Block, mrkdwn, option, plain, sort_menu


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
