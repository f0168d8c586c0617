"""What the cards of renting promise beyond their goldens."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.render import (
    foreign,
    home,
    ids,
    kit,
    notices,
    parts,
    rent,
    rent_fields,
    risks,
    session_cards,
    session_lists,
    ssh,
)
from bot.rules.answers import HomePage, SessionsPage
from bot.rules.notices import ORDERS, NoticeKind
from bot.rules.sessions import SessionState
from bot.rules.watch_answers import WatchScope
from bot.slack.payloads import Request
from providers.instances import Image, InstanceState, SshEndpoint
from tests.bot.render import catalogue, goldens, sample_notices, sample_rentals
from tests.bot.render.samples import ASKER, NASTY, NOW
from tests.bot.render.test_hostile import FEW, MONEY, TEXTS, assert_harmless

CARDS = catalogue.cards()
SHOW_ADDRESSES = {
    "notice_ready",
    "notice_ready_tensordock_user",
    "whole_session_mine",
}
"""To the renter alone."""


@pytest.mark.parametrize("kind", sorted(set(NoticeKind) - ORDERS - {NoticeKind.ALERT}))
def test_every_notice_is_told(kind: NoticeKind) -> None:
    """Each kind has a renderer and a sample, and says something. An alert is no news of a machine:
    it is drawn from its watches; nor is what is said of an order."""
    assert kind in notices.RENDERERS
    assert sample_notices.shown(sample_notices.plain()[kind.name.lower()]).rich.text


def test_no_address_but_to_the_renter() -> None:
    """Channels, lists and every other notice are silent about host and port."""
    ways = (sample_rentals.HOST, "41022", "2001:db8")
    telling = {
        name
        for name, card in CARDS.items()
        if any(way in json.dumps(goldens.as_golden(card)) for way in ways)
    }
    assert telling == SHOW_ADDRESSES


def test_buttons_carry_a_version_and_an_id() -> None:
    """Every value is one that is read back, with one word of the table behind it at most."""
    for each in buttons():
        value = each.get("value")
        if value is None or each["action_id"].startswith(("gpu:sort", "gpu:tick")):
            continue
        request = Request("action", each["action_id"], ASKER, "", "", value)
        assert request.id()
        assert request.choice() in {"", *ids.EXTENSIONS, *WatchScope}


def test_ending_and_closing_ask_first() -> None:
    """What loses something is asked about, in red, saying what is lost."""
    grave = {ids.END, ids.CLOSE, ids.END_ORPHAN, ids.KEY_REMOVE}
    found = [each for each in buttons() if ids.base(each["action_id"]) in grave]
    assert {ids.base(each["action_id"]) for each in found} == grave
    for each in found:
        assert each["style"] == each["confirm"]["style"] == "danger"
    closes = [each for each in found if each["action_id"] == ids.CLOSE]
    assert all("proves nothing" in each["confirm"]["text"]["text"] for each in closes)


def test_links_go_to_the_console_alone() -> None:
    """No other address can be pressed, and none that is not one."""
    assert {each["url"] for each in buttons() if "url" in each} == {sample_rentals.CONSOLE}
    told = sample_notices.plain()["will_not_die"]
    card = notices.notice(*told, NOW, "javascript:alert(1)", "Vast.ai")
    assert "javascript" not in json.dumps(card.rich.blocks)


@pytest.mark.parametrize("state", SessionState)
def test_every_state_has_a_card(state: SessionState) -> None:
    """Whatever a session is, its message can be drawn, before the press too."""
    whole = sample_rentals.session(state)
    assert session_cards.card(whole, NOW).rich.text
    assert session_cards.card(replace(whole, rental=None), NOW).rich.text


def test_the_text_is_plain_and_complete() -> None:
    """For those who hear it: the command, the price, the end, and no mark-up."""
    text = sample_notices.shown(sample_notices.plain()["ready"]).rich.text
    for needed in ("ssh -p 41022 root@203.0.113.7", "$0.62/h", "Ends", "HostName 203.0.113.7"):
        assert needed in text
    assert not set("*`") & set(text)


def test_an_ipv6_address_is_left_whole() -> None:
    """Icons are taken out of the text, and nothing that merely looks like one."""
    text = sample_notices.shown(sample_notices.variants()["ready_tensordock_user"]).rich.text
    assert "ssh -p 22 user@2001:db8:abcd::7" in text
    assert kit.GOOD not in text


@pytest.mark.parametrize(
    ("host", "port", "user"),
    [
        ("-oProxyCommand=rm", 22, "root"),
        ("a b", 22, "root"),
        ("a;rm", 22, "root"),
        ("$(rm)", 22, "root"),
        ("h`", 22, "root"),
        ("h\nHost *", 22, "root"),
        ("", 22, "root"),
        ("h", 0, "root"),
        ("h", 65_536, "root"),
        ("h", 22, "-l"),
        ("h", 22, "a\n"),
        ("h", 22, ""),
    ],
)
def test_no_command_out_of_what_is_no_address(host: str, port: int, user: str) -> None:
    """A shell never sees what a marketplace made up; the next way in is taken, or none."""
    bad, good = SshEndpoint(host, port, user), SshEndpoint("203.0.113.7", 22, "root")
    only = sample_rentals.session(instance=sample_rentals.instance(ssh=(bad,)))
    both = sample_rentals.session(instance=sample_rentals.instance(ssh=(bad, good)))
    assert ssh.endpoint(only) is None
    assert ssh.endpoint(both) == good


def test_a_key_is_named_without_being_shown() -> None:
    """The fingerprint is the one of `ssh-keygen -l`; what is no key has none."""
    key = sample_rentals.KEY
    assert ssh.key_name(key) == "ssh-ed25519 …3sKx3a"
    assert ssh.fingerprint(key) == "SHA256:YLmhjLkM4wDqa6ykWcvE6uwsjtI4gztxEFVc+Hk0idU"
    assert ssh.fingerprint("ssh-ed25519") == ssh.fingerprint("a ?") == ""
    assert ssh.key_name(NASTY) == "a key that cannot be read"


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("0.62", "Rent for $0.62/h"),
        ("1234567.5", "Rent for $1,234,567.50/h"),
        ("99999999", "Rent over $9,999,999/h"),
        ("1E-30", "Rent under $0.00000001/h"),
        ("NaN", "Rent for not stated"),
    ],
)
def test_submit_names_the_price(price: str, said: str) -> None:
    """As long as it fits the button."""
    assert rent.submit(Decimal(price)) == said
    assert len(said) <= rent.SUBMIT_LIMIT


def test_the_window_holds_the_quote_and_no_price() -> None:
    """What comes back from it is looked up by the quote's id alone."""
    quote = sample_rentals.quote()
    assert rent.quote(quote, NOW).payload["private_metadata"] == quote.id


