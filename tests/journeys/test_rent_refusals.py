"""Who may not, and what cannot be: each refusal is a sentence, and nothing is rented."""

import re

import pytest

from tests.journeys.conftest import Opener
from tests.journeys.renting import (
    DOCK,
    VAST,
    card,
    direct,
    on_the_card,
    pressable,
    pressed,
    running,
    session,
    shared,
    submitted,
    window,
)
from tests.journeys.world import World


def timeless(text: str) -> str:
    """What it costs so far is another sum a moment later."""
    return re.sub(r"[\d.:]+", "#", text)


async def sentence(world: World, head: str, user: str = "ada", find: str = VAST) -> str:
    """What the window says instead of an offer."""
    answer = await world.ask(find, user=user)
    view = await pressed(world, answer, head, user=user)
    assert world.made() == 0
    assert view.everything.splitlines()[-1] == "This press rented nothing."
    return view.everything.splitlines()[2]


@pytest.mark.parametrize(
    ("policy", "user", "head", "said"),
    [
        (
            'users = ["U0ADA00001"]',
            "grace",
            "You may not rent this",
            "You are not among those who may rent.",
        ),
        (
            'channels = ["C0GPUDEAL2"]',
            "ada",
            "You may not rent this",
            "Renting is not allowed here: search again where it is.",
        ),
        (
            "max_usd_per_hour = 0.2",
            "ada",
            "The policy does not allow it",
            "at most $0.20/h: search again with `under 0.2`.",
        ),
        (
            'forbidden_countries = ["US"]',
            "ada",
            "The policy does not allow it",
            "The policy forbids machines in US: choose another offer.",
        ),
        (
            'gpus = ["H100 SXM"]',
            "ada",
            "The policy does not allow it",
            "The policy allows only H100 SXM, not RTX 4090: choose another offer.",
        ),
        (
            'marketplaces = ["tensordock"]',
            "ada",
            "The policy does not allow it",
            "The policy allows only machines of TensorDock: choose another offer.",
        ),
        ("machines_each = 0", "ada", "A limit is reached", "allows 0 each"),
        (
            "users = 7",
            "ada",
            "The rules for renting cannot be read",
            "The policy file is wrong, so nobody can rent",
        ),
    ],
)
async def test_the_policy_refuses(
    opened: Opener, policy: str, user: str, head: str, said: str
) -> None:
    """Each rule of the policy refuses with its reason."""
    async with opened(policy=policy) as world:
        assert said in await sentence(world, head, user)


async def test_nobody_rents_without_an_admin(rents_both: World) -> None:
    """The answer says how to name one."""
    rents_both.set_policy(admins=())
    await rents_both.pass_time(3)
    said = await sentence(rents_both, "You may not rent this")
    assert "Nobody can rent until there is an admin" in said
    assert "SHOPPER_POLICY" in said


@pytest.mark.parametrize(
    ("find", "setting"), [(VAST, "VASTAI_API_KEY"), (DOCK, "TENSORDOCK_API_TOKEN")]
)
async def test_a_marketplace_without_a_key(opened: Opener, find: str, setting: str) -> None:
    """Searched all the same; the window names the setting."""
    async with opened(**{setting.lower(): None}) as world:
        said = await sentence(world, "No key for this marketplace", find=find)
        assert said.endswith(f"whoever runs this bot has to set {setting}.")


async def test_a_refused_key(rents: World) -> None:
    """The marketplace takes the key no more: said in the window, with what to do."""
    view = await window(rents)
    rents.market.fault("vast", "unauthorized", endpoint="create")
    refused = await submitted(rents, view, "The marketplace refuses our key")
    assert "VASTAI_API_KEY" in refused.everything
    assert rents.made() == 0


async def test_too_little_credit(rents: World) -> None:
    """Asked for again before anything is rented: the window states what is left and needed."""
    view = await window(rents)
    rents.market.vast.account.credit = 0.5
    await rents.pass_time(60)
    poor = await submitted(rents, view, "No credit at the marketplace")
    assert "Vast.ai has $0.50 of credit left, and 4 h cost up to $1.59." in poor.everything
    assert rents.made() == 0


async def test_another_team_may_press_and_may_not_rent(rents_both: World) -> None:
    """Sam of Slack Connect reads the shared cards; renting them needs `teams` in the policy."""
    world = rents_both
    answer = await world.ask(VAST, channel="gpu")
    cards = await shared(world, answer)
    view = await pressed(world, cards, "You may not rent this", user="sam")
    assert "People of your workspace may not rent here." in view.everything
    world.set_policy('teams = ["T0ELSEWHER"]')
    await world.pass_time(3)
    await submitted(world, await pressed(world, cards, user="sam"))
    assert world.made() == 1


