"""The Rent window: what is wrong stands at its field, and nothing is rented by mistake."""

import io
from collections.abc import Iterator
from functools import partial

import pytest
from aiohttp import web

from bot.github_keys import KeyServer
from bot.playground.values import View
from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    KEY,
    VAST,
    asks_for_key,
    channel_says,
    direct,
    named,
    offer_number,
    pressed,
    shared,
    submitted,
    window,
)
from tests.journeys.world import World
from tests.log_capture import captured

NEAR = "/gpu find 3090 on vast any host"
"""The first two cards cost nearly the same."""
PRIVATE = (
    "-----BEGIN OPENSSH PRIVATE KEY-----\n"
    "b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW\n"
    "QyNTUxOQAAACBsk95ypFYa/DYOGFTMIaDDEjryLjiPAhtXAznB7u48wAAAAJjcanarycanary\n"
    "-----END OPENSSH PRIVATE KEY-----"
)


async def refused(world: World, **values: str) -> dict[str, str]:
    """What stands at the fields after the window was sent."""
    view = await window(world)
    if "own_hours" in values or "own_image" in values:
        view = await with_own_fields(world, view, values)
    handled = await world.slack.submit(view, {"gpu:key": KEY} | named(values))
    assert world.made() == 0
    return handled.errors or {}


async def with_own_fields(world: World, view: View, values: dict[str, str]) -> View:
    """Choosing "Another …" opens the field for it."""
    for name in ("hours", "image"):
        if f"own_{name}" in values:
            handled = await world.slack.select(view, f"gpu:{name}", "own")
            wanted = f"gpu:own-{name}"
            view = await world.slack.wait_for_modal(partial(holds, wanted), since=handled.since)
    return view


def holds(block_id: str, view: View) -> bool:
    return block_id in [block.get("block_id") for block in view.blocks]


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"key": "ssh-ed25519 AAAA"}, "gpu:key", "The key is cut short or broken over lines"),
        ({"key": "hello"}, "gpu:key", "That is no public SSH key"),
        ({"key": f"{KEY}\n{KEY}"}, "gpu:key", "Those are several keys: paste one."),
        ({"own_hours": "25"}, "gpu:own-hours", "The policy allows at most 24 h: choose fewer."),
        ({"own_hours": "0.3"}, "gpu:own-hours", "Write a number of hours in steps of 0.25"),
        ({"disk": "7"}, "gpu:disk", "Please enter a number of at least 8."),
        ({"disk": "787"}, "gpu:disk", "Please enter a number of at most 786."),
        ({"own_image": "rm -rf /; echo"}, "gpu:own-image", ""),
        ({"note": PRIVATE[:190]}, "gpu:note", "That is a private key"),
    ],
)
async def test_what_is_wrong_stands_at_its_field(
    rents_both: World, values: dict[str, str], field: str, sentence: str
) -> None:
    """One field is wrong: it is named, the window stays, nothing is rented."""
    errors = await refused(rents_both, **values)
    assert list(errors) == [field]
    assert sentence in errors[field]
    assert rents_both.slack.modal() is not None


@pytest.mark.parametrize("field", ["key", "note"])
async def test_a_mistake_is_plain_text(rents: World, field: str) -> None:
    """Slack draws it as it is: marks of code would be seen."""
    errors = await refused(rents, **{field: PRIVATE[:190]})
    assert "with ssh-keygen -t ed25519, since" in errors[f"gpu:{field}"]
    assert "`" not in "".join(errors.values())


async def test_all_mistakes_at_once(rents: World) -> None:
    """Each wrong field is named in the same answer."""
    errors = await refused(rents, own_hours="0.3", own_image="a b", key="x")
    assert sorted(errors) == ["gpu:key", "gpu:own-hours", "gpu:own-image"]


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    with captured() as written:
        yield written