def test_fields_open_where_they_are_needed() -> None:
    """Own values have their field when they were chosen, or when nothing listed fits."""
    plain = blocks_of(rent.quote(sample_rentals.quote(), NOW))
    own = {rent_fields.OWN_HOURS_BLOCK, rent_fields.OWN_IMAGE_BLOCK, rent_fields.KEY_BLOCK}
    assert not own & plain
    odd = sample_rentals.quote(hours=Decimal("1.5"), image="my/image:1", saved_key=None)
    assert own <= blocks_of(rent.quote(odd, NOW))
    asked = rent.quote(sample_rentals.quote(), NOW, own_hours=True, own_image=True, other_key=True)
    assert own <= blocks_of(asked)
    assert rent_fields.YES_BLOCK not in plain
    dearer = sample_rentals.quote(offer=sample_rentals.dearer())
    assert rent_fields.YES_BLOCK in blocks_of(rent.quote(dearer, NOW))


@pytest.mark.parametrize(
    ("live", "over", "shown", "says_more"),
    [(0, 5, 5, False), (0, 6, 5, True), (3, 9, 8, True), (20, 5, 25, False), (22, 0, 20, True)],
)
def test_the_home_tab_shows_few_that_are_over(
    live: int, over: int, shown: int, says_more: bool
) -> None:
    """Every machine that may cost money, and the newest five of the others."""
    sessions = [sample_rentals.session(SessionState.RUNNING)] * live
    sessions += [sample_rentals.session(SessionState.ENDED)] * over
    page = HomePage(sample_rentals.renter(), tuple(sessions), None, NOW)
    blocks = home.home(page).payload["blocks"]
    entries = [b for b in blocks if re.fullmatch(r"gpu:listed:\d+", b["block_id"])]
    note = next(b for b in blocks if b["block_id"] == "gpu:home:asof")
    assert len(entries) == shown
    assert ("`/gpu sessions` lists more." in json.dumps(note)) == says_more


@pytest.mark.parametrize(
    ("states", "said"),
    [
        ([InstanceState.RUNNING], "1 that may cost money, $0.62/h in all"),
        ([InstanceState.STOPPED], "1 that may cost money, $0.02/h in all"),
        ([InstanceState.STOPPED, InstanceState.RUNNING], "2 that may cost money, $0.64/h in all"),
    ],
)
def test_the_sum_of_a_list_is_that_of_its_rows(states: list[InstanceState], said: str) -> None:
    """A paused machine costs its disk alone."""
    listed = tuple(
        sample_rentals.session(instance=sample_rentals.instance(state=state)) for state in states
    )
    shown = session_lists.sessions(SessionsPage(listed, False, NOW, frozenset()))
    assert said in shown.rich.text.splitlines()[0]


