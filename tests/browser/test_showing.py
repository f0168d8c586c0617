"""What the page makes of messages: marks, foreign text, every block, JSON, lost connections."""

import pytest
from playwright.async_api import expect

from tests.browser import gallery, samples
from tests.browser.conftest import Room

pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

EVIL = "<script>window.hit = 1</script><img src=x onerror='window.hit = 1'> javascript:alert(1)"
TS = "1795436200.000200"


async def test_only_private_messages_are_marked(room: Room) -> None:
    """ "Only visible to you" stands on ephemeral messages and on no others."""
    await room.workspace.show(samples.message(TS, text="For all."))
    await room.page.locator(f'[data-ts="{TS}"]').wait_for()
    marks = await room.page.locator(".message").evaluate_all(
        "nodes => nodes.map((node) => node.querySelector('.only-you')?.innerText ?? null)"
    )
    assert marks == ["Only visible to you", None]
    assert await room.page.locator(f'[data-ts="{TS}"] .badge').inner_text() == "APP"


async def test_a_failed_command_is_told_privately(room: Room) -> None:
    """A note of the workspace is a private line, with its text as it came."""
    text = '/gpu failed with the error "operation_timeout"'
    await room.workspace.send({"type": "note", "channel": "C1", "level": "error", "text": text})
    note = room.page.locator(".note-error")
    await note.wait_for()
    assert await note.locator(".message-text").inner_text() == text
    assert await note.locator(".only-you").count() == 1


def evil_blocks() -> list[samples.Block]:
    pie = {"type": "pie", "segments": [{"label": EVIL, "value": 1}]}
    text, words = samples.mrkdwn(EVIL), samples.plain(EVIL)
    rich = {"type": "rich_text_section", "elements": [{"type": "text", "text": EVIL}]}
    hostile = {"type": "link", "url": "javascript:window.hit=1", "text": "press"}
    rows = [[{"type": "raw_text", "text": EVIL}], [{"type": "raw_text", "text": EVIL}]]
    return [
        {"type": "section", "text": text, "fields": [words]},
        {"type": "section", "text": samples.mrkdwn("<javascript:window.hit=1|press>")},
        {"type": "header", "text": words},
        {"type": "markdown", "text": f"# {EVIL}\n[press](javascript:window.hit=1) {EVIL}"},
        {"type": "rich_text", "elements": [rich, {**rich, "elements": [hostile]}]},
        {"type": "card", "title": text, "body": words, "actions": [samples.button(EVIL, "b")]},
        {"type": "table", "rows": rows},
        {"type": "data_table", "rows": rows, "caption": EVIL},
        {"type": "data_visualization", "title": EVIL, "chart": pie},
        {"type": "image", "image_url": "https://x.test/' onerror='", "alt_text": EVIL},
        {"type": EVIL},
        {"type": "constructor"},
    ]  # fmt: skip


async def test_foreign_text_never_becomes_an_element(room: Room) -> None:
    """Markup in any text stays text, and no link runs a script."""
    made = samples.message(TS, *evil_blocks(), text=EVIL, username=EVIL)
    made["problems"] = [{"pointer": EVIL, "text": EVIL}]
    await room.workspace.show(made)
    message = room.page.locator(f'[data-ts="{TS}"]')
    await message.locator(".problem-badge").click()
    await message.locator(".json").wait_for()
    assert await message.locator("script, img[onerror], iframe").count() == 0
    assert await message.locator("a[href^='javascript']").count() == 0
    assert await room.page.evaluate("window.hit") is None
    assert EVIL in await message.locator(".header").inner_text()
    assert "block constructor" in await message.inner_text()


async def test_mrkdwn(room: Room) -> None:
    """Slack's markup is drawn by Slack's rules, and escapes are undone once."""
    cases = {
        "*b* _i_ ~s~ `c`": '<b>b</b> <i>i</i> <s>s</s> <code class="code">c</code>',
        "2*3*4 snake_case_x": "2*3*4 snake_case_x",
        "* not* bold": "* not* bold",
        "x*y* z": "x*y* z",
        "a &lt;b&gt; &amp;amp;": "a &lt;b&gt; &amp;amp;",
        "*_both_*": "<b><i>both</i></b>",
        "<@U2> <#C2> <@UNKNOWN|old>": '<span class="mention">@Grace Hopper</span> '
        '<span class="mention">#general</span> <span class="mention">@old</span>',
        "<!channel>": '<span class="mention mention-all">@channel</span>',
        "one\n&gt; two\nthree": 'one<blockquote class="quote">two</blockquote>three',
        "```a *b* &lt;c&gt;```": '<pre class="pre">a *b* &lt;c&gt;</pre>',
        ":nonsense: `unclosed": ":nonsense: `unclosed",
    }  # fmt: skip
    blocks = [{"type": "section", "text": samples.mrkdwn(text)} for text in cases]
    await room.workspace.show(samples.message(TS, *blocks))
    await room.page.locator(f'[data-ts="{TS}"]').wait_for()
    drawn = await room.page.locator(f'[data-ts="{TS}"] .section-text').evaluate_all(
        "nodes => nodes.map((node) => node.innerHTML)"
    )
    assert drawn == list(cases.values())


