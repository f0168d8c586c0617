"""Messages and modals as a server would send them to the page, with every block and element."""

from typing import Any

Block = dict[str, Any]

USERS = [
    {"id": "U1", "name": "ada", "real_name": "Ada Byron", "is_bot": False, "color": "7a3e9d"},
    {"id": "U2", "name": "grace", "real_name": "Grace Hopper", "is_bot": False, "color": "2f7d6b"},
    {
        "id": "UB",
        "name": "gpu-shopper",
        "real_name": "GPU Shopper",
        "is_bot": True,
        "color": "0a7350",
    },
]
CHANNELS = [
    {"id": "C1", "name": "gpu-hunters", "kind": "channel", "topic": "Cheap cards, found together"},
    {"id": "C2", "name": "general", "kind": "channel", "topic": ""},
    {"id": "C3", "name": "ml-research", "kind": "channel", "topic": ""},
    {"id": "D1", "name": "GPU Shopper", "kind": "dm", "topic": ""},
]
COMMANDS = [
    {
        "command": "/gpu",
        "description": "Find, compare, watch and rent GPUs",
        "usage_hint": "[find 2x 4090 under 0.80 | help]",
    },
    {"command": "/gpu-admin", "description": "Limits and budgets", "usage_hint": "[policy]"},
]
BOT = {
    "id": "B1",
    "name": "GPU Shopper",
    "user_id": "UB",
    "connected": True,
    "transport": "socket",
}


def hello(user: str = "U1") -> dict[str, Any]:
    me = next(one for one in USERS if one["id"] == user)
    return {
        "type": "hello",
        "team": {"id": "T1", "name": "Render Farm"},
        "me": {"id": user, "name": me["name"], "color": me["color"]},
        "users": USERS,
        "channels": CHANNELS,
        "commands": COMMANDS,
        "bot": BOT,
    }


def message(ts: str, *blocks: Block, **changes: Any) -> dict[str, Any]:
    """A message of the app unless `changes` say otherwise."""
    made: dict[str, Any] = {
        "ts": ts,
        "user": "UB",
        "bot_id": "B1",
        "username": "",
        "text": "GPU Shopper says something.",
        "blocks": list(blocks) or None,
        "ephemeral": False,
        "edited": False,
        "thread_ts": None,
        "problems": [],
    }
    made |= changes
    made["raw"] = {"channel": "C1", "text": made["text"], "blocks": list(blocks)}
    return made


def person(ts: str, text: str, user: str = "U1") -> dict[str, Any]:
    return message(ts, user=user, bot_id=None, text=text)


def plain(text: str) -> Block:
    return {"type": "plain_text", "text": text, "emoji": True}


def mrkdwn(text: str) -> Block:
    return {"type": "mrkdwn", "text": text}


def button(text: str, action_id: str, **more: Any) -> Block:
    return {
        "type": "button",
        "text": plain(text),
        "action_id": action_id,
        "value": f"v-{action_id}",
    } | more


def option(text: str, value: str, **more: Any) -> Block:
    return {"text": plain(text), "value": value} | more


SORTS = [
    option("Price per hour", "price"),
    option("Value", "value", description=plain("Price per GiB of VRAM")),
    option("Reliability", "reliability"),
]


def sort_menu(**more: Any) -> Block:
    return {
        "type": "static_select",
        "action_id": "sort",
        "placeholder": plain("Sort by"),
        "options": SORTS,
        "initial_option": SORTS[0],
    } | more


def offer_card(index: int) -> Block:
    places = ["Norway", "Oregon, US", "Quebec, CA", "Sweden", "Texas, US", "Poland", "Japan"]
    price = 0.62 + index * 0.043
    cheap = "Vast.ai" if index % 3 else "TensorDock"
    return {
        "type": "card",
        "block_id": f"offer-{index}",
        "title": mrkdwn("2 × RTX 4090 24 GB"),
        "subtitle": mrkdwn(f"{cheap} · {places[index % len(places)]}"),
        "body": mrkdwn(
            f"*${price:.2f}/h* all-in · ${price / 2:.3f} per GPU\n"
            f"Reliability 99.{index} % · 64 GB RAM · 16 vCPU\nDown 812 Mbit/s · CUDA 12.4"
        ),
        "subtext": mrkdwn("verified · on-demand"),
        "actions": [
            button(
                "Details",
                f"details-{index}",
                accessibility_label=f"Details of offer {index + 1}, ${price:.2f} per hour",
            )
        ],
    }


def answer(ts: str = "1795436100.000100") -> dict[str, Any]:
    summary = (
        "*12 offers of 31*, from *$0.62/h*; Vast.ai 14 s old, TensorDock 40 s old\n"
        "verified hosts, on-demand, reliability ≥ 0.95 (defaults)"
    )
    return message(
        ts,
        {"type": "section", "block_id": "summary", "text": mrkdwn(summary)},
        {"type": "carousel", "block_id": "cards", "elements": [offer_card(n) for n in range(7)]},
        {
            "type": "actions",
            "block_id": "turn",
            "elements": [
                button("Previous", "previous"),
                button("Next", "next"),
                sort_menu(),
                button("Refresh", "refresh"),
                button("Share", "share", style="primary"),
            ],
        },
        text="12 offers of 31, from $0.62/h",
        ephemeral=True,
    )


def classic(ts: str = "1795436200.000100") -> dict[str, Any]:
    blocks: list[Block] = [
        {"type": "header", "text": plain("3 offers for 2 × RTX 4090")},
    ]
    for index in range(3):
        fields = [
            f"*Price*\n${0.62 + index / 20:.2f}/h all-in",
            "*Place*\nNorway",
            "*Reliability*\n99.4 %",
            "*Memory*\n64 GB RAM, 24 GB VRAM each",
        ]
        blocks += [
            {
                "type": "section",
                "block_id": f"classic-{index}",
                "text": mrkdwn(
                    f"*2 × RTX 4090 24 GB* · <https://vast.ai/|Vast.ai> `m-{8123 + index}`"
                ),
                "fields": [mrkdwn(text) for text in fields],
            },
            {
                "type": "actions",
                "block_id": f"classic-actions-{index}",
                "elements": [button("Details", "details")],
            },
            {"type": "divider"},
        ]
    blocks.append(
        {
            "type": "context",
            "elements": [
                mrkdwn("Prices as of <!date^1795436200^{time}|14:16>. :warning: Traffic is extra.")
            ],
        }
    )
    return message(ts, *blocks, text="3 offers for 2 × RTX 4090")