async def test_somebody_of_another_team_ends_nothing(rents_both: World) -> None:
    """Sam presses End on Ada's machine."""
    world = rents_both
    session_id = await running(world, channel="gpu")
    there = card(world, "gpu")
    for action in ("gpu:end", "gpu:extend:1"):
        handled = await world.slack.press(there, action, user="sam")
        told = await world.slack.wait_for_message("Only <@U0ADA00001>", since=handled.since)
        assert told.text.startswith("Only <@U0ADA00001> and the admins can do that.")
        assert told.only_for == world.slack.user("sam").id
    assert (await session(world, session_id)).state == "running"
    assert len(world.alive()) == 1


async def test_one_machine_each(opened: Opener) -> None:
    """The second is refused with the way out, until the first has ended."""
    async with opened() as world:
        await running(world)
        answer = await world.ask(VAST)
        view = await pressed(world, answer, "A limit is reached")
        assert "You rent 1 machine, and the policy allows 1 each" in view.everything
        await world.slack.press(card(world), "gpu:end", user="ada")
        await world.until(lambda: "Ended" in card(world).text)
        await submitted(world, await pressed(world, answer))
        assert world.made() == 2


async def test_the_last_place_is_taken_once(opened: Opener) -> None:
    """Two open windows, one place in all: the second press is refused, and nothing is made."""
    async with opened(policy="machines_in_all = 1") as world:
        first = await window(world)
        second = await window(world, user="grace")
        await submitted(world, first)
        full = await submitted(world, second, "A limit is reached")
        assert "are in use" in full.everything
        assert world.made() == 1


async def test_a_wrong_policy_stops_renting_and_not_ending(rents_both: World) -> None:
    """The file is spoilt while a machine runs: it is ended all the same."""
    world = rents_both
    await running(world)
    world.set_policy("users = 7")
    await world.pass_time(3)
    assert (
        "The policy file is wrong"
        in (
            await pressed(
                world, await world.ask(VAST, user="grace"), "cannot be read", user="grace"
            )
        ).everything
    )
    handled = await world.slack.press(card(world), "gpu:extend:1", user="ada")
    await world.slack.wait_for_message("nothing can be extended", since=handled.since)
    await world.slack.press(card(world), "gpu:end", user="ada")
    await world.until(lambda: not world.alive())
    await world.until(lambda: [line.partition(":")[0] for line in direct(world)] == ["Ended"])


async def test_somebody_of_another_team_learns_nothing_of_a_machine(rents_both: World) -> None:
    """Whatever Sam presses on Ada's machine is refused with one sentence."""
    world = rents_both
    await running(world, channel="gpu")
    handled = await world.slack.press(card(world, "gpu"), "gpu:ssh", user="sam")
    told = await world.slack.wait_for_message("People of your workspace", since=handled.since)
    assert told.text == (
        "People of your workspace may not look into machines here. Ask an admin: <@U0ADA00001>."
    )
    assert told.only_for == world.slack.user("sam").id


async def test_who_may_not_act_sees_what_the_channel_sees(rents: World) -> None:
    """Grace lists Ada's machine without its buttons, and all facts are those of its message."""
    world = rents
    await running(world)
    listed = await world.ask("/gpu sessions all", user="grace")
    assert pressable(listed) == ["gpu:session"]
    mine = await world.ask("/gpu sessions all")
    assert pressable(mine) == ["gpu:extend:1", "gpu:extend:4", "gpu:end", "gpu:session"]
    handled = await world.slack.press(listed, "gpu:session", user="grace")
    whole = await world.slack.wait_for_message("see more of it", since=handled.since)
    said = timeless(card(world).text).splitlines()
    only = timeless("Only <@U0ADA00001> and the admins see more of it.")
    assert timeless(whole.text).splitlines() == [*said[:-1], only, said[-1]]
    assert pressable(whole) == []


async def test_who_may_rent_nothing_hears_that_of_an_old_card_too(rents: World) -> None:
    """Sam presses Rent a day later: that the card is too old would send him searching."""
    world = rents
    cards = await shared(world, await world.ask(VAST, channel="gpu"))
    await world.pass_time(25 * 3600)
    while (await on_the_card(world, cards)).state != "expired":
        await world.pass_time(60)
    old = await pressed(world, cards, "You may not rent this", user="sam")
    assert "People of your workspace may not rent here." in old.everything
    assert "too old" in (await pressed(world, cards, "too old")).everything