async def test_dates_are_in_the_reader_s_time(room: Room) -> None:
    """A date token is written out for the reader's zone; one that cannot be read falls back."""
    text = "<!date^1795436000^{date_num} {date} at {time}|then> <!date^never^{time}|fallback>"
    await room.workspace.show(samples.message(TS, text=text))
    shown = await room.page.locator(f'[data-ts="{TS}"] .message-text').inner_text()
    words = " ".join(shown.split())  # browsers differ in the space before PM
    assert words == "2026-11-23 November 23rd, 2026 at 9:13 PM fallback"


async def test_every_block_is_drawn(room: Room) -> None:
    """Each block type that Slack knows has a drawing; others are named in a grey box."""
    for message in gallery.messages():
        await room.workspace.show(message)
    await room.page.locator(".unknown").wait_for()
    unknown = await room.page.locator(".unknown").all_inner_texts()
    assert unknown == ["The playground does not draw this: block hologram"]
    empty = await room.page.locator(".block > :empty:not(hr)").count()
    assert empty == 0
    charts = await room.page.locator(".chart-svg").count()
    assert charts == 4
    label = await room.page.locator(".chart-picture").first.get_attribute("aria-label")
    assert label == (
        "Line chart: Price of the week. RTX 4090: from 0.31 to 0.37, lowest 0.31, highest 0.39. "
        "RTX 3090: from 0.16 to 0.199, lowest 0.16, highest 0.212."
    )


async def test_a_data_table_is_sorted_and_paged(room: Room) -> None:
    """A press on a heading sorts by number, the pager turns the page."""
    await room.workspace.show(gallery.messages()[2])
    table = room.page.locator(".data-table-box")
    await table.get_by_role("button", name="$/h").click()
    price = "rows => rows.map((row) => row.lastElementChild.innerText)"
    assert await table.locator("tbody tr").evaluate_all(price) == [
        "$0.31", "$0.62", "$0.93", "$1.24", "$1.55"
    ]  # fmt: skip
    await table.get_by_role("button", name="Next").click()
    assert await table.locator("tbody tr").evaluate_all(price) == ["$1.86", "$2.17"]
    assert await table.get_by_role("status").inner_text() == "6–7 of 7"


async def test_a_carousel_moves_by_button_and_key(room: Room) -> None:
    """The arrow buttons and the arrow keys move a carousel; at its start there is no way back."""
    track = room.page.locator(".carousel-track")
    back = room.page.get_by_role("button", name="Previous cards", include_hidden=True)
    assert await back.is_disabled()
    await room.page.get_by_role("button", name="Next cards").click()
    await back.and_(room.page.locator(":enabled")).wait_for()
    assert await track.evaluate("node => node.scrollLeft") > 250
    await track.focus()
    await track.press("ArrowLeft")
    await back.and_(room.page.locator(":disabled")).wait_for(state="attached")
    assert await track.evaluate("node => node.scrollLeft") == 0


async def test_the_strip_shows_payload_and_limits(room: Room) -> None:
    """The badge counts broken limits; the strip lists them over the JSON and points into it."""
    made = samples.message(TS, {"type": "header", "text": samples.plain("x" * 151)})
    made["problems"] = [{"pointer": "/blocks/0/text/text", "text": "151 of 150 characters"}]
    await room.workspace.show(made)
    message = room.page.locator(f'[data-ts="{TS}"]')
    await message.hover()
    badge = message.locator(".problem-badge")
    assert await badge.inner_text() == "1 limit broken"
    await message.get_by_role("button", name="{ } JSON").click()
    assert "151 of 150 characters" in await message.locator(".problems").inner_text()
    shown = await message.locator(".json").evaluate("node => JSON.parse(node.textContent)")
    assert shown == made["raw"]
    await message.get_by_role("button", name="/blocks/0/text/text").click()
    assert await message.locator(".pointed").inner_text() == f'"{"x" * 151}"'
    await message.get_by_role("button", name="{ } JSON").click()
    assert await message.locator(".json").count() == 0


