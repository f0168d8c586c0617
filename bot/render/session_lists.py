"""Sessions in a list, one session whole, private sentences, and the window of the saved key."""

from datetime import datetime

from slackblocks import Button
from slackblocks.blocks import Block as KitBlock
from slackblocks.elements import Element

from bot.render import (
    ids,
    kit,
    notices_end,
    notices_start,
    parts,
    presses,
    rentals,
    session_cards,
    ssh,
)
from bot.render.foreign import code, escaped, mentioning, person
from bot.render.message import Layouts, Message, Modal
from bot.render.rent_fields import key_field
from bot.rules.answers import KeyPage, SessionEvent, SessionPage, SessionsPage, Told
from bot.rules.sessions import Session, SessionState
from providers.instances import SshEndpoint

SESSIONS_SHOWN = 20
"""Two blocks each, of the fifty that a message holds."""
EVENTS_SHOWN = 20
KEY_TITLE = "Your SSH key"

_STATES = {
    SessionState.OFFERED: "Offered",
    SessionState.EXPIRED: "Expired",
    SessionState.RENTING: "Being rented",
    SessionState.STARTING: "Starting",
    SessionState.RUNNING: "Running",
    SessionState.ENDING: "Ending",
    SessionState.ENDED: "Ended",
    SessionState.FAILED: "Not rented",
}
_HOW_TO_RENT = "Search with /gpu find, then press Rent on a card."


def sessions(page: SessionsPage) -> Layouts:
    besides = mentioning(page.besides) or None
    if not page.sessions:
        whose = "Nobody rents a machine." if page.everyone else "You rent no machine."
        return kit.told("sessions", [f"*{whose}*", besides, _HOW_TO_RENT])
    shown = page.sessions[:SESSIONS_SHOWN]
    head, foot = _head(page), _foot(page)
    blocks: list[KitBlock] = [kit.section("gpu:sessions", head)]
    for number, each in enumerate(shown):
        may_act = each.id in page.may_act
        blocks += entry(each, page.now, number, everyone=page.everyone, may_act=may_act)
    if besides is not None:
        blocks.append(kit.section("gpu:sessions:besides", besides))
    blocks.append(kit.context("gpu:sessions:end", foot))
    said = [head, *(line(each, page.now, everyone=page.everyone) for each in shown)]
    said += [besides, foot] if besides else [foot]
    return Layouts(kit.message(kit.spoken("\n".join(said)), blocks))


def entry(
    session: Session,
    now: datetime,
    number: int,
    *,
    everyone: bool = False,
    may_act: bool = True,
) -> list[KitBlock]:
    """One session of a list: what, how much, until when; its buttons."""
    said, block_id = line(session, now, everyone=everyone), f"gpu:listed:{number}"
    if not (session.is_live and may_act):
        return [kit.section(block_id, said, presses.everything(session))]
    press = kit.actions(f"{block_id}:press", buttons(session))
    return [kit.section(block_id, said), press]


def line(session: Session, now: datetime, *, everyone: bool) -> str:
    """With `everyone` it says who rents it."""
    state = _STATES[session.state]
    if session.rental is None:
        return f"*{state}*: {rentals.what(session)}"
    state = "Paused" if rentals.is_paused(session) else state
    price = f", {rentals.price_now(session)}" if session.is_live else ""
    first = f"*{state}: {rentals.what(session)}*{price}"
    who = f"{rentals.renter(session)} · " if everyone else ""
    return kit.joined([first, f"{who}{_money_and_time(session, now)} · {code(session.id)}"])


def buttons(session: Session) -> list[Element]:
    running = session.state is SessionState.RUNNING
    can_end = session.state in {SessionState.RENTING, SessionState.STARTING, SessionState.RUNNING}
    return [
        *(presses.extensions(session) if running else []),
        *([presses.end(session)] if can_end else []),
        presses.everything(session),
    ]


def session(page: SessionPage) -> Layouts:
    one = page.session
    if not page.may_act:
        return _foreign(page)
    head = line(one, page.now, everyone=True)
    if one.rental is None:
        return kit.told("whole", [head, f"Session {one.id}"])
    rows = _rows(one)
    history = [_event(event) for event in page.events[-EVENTS_SHOWN:]]
    missing = len(page.events) - len(history)
    if missing:
        history.insert(0, f"… {missing:,} earlier")
    more: list[KitBlock] = [
        *(_way_in(one) if page.mine else []),
        kit.fields("gpu:whole:rows", "Facts", rows),
        *kit.sections("gpu:whole:events", ["\n".join(["*What happened*", *history])]),
    ]
    also = [*(f"{name}: {text}" for name, text in rows), "What happened:", *history]
    if page.mine and (way := _way(one)) is not None:
        also.insert(0, ssh.command(way))
    whose = None
    if one.is_live and not page.mine:
        whose = f"Only {rentals.renter(one)} is shown the way in."
    return kit.told("whole", [head, whose], _all_buttons(one), more=more, also="\n".join(also))


def _foreign(page: SessionPage) -> Layouts:
    """As its message in the channel, without buttons."""
    only = f"Only {rentals.renter(page.session)} and the admins see more of it."
    return session_cards.card(page.session, page.now, only)


def told(answer: Told) -> Message:
    text = mentioning(answer.sentence)
    return kit.message(text, [kit.section("gpu:told", text)])


