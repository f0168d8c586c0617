"""Samples of tables, charts, cards and the other newer blocks."""

from tests.browser.samples import Block, button, mrkdwn, plain


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
