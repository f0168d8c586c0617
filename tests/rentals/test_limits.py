"""Who may rent, and how many: counted under one lock, and checked again at every press."""

import asyncio
from dataclasses import replace
from decimal import Decimal

import pytest

from bot.rules.places import Asker, Place
from bot.rules.policy import Policy
from bot.rules.quotes import Refusal, RefusalKind, Rented
from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.stage import ADA, GRACE, VAST, Stage

STRANGER = Asker("U0EVE", Place("T99", ADA.place.channel_id))
NO_ADMIN = (
    "Nobody can rent until there is an admin: set `admins` to a list of Slack user ids in the TOML"
    " file that SHOPPER_POLICY names."
)
WRONG = (
    "The policy file is wrong, so nobody can rent: Line 3: no such country. Running machines are"
    " ended on time."
)
ASK = f"Ask an admin: <@{ADA.user_id}>."


async def test_one_machine_each(stage: Stage, provider: ProviderName) -> None:
    """Refused at the window already."""
    limit(stage, each=1, in_all=3)
    await stage.rent(provider)
    answer = await stage.bot.quoting.quote((await stage.card(VAST)).id, ADA)
    assert answer == Refusal(
        RefusalKind.LIMIT,
        "You rent 1 machine, and the policy allows 1 each: end one first, see `/gpu sessions`.",
    )
    assert isinstance(await rented(stage, GRACE), Rented)


async def test_an_ended_machine_makes_place(stage: Stage) -> None:
    """A machine that is being ended still counts: it costs money."""
    limit(stage, each=1, in_all=3)
    session = await stage.rent(VAST)
    await stage.bot.control.end(session.id, ADA, "e")
    assert isinstance(await stage.bot.quoting.quote((await stage.card()).id, ADA), Refusal)
    await stage.until(session, SessionState.ENDED)
    assert isinstance(await rented(stage, ADA), Rented)


@pytest.mark.parametrize("people", [(ADA, GRACE), (ADA, ADA)])
async def test_two_at_once_cannot_take_the_last_place(
    stage: Stage, people: tuple[Asker, ...]
) -> None:
    """One of them is told that all are in use."""
    limit(stage, each=9, in_all=1)
    first, second = await stage.card(VAST), await stage.card(VAST, max_gpus=1)
    quotes = [
        await stage.quote(card, who) for card, who in zip((first, second), people, strict=True)
    ]
    answers = await asyncio.gather(
        *(stage.submit(quote, who) for quote, who in zip(quotes, people, strict=True))
    )
    assert sum(isinstance(each, Rented) for each in answers) == 1
    (refused,) = [each for each in answers if isinstance(each, Refusal)]
    assert refused == Refusal(
        RefusalKind.LIMIT,
        "All 1 machine that the policy allows are in use: `/gpu sessions all` shows whose.",
    )
    assert len(stage.made()) == 1


async def test_two_processes_cannot_take_the_last_place(stage: Stage) -> None:
    """Each with a connection of its own to the records."""
    limit(stage, each=9, in_all=1)
    other = await stage.second()
    quotes = [await stage.quote(await stage.card(VAST)), await stage.quote(await stage.card(VAST))]
    answers = await asyncio.gather(stage.submit(quotes[0]), other.submit(quotes[1]))
    assert sorted(isinstance(each, Rented) for each in answers) == [False, True]
    assert len(stage.made()) == 1


@pytest.mark.parametrize(
    ("policy", "asker", "kind", "sentence"),
    [
        (
            Policy(),
            ADA,
            RefusalKind.NOT_ALLOWED,
            NO_ADMIN,
        ),
        (
            Policy(admins=(ADA.user_id,), problems=("Line 3: no such country.",)),
            ADA,
            RefusalKind.POLICY_WRONG,
            WRONG,
        ),
        (
            Policy(admins=(ADA.user_id,)),
            STRANGER,
            RefusalKind.NOT_ALLOWED,
            f"People of your workspace may not rent here. {ASK}",
        ),
        (
            Policy(admins=(ADA.user_id,), users=(ADA.user_id,)),
            GRACE,
            RefusalKind.NOT_ALLOWED,
            f"You are not among those who may rent. {ASK}",
        ),
        (
            Policy(admins=(ADA.user_id,), channels=("C77",)),
            GRACE,
            RefusalKind.NOT_ALLOWED,
            f"Renting is not allowed here: search again where it is. {ASK}",
        ),
    ],
)
async def test_who_may_not_is_told_why(
    stage: Stage, policy: Policy, asker: Asker, kind: RefusalKind, sentence: str
) -> None:
    """At the window; and at the press when the policy changed between."""
    card = await stage.card(VAST)
    quote = await stage.quote(card, asker if asker is not STRANGER else ADA)
    stage.policies.policy = policy
    refused = Refusal(kind, sentence)
    assert await stage.bot.quoting.quote(card.id, asker) == refused
    if asker is not STRANGER:
        assert await stage.submit(quote, asker) == refused
    assert stage.made() == []


async def test_a_team_that_the_policy_lists_may_rent(stage: Stage) -> None:
    """And only that."""
    stage.policies.policy = replace(stage.policies.policy, teams=("T99",))
    assert isinstance(await rented(stage, STRANGER), Rented)


async def test_a_wrong_policy_file_stops_renting_and_never_ending(
    stage: Stage, provider: ProviderName
) -> None:
    """A machine that runs is ended on time, and may be ended before."""
    first = await stage.rent(provider, hours=1)
    second = await stage.rent(provider, hours=4)
    wrong = replace(stage.policies.policy, problems=("Line 1: nonsense.",), admins=())
    stage.policies.policy = wrong
    await stage.bot.control.end(second.id, ADA, "e")
    await stage.until(second, SessionState.ENDED)
    await stage.until(first, SessionState.ENDED, 4500)
    assert stage.alive() == []


async def test_only_the_renter_and_admins_act(stage: Stage) -> None:
    """A stranger's End, Extend, Keep and Wait change nothing; an admin's End ends."""
    session = await stage.rent(VAST, GRACE)
    control, sentence = (
        stage.bot.control,
        f"Only <@{GRACE.user_id}> and the admins can do that. {ASK}",
    )
    eve = Asker("U0EVE", ADA.place)
    told = [
        await control.end(session.id, eve, "1"),
        await control.extend(session.id, eve, Decimal(1), "2"),
        await control.keep(session.id, eve, "3"),
        await control.wait(session.id, eve, "4"),
        await control.another(session.id, eve, "5"),
        await stage.bot.keys_and_bids.raise_bid(session.id, eve, "6"),
    ]
    assert [getattr(each, "sentence", None) for each in told] == [sentence] * 6
    assert await stage.session(session.id) == session
    await control.end(session.id, ADA, "7")
    assert (await stage.session(session.id)).state is SessionState.ENDING


def limit(stage: Stage, *, each: int, in_all: int) -> None:
    policy = replace(stage.policies.policy, machines_each=each, machines_in_all=in_all)
    stage.policies.policy = policy


async def rented(stage: Stage, who: Asker) -> object:
    return await stage.submit(await stage.quote(await stage.card(VAST, who), who), who)