async def test_unread_messages_and_the_reader_s_ear(room: Room) -> None:
    """A message elsewhere makes its channel bold; one here is read out with its plain text."""
    await room.workspace.show(samples.message(TS, text="Psst."), channel="C2")
    row = room.page.locator("[data-channel=C2]")
    await room.page.locator("[data-channel=C2].unread").wait_for()
    assert await row.locator(".count").text_content() == "1 unread"
    await row.click()
    assert await row.get_attribute("class") == "channel-row current "
    await room.workspace.show(samples.message("1795436201.000100", text="Now."), channel="C2")
    await room.page.locator("#announcer", has_text="GPU Shopper: Now.").wait_for(state="attached")


async def test_deleted_messages_go(room: Room) -> None:
    """A deleted message leaves the page."""
    ts = samples.answer()["ts"]
    await room.workspace.send({"type": "deleted", "channel": "C1", "ts": ts})
    await room.page.locator(".message").wait_for(state="detached")


async def test_a_lost_connection_comes_back(room: Room) -> None:
    """While the server is away a banner says so and typed text stays; then all is as before."""
    room.workspace.refuse = True
    await room.workspace.hang_up()
    banner = room.page.locator(".banner-lost")
    await banner.wait_for()
    box = room.page.locator("#composer")
    await box.fill("kept")
    await box.press("Enter")
    assert await box.input_value() == "kept"
    room.workspace.refuse = False
    room.workspace.messages["C1"].append(samples.message(TS, text="Meanwhile."))
    room.trouble.clear()
    await banner.wait_for(state="detached")
    await room.page.get_by_text("Meanwhile.").first.wait_for()
    await box.press("Enter")
    assert (await room.workspace.next_frame())["text"] == "kept"


async def test_a_list_that_grew_is_as_one_that_was_drawn_at_once(room: Room) -> None:
    """Day lines and heads, whatever the order in which messages come and go."""
    seconds = (1795436200, 1795526400, 1795436100, 1795349000, 1795526450, 1795526300, 1795349100)
    for number, at_s in enumerate(seconds):
        user = "U1" if number % 3 else "U2"
        await room.workspace.show(samples.person(f"{at_s}.000200", f"Word {number}.", user))
    reply = samples.person("1795526500.000200", "A reply.") | {"thread_ts": "1795349000.000200"}
    await room.workspace.show(reply)
    for gone in ("1795526300.000200", "1795349000.000200"):
        await room.workspace.send({"type": "deleted", "channel": "C1", "ts": gone})
    await expect(room.page.locator(".message")).to_have_count(1 + len(seconds) + 1 - 2)
    seen = "list => [...list.children].map(one => [one.className, one.dataset.ts, one.innerText])"
    grown = await room.page.locator(".messages").evaluate(seen)
    await room.page.locator("[data-channel=C2]").click()
    await room.page.locator("[data-channel=C1]").click()
    assert await room.page.locator(".messages").evaluate(seen) == grown
    assert [kind for kind, _, _ in grown].count("day") == 4


async def test_a_list_without_its_history_is_busy(room: Room) -> None:
    """From the greeting until what was said before is there."""
    timeline = room.page.locator("#timeline")
    assert await timeline.get_attribute("aria-busy") == "false"
    await room.workspace.send(samples.hello())
    await room.page.locator("#timeline[aria-busy=true]").wait_for()
    await room.workspace.send({"type": "messages", "channel": "C2", "messages": []})
    await room.workspace.send(
        {"type": "messages", "channel": "C1", "messages": [samples.message(TS, text="Before.")]}
    )
    await room.page.locator("#timeline[aria-busy=false]", has_text="Before.").wait_for()


async def test_the_app_s_absence_is_told(room: Room) -> None:
    """A banner says when the app is not connected."""
    await room.workspace.send({"type": "bot", "connected": False, "transport": "none"})
    await room.page.locator(".banner-offline", has_text="GPU Shopper is not connected").wait_for()
    await room.workspace.send({"type": "bot", "connected": True, "transport": "http"})
    await room.page.locator(".banner-offline").wait_for(state="detached")
    assert "connected over signed HTTP" in await room.page.locator(".app-state").inner_text()


async def test_nothing_sticks_out_of_a_narrow_page(room: Room) -> None:
    """At 360 pixels nothing widens the page, and the channels slide in."""
    await room.page.set_viewport_size({"width": 360, "height": 740})
    for message in gallery.messages():
        await room.workspace.show(message)
    await room.page.locator(".unknown").wait_for()
    wide = "node => node.scrollWidth - node.clientWidth"
    assert await room.page.locator("#timeline").evaluate(wide) == 0
    assert not await room.page.locator("#sidebar").is_visible()
    await room.page.get_by_role("button", name="Show channels").click()
    await room.page.locator("[data-channel=C2]").click()
    assert await room.page.locator("#channel-name").inner_text() == "#general"
