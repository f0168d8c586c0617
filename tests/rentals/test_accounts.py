"""Whose key it is decides what a marketplace's word proves."""

from bot.rules.sessions import SessionState
from providers.models import ProviderName
from tests.rentals.stage import DOCK, GRACE, VAST, Stage
from tests.rentals.test_ending import LOUD, RECEIPT, running


async def test_with_another_accounts_key_nothing_is_concluded(
    stage: Stage, provider: ProviderName
) -> None:
    """The admins are told; with the right key it ends."""
    stage.market.vast.switches.other_account = ("key-other",)
    stage.market.tensordock.switches.other_account = ("token-other",)
    first, second = await running(stage, provider), await running(stage, provider)
    await stage.bot.control.end(first.id, GRACE, "e")
    stage.vast_key, stage.dock_token = "key-other", "token-other"
    await stage.restart()
    await stage.pass_time(1200, step=30)
    states = [(await stage.session(each.id)).state for each in (first, second)]
    assert states == [SessionState.ENDING, SessionState.RUNNING]
    assert len(stage.alive()) == 2
    assert {*LOUD, ("other account", "admins")} == set(await stage.heard())
    stage.vast_key, stage.dock_token = "key-one", "token-one"
    await stage.restart()
    await stage.until(first, SessionState.ENDED, 700)
    assert (await stage.session(second.id)).state is SessionState.RUNNING
    assert len(stage.alive()) == 1


async def test_a_key_known_before_is_still_the_same_accounts(stage: Stage) -> None:
    """TensorDock's test of keys may go: the word to this key counts as before."""
    session = await running(stage, DOCK)
    stage.market.tensordock.switches.auth_test = False
    await stage.restart()
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.until(session, SessionState.ENDED, 700)
    assert (stage.alive(), await stage.heard()) == ([], RECEIPT)


async def test_what_is_said_to_a_new_key_counts_when_its_account_is_named(stage: Stage) -> None:
    """The destroy call goes out at once; the end is proved once it is known whose word it is."""
    session = await running(stage, DOCK)
    stage.market.tensordock.switches.auth_test = False
    stage.dock_token = "token-two"
    await stage.restart()
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.pass_time(120)
    assert (stage.alive(), (await stage.session(session.id)).state) == ([], SessionState.ENDING)
    stage.market.tensordock.switches.auth_test = True
    await stage.restart()
    await stage.until(session, SessionState.ENDED, 700)


async def test_an_account_that_is_named_later_is_learned_from_its_listing(stage: Stage) -> None:
    """TensorDock's test of keys may come: a machine that was rented before is still ours."""
    stage.market.tensordock.switches.auth_test = False
    await stage.restart()
    session = await running(stage, DOCK)
    assert session.rented.account_id is None
    stage.market.tensordock.switches.auth_test = True
    await stage.restart()
    await stage.pass_time(40)
    named = await stage.session(session.id)
    assert named.rented.account_id == stage.market.tensordock.organization_id
    await stage.bot.control.end(session.id, GRACE, "e")
    await stage.until(session, SessionState.ENDED, 700)
    assert (stage.alive(), await stage.heard()) == ([], RECEIPT)


async def test_an_orphan_whose_account_is_named_later_is_ended_too(stage: Stage) -> None:
    """It was found while nobody said whose key it is, and costs money until it is gone."""
    stage.market.tensordock.switches.auth_test = False
    await stage.restart()
    session = await running(stage, DOCK)
    await stage.pass_time(700, step=60)
    await stage.unrecorded(DOCK, session, "shopper-test-aaaaaaaaaa")
    await stage.pass_time(60)
    assert ("orphan", "admins") in await stage.heard()
    stage.market.tensordock.switches.auth_test = True
    await stage.restart()
    await stage.pass_time(900, step=30)
    assert [label for label, _ in stage.alive()] == [session.rented.label]
    assert await stage.heard() == [("orphan ended", "admins")]


async def test_a_machine_is_ended_although_the_account_cannot_be_asked(
    stage: Stage, provider: ProviderName
) -> None:
    """Of a key known before; of a new one the call goes out, and the proof waits."""
    known, other = await running(stage, provider), await running(stage, provider)
    stage.fault(provider, "bad-gateway", _account_endpoint(provider), times=None)
    await stage.restart()
    await stage.bot.control.end(known.id, GRACE, "e")
    await stage.until(known, SessionState.ENDED, 700)
    stage.vast_key, stage.dock_token = "key-two", "token-two"
    await stage.restart()
    await stage.bot.control.end(other.id, GRACE, "e2")
    await stage.pass_time(120)
    assert (stage.alive(), (await stage.session(other.id)).state) == ([], SessionState.ENDING)
    stage.market.clear_faults()
    await stage.until(other, SessionState.ENDED, 700)


def _account_endpoint(provider: ProviderName) -> str:
    return "user" if provider == VAST else "auth_test"