@FEW
@given(TEXTS, TEXTS, TEXTS, MONEY, MONEY, st.integers(0, 10**7))
def test_any_rental(
    name: str, note: str, words: str, price: Decimal, bid: Decimal, gb: int
) -> None:
    """Whatever is written and whatever it costs, every card and window is whole and harmless."""
    came = sample_rentals.instance(message=words, usd_per_hour=price, label=name)
    for state in SessionState:
        each = sample_rentals.session(state, note=note, instance=came, failure=words, image=name)
        assert_harmless(session_cards.card(each, NOW))
    for notice, subject in sample_notices.plain().values():
        facts = {"minutes": words, "by": name, "least_bid": str(bid), "sentence": words}
        assert_harmless(sample_notices.shown((replace(notice, facts=facts), subject), name))
    images = (Image(name, words), Image(words, name))
    quote = sample_rentals.quote(
        note=note, image=name, images=images, min_disk_gb=gb, hours=bid, saved_key=words
    )
    assert_harmless(rent.quote(quote, NOW))


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (-5, "0 min"),
        (59, "0 min"),
        (40 * 60, "40 min"),
        (3600, "1 h"),
        (3 * 3600 + 52 * 60, "3 h 52 min"),
        (49 * 3600, "2 days 1 h"),
        (48 * 3600, "2 days"),
    ],
)
def test_length(seconds: int, said: str) -> None:
    """To the minute, rounded down."""
    assert parts.length(timedelta(seconds=seconds)) == said


@pytest.mark.parametrize(
    ("hours", "said"),
    [("4", "4 h"), ("1.50", "1.5 h"), ("10", "10 h"), ("0", "0 h"), ("NaN", "not stated")],
)
def test_hours(hours: str, said: str) -> None:
    """Without a needless zero."""
    assert parts.hours(Decimal(hours)) == said


def test_a_mention_of_ours_stays_a_mention() -> None:
    """Rules name people; everything around them is escaped."""
    said = foreign.mentioning(
        "Rented by <@U02ABCDEF>, <!channel> and <@evil>, see VASTAI_API_KEY."
    )
    assert said == (
        "Rented by <@U02ABCDEF>, &lt;!channel&gt; and &lt;＠evil&gt;, see VASTAI_API_KEY."
    )


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("vastai/pytorch:cuda-12.8", "`vastai/pytorch:cuda-12.8`"),
        ("a/b@sha256:0f", "`a/b@sha256:0f`"),
        ("registry.example:5000/a_b/c*d:~1", "`registry.example:5000/a_b/c*d:~1`"),
        ("a`b", "`aˋb`"),
        ("<!here> & <@U1>", "`&lt;!here&gt; &amp; &lt;@U1&gt;`"),
        ("two\n\u202elines", "`two lines`"),
        ("a" * 300, f"`{'a' * 197}…`"),
        ("\u200b ", ""),
    ],
)
def test_a_name_is_copied_whole(name: str, shown: str) -> None:
    """In code Slack reads `<…>` alone: all else of an image's name stays as it is."""
    assert foreign.code(name) == shown


@pytest.mark.parametrize(
    ("name", "heard"),
    [
        ("vastai/pytorch:cuda-12.8_a*b", "vastai/pytorch:cuda-12.8_a*b"),
        ("a/b@sha256:0f", "a/b@sha256:0f"),
        ("a:tada:b", "a∶tada∶b"),
        ("http://evil.example/x", "http∶//evil.example/x"),
    ],
)
def test_a_name_out_of_its_code_does_nothing(name: str, heard: str) -> None:
    """The plain text has no code: what would be a link or an emoji there is none."""
    assert kit.spoken(f"*Image*: {foreign.code(name)}") == f"Image: {heard}"


@pytest.mark.parametrize(
    ("above", "says"),
    [("0", False), ("0.000001", False), ("0.0000011", True), ("0.2", True)],
)
def test_up_is_said_where_a_second_yes_is_asked_for(above: str, says: bool) -> None:
    """One threshold for both: what dividing leaves over is no rise."""
    dearer = sample_rentals.quote(offer=sample_rentals.dearer(above))
    window = rent.quote(dearer, NOW)
    told = "Price up" in json.dumps(window.payload)
    assert (told, rent_fields.YES_BLOCK in blocks_of(window)) == (says, says)


def blocks_of(modal: Any) -> set[str]:
    return {block["block_id"] for block in modal.payload["blocks"]}


def buttons() -> Iterator[dict[str, Any]]:
    for card in CARDS.values():
        yield from _buttons(goldens.as_golden(card))


def _buttons(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, list):
        for each in part:
            yield from _buttons(each)
    elif isinstance(part, dict):
        if part.get("type") == "button":
            yield part
        for each in part.values():
            yield from _buttons(each)


@pytest.mark.parametrize(
    ("image", "reached", "said"),
    [
        ("pytorch/pytorch:2.7.1-cuda12.8-cudnn9-runtime", 12.2, "wants CUDA 12.8"),
        ("nvidia/cuda:12.8.1-devel-ubuntu24.04", 11.8, "driver reaches 11.8"),
        ("nvidia/cuda:12.8.1-devel-ubuntu24.04", 12.8, None),
        ("nvidia/cuda:12.8.1-devel-ubuntu24.04", None, None),
        ("ubuntu:24.04", 11.8, None),
    ],
)
def test_an_image_beyond_the_driver_is_named(
    image: str, reached: float | None, said: str | None
) -> None:
    """The window tells before the press that a container of that image may not start."""
    found = risks.unfit_image(replace(sample_rentals.quote().offer, max_cuda=reached), image)
    assert (said is None and found is None) or (said is not None and said in str(found))