def key_window(page: KeyPage) -> Modal:
    saved = None if page.renter is None else page.renter.ssh_public_key
    blocks: list[KitBlock] = []
    if saved is None:
        blocks.append(kit.section("gpu:saved", "*No key is saved.*"))
    else:
        blocks.append(kit.section("gpu:saved", _saved(saved), _remove()))
    label = "Your public SSH key" if saved is None else "Another public SSH key"
    blocks.append(key_field(label, "It goes onto the machines that you rent from now on."))
    return kit.modal(KEY_TITLE, ids.KEY_VIEW, blocks, submit="Save")


def key_saved(public_key: str) -> Modal:
    return _key_sentence(f"{_saved(public_key)}\nIt goes onto machines that you rent from now on.")


def key_removed() -> Modal:
    return _key_sentence(
        "*Your key is removed.* Machines that run keep it until they end; for the next one you "
        "are asked again."
    )


def _key_sentence(text: str) -> Modal:
    return kit.modal(KEY_TITLE, ids.KEY_VIEW, [kit.section("gpu:saved", text)])


def _saved(public_key: str) -> str:
    return f"*Saved:* {escaped(ssh.key_name(public_key), 90)}\n`{_print(public_key)}`"


def _print(public_key: str) -> str:
    return ssh.fingerprint(public_key) or "no fingerprint"


def _remove() -> Button:
    asked = kit.confirm(
        "Remove your key?",
        "Machines that run keep it. For the next machine you are asked for a key again.",
        "Remove it",
        "Keep it",
    )
    return kit.button(
        "Remove", ids.KEY_REMOVE, None, "Remove my saved key", style="danger", confirm=asked
    )


def _head(page: SessionsPage) -> str:
    live = [each for each in page.sessions if each.is_live]
    whose = "Machines of everybody" if page.everyone else "Your machines"
    hourly = sum((rentals.usd_now(each) for each in live), start=parts.ZERO)
    cost = f", {parts.usd_per_hour(hourly)} in all" if live else ""
    return f"*{whose}: {len(live):,} that may cost money{cost}*"


def _foot(page: SessionsPage) -> str:
    hidden = len(page.sessions) - SESSIONS_SHOWN
    more = f"{hidden:,} older are not shown. " if hidden > 0 else ""
    return f"{more}As of {parts.moment(page.now)}. Traffic not included."


def _money_and_time(session: Session, now: datetime) -> str:
    rental = session.rented
    if session.state is SessionState.FAILED:
        return f"{rentals.trouble(rental.failure) or 'nothing was made'}"
    so_far = parts.usd(rental.cost_until(now))
    if session.state is SessionState.ENDED:
        return f"*{so_far}* · {rentals.proof(session)}"
    if session.state is SessionState.ENDING:
        tries = 0 if rental.ending is None else rental.ending.tries
        icon = f"{kit.BAD} " if session_cards.is_loud(session) else ""
        return f"{icon}not confirmed gone, {rentals.tries(tries)} · *{so_far}* so far"
    planned = parts.usd(rental.forecast(now))
    left = parts.length(rental.ends_at - now)
    if rentals.is_paused(session):
        return f"at most *{so_far}* so far, at most {planned} by the end · ends in {left}"
    return f"*{so_far}* so far, {planned} by the end · ends in {left}"


def _rows(session: Session) -> list[tuple[str, str]]:
    """At most ten."""
    rental = session.rented
    ended = session.state is SessionState.ENDED
    if ended:
        return notices_end.receipt_rows(session)
    seen = "not yet" if rental.seen_at is None else parts.moment(rental.seen_at)
    rows = [
        ("Agreed", parts.usd_per_hour(rental.usd_per_hour)),
        ("Billed", rentals.price(session)),
        ("Rented", parts.moment(rental.pressed_at)),
        ("Ends", parts.moment(rental.ends_at)),
        ("Last seen alive", seen),
        ("Image", code(rental.image) or parts.NOT_STATED),
        ("Key", escaped(ssh.key_name(rental.ssh_public_key), 90)),
        ("Label", code(rental.label, 80)),
        ("Machine", escaped(rental.instance_id or parts.NOT_STATED, 60)),
        ("Note", escaped(rental.note, 200)),
    ]
    return [row for row in rows if row[1]]


def _way_in(session: Session) -> list[KitBlock]:
    way = _way(session)
    if way is None:
        return []
    command = kit.section("gpu:whole:ssh", f"```{ssh.command(way)}```")
    return [command, *notices_start.way_in(session)]


def _way(session: Session) -> SshEndpoint | None:
    return ssh.endpoint(session) if session.state is SessionState.RUNNING else None


def _event(event: SessionEvent) -> str:
    """The bot's own parts are no names for a reader: only people are told."""
    why = f" · {escaped(event.why, 200)}" if event.why else ""
    who = person(event.who)
    by = f" · {who}" if who.startswith("<@") else ""
    return f"{parts.moment(event.at)} · *{escaped(event.to, 40)}*{by}{why}"


def _all_buttons(session: Session) -> list[Element]:
    running = session.state is SessionState.RUNNING
    return [
        *(presses.extensions(session) if running else []),
        *([presses.end(session)] if session.is_live else []),
    ]