async def test_a_private_key_goes_nowhere(opened: Opener, log: io.StringIO, tmp_path) -> None:
    """Pasted into any field or typed behind the command it is refused, and kept nowhere."""
    async with opened("http") as world:
        view = await window(world)
        handled = await world.slack.submit(view, {"gpu:key": PRIVATE})
        assert handled.errors is not None
        assert "That is a private key" in handled.errors["gpu:key"]
        handled = await world.slack.submit(view, {"gpu:key": KEY, "gpu:note": PRIVATE[:190]})
        assert list(handled.errors or {}) == ["gpu:note"]
        await world.ask(f"/gpu key {PRIVATE}")
        await world.slack.command("/gpu key")
        keys = await world.slack.wait_for_modal("Your public SSH key")
        handled = await world.slack.submit(keys, {"gpu:key": PRIVATE})
        assert "That is a private key" in (handled.errors or {})["gpu:key"]
        said = "".join(str(m.raw) for m in world.slack.workspace.all_messages() if m.bot_id)
        called = "".join(str(call.args) for call in world.slack.calls)
    files = {p.name: p.read_bytes() for p in tmp_path.rglob("*") if p.is_file()}
    assert "shopper.db" in files
    for line in PRIVATE.splitlines()[1:-1]:
        piece = line[10:50]
        assert piece not in log.getvalue()
        assert piece not in said + called
        assert [name for name, held in files.items() if piece.encode() in held] == []


async def test_keys_from_github(opened: Opener, monkeypatch: pytest.MonkeyPatch) -> None:
    """A user's published key is fetched; while GitHub cannot be asked the window says so and
    takes a pasted one."""
    given: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        return web.Response(text=given[0]) if given else web.Response(status=503)

    app = web.Application()
    app.router.add_get("/{name}.keys", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    monkeypatch.setattr("bot.wiring.KeyServer", partial(KeyServer, origin=origin))
    async with opened() as world:
        view = await window(world)
        handled = await world.slack.submit(view, {"gpu:key": "github.com/ada"})
        view = await world.slack.wait_for_modal("GitHub answered 503", since=handled.since)
        assert asks_for_key(view)
        assert world.made() == 0
        given.append(f"{KEY} ada@home\n")
        handled = await world.slack.submit(view, {"gpu:key": "https://github.com/ada.keys"})
        await world.slack.wait_for_modal("is being made", since=handled.since)
        rental = world.market.vast.rentals.ever_made()[0]
        assert KEY in str(rental.request)
        assert "ada@home" not in str(rental.request)
    await runner.cleanup()


async def test_a_price_that_rose_needs_a_second_yes(rents_both: World) -> None:
    """Dearer than the card: the window says by how much, and rents only after yes."""
    world = rents_both
    answer = await world.ask(VAST)
    world.market.vast.set_price(await offer_number(world, answer), 0.45)
    view = await pressed(world, answer)
    assert "Price up $0.0676/h since the card: it said $0.40/h." in view.everything
    without = await world.slack.submit(view, {"gpu:key": KEY})
    assert list(without.errors or {}) == ["gpu:yes"]
    assert world.made() == 0
    await submitted(world, view, yes=["yes"])
    await world.until(lambda: channel_says(world))
    assert channel_says(world)[0].endswith("for $0.46/h")
    assert world.made() == 1


async def test_a_price_that_rose_while_deciding_is_asked_for_again(rents_both: World) -> None:
    """Between the window and the press: nothing is rented at a price that nobody saw."""
    world = rents_both
    answer = await world.ask(VAST)
    view = await pressed(world, answer)
    world.market.vast.set_price(await offer_number(world, answer), 0.45)
    await world.pass_time(60)
    again = await submitted(world, view, "changed again while you were deciding")
    assert world.made() == 0
    assert holds("gpu:yes", again)
    await submitted(world, again, yes=["yes"])
    assert world.made() == 1


async def test_a_press_before_the_price_has_followed_rents_nothing(rents_both: World) -> None:
    """A larger disk was typed and Rent pressed in the same moment: the button named the old price,
    so the new one is shown, and the second press rents at it."""
    view = await window(rents_both)
    typed = {"gpu:key": KEY} | named({"disk": "643", "hours": "8"})
    handled = await rents_both.slack.submit(view, typed)
    asked = await rents_both.slack.wait_for_modal("Nothing is rented yet", since=handled.since)
    buttons = [each.payload["submit"]["text"] for each in (view, asked)]
    assert (rents_both.made(), buttons) == (0, ["Rent for $0.40/h", "Rent for $0.56/h"])
    assert "With 643 GB of disk it costs $0.56/h." in asked.everything
    assert "for 8 h" in asked.everything
    handled = await rents_both.slack.submit(asked, typed)
    done = await rents_both.slack.wait_for_modal("is being made", since=handled.since)
    assert "at $0.56/h" in done.everything
    assert rents_both.made() == 1


async def test_a_press_with_a_smaller_disk_rents_at_once(rents: World) -> None:
    """Cheaper than the button said needs no second press."""
    view = await window(rents)
    await submitted(rents, view, disk="10")
    assert rents.made() == 1


async def test_a_price_that_fell_needs_no_yes(rents: World) -> None:
    """Cheaper than the card is said, and rented with one press."""
    answer = await rents.ask(VAST)
    rents.market.vast.set_price(await offer_number(rents, answer), 0.30)
    view = await pressed(rents, answer)
    assert "Price down $0.0824/h since the card: it said $0.40/h." in view.everything
    await submitted(rents, view)
    assert rents.made() == 1


async def test_an_offer_that_is_gone_has_alternatives(rents_both: World) -> None:
    """The nearest are one press away, in the same window; the dead card says so for ever."""
    world = rents_both
    answer = await world.ask(NEAR)
    world.market.vast.remove_offer(await offer_number(world, answer))
    gone = await pressed(world, answer, "This offer is gone")
    assert "The nearest that can be rented now" in gone.everything
    assert "This press rented nothing." in gone.everything
    view = await pressed(world, gone)
    assert view.id == gone.id
    await submitted(world, view)
    assert world.made() == 1
    await pressed(world, await shared(world, answer), "This offer is gone", user="grace")
    assert world.made() == 1


async def test_an_offer_that_goes_while_deciding_has_alternatives(rents: World) -> None:
    """Refused at the last moment: never a silent other machine."""
    answer = await rents.ask(NEAR)
    view = await pressed(rents, answer)
    rents.market.fault("vast", "stale", endpoint="create")
    gone = await submitted(rents, view, "This offer is gone")
    assert rents.made() == 0
    view = await pressed(rents, gone)
    await rents.pass_time(5)  # Vast.ai takes a create call every 4.5 s
    await submitted(rents, view)
    assert rents.made() == 1


async def test_a_window_that_is_closed_early_rents_nothing(rents_both: World) -> None:
    """Closed while the offer is read again; the next press opens another one."""
    world = rents_both
    answer = await world.ask(VAST)
    world.market.fault("vast", "slow", seconds=0.4)
    handled = await world.slack.press(answer, "gpu:rent")
    view = await world.slack.wait_for_modal("Reading the offer again", since=handled.since)
    await world.slack.close(view)
    await world.until(lambda: world.slack.calls_of("views.update"), step_s=0.1)
    assert world.slack.modal() is None
    assert world.slack.calls_of("views.update")[-1].error == "not_found"
    await submitted(world, await pressed(world, answer))
    assert world.made() == 1


async def test_a_window_that_is_closed_after_the_press_changes_nothing(rents_both: World) -> None:
    """The machine is made, and the renter hears of it."""
    world = rents_both
    view = await window(world)
    world.market.fault("vast", "slow", endpoint="create", seconds=0.5)
    handled = await world.slack.submit(view, {"gpu:key": KEY})
    await world.slack.close(await world.slack.wait_for_modal("Renting", since=handled.since))
    await world.until(lambda: direct(world), step_s=8)
    assert [line.partition(":")[0] for line in direct(world)] == ["Ready"]
    assert world.made() == 1


@pytest.mark.parametrize(
    ("asked", "stated"),
    [("for 12h", "for 12 h"), ("for 8h", "for 8 h"), ("for 3 days", "for 24 h")],
)
async def test_it_opens_with_the_hours_of_the_search(
    rents: World, asked: str, stated: str
) -> None:
    """As many as were asked for, and no more than the policy allows; what was chosen for another
    machine before counts where nothing was asked for."""
    view = await window(rents, f"{VAST} {asked}")
    assert f"{stated}*, traffic not included." in view.everything
    cards = await shared(rents, await rents.ask(f"{VAST} {asked}"))
    other = await pressed(rents, cards, user="grace")
    assert f"{stated}*, traffic not included." in other.everything
    assert "for 4 h*" in (await window(rents)).everything


async def test_rent_under_details_counts_as_on_the_card(opened: Opener) -> None:
    """A window is in no channel: the policy and the machine's message are those of the card's."""
    async with opened() as world:
        world.set_policy(f'channels = ["{world.slack.channel("gpu").id}"]')
        answer = await world.ask(VAST, channel="gpu")
        handled = await world.slack.press(answer, "gpu:details")
        details = await world.slack.wait_for_modal("Offer details", since=handled.since)
        await submitted(world, await pressed(world, details))
        await world.until(lambda: channel_says(world, "gpu") != [])
        assert channel_says(world, "gpu")[0].startswith("Starting 1 × RTX 4090")
