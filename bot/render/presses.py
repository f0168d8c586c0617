"""The buttons of offers, sessions and orphans. Each names for a screen reader what it is about."""

from decimal import Decimal

from slackblocks import Button
from slackblocks.elements import Element

from bot.render import facts, ids, kit, parts
from bot.render.foreign import escaped
from bot.rules.orphans import Orphan
from bot.rules.sessions import Session, SessionState


def rent(session: Session) -> Button:
    return kit.button(
        "Rent", ids.RENT, ids.value(session.id), f"Rent {_priced(session)}", style="primary"
    )


def details(session: Session) -> Button:
    label = f"Details of {_priced(session)}"
    return kit.button("Details", ids.DETAILS, ids.value(session.id), label)


def extend(session: Session, hours: int) -> Button:
    text = f"Extend {hours} h"
    action = ids.numbered(ids.EXTEND, hours)
    value = ids.extend_value(session.id, hours)
    return kit.button(text, action, value, f"{text}: {_short(session)}")


def extensions(session: Session) -> list[Element]:
    return [extend(session, hours) for hours in ids.EXTENSIONS.values()]


def end(session: Session, text: str = "End") -> Button:
    what = escaped(_short(session), 120)
    asked = kit.confirm(
        "End this machine?",
        f"{what} is destroyed. Everything on its disk is lost and cannot be brought back.",
        "End it",
        "Keep it",
    )
    label = f"{text}: {_short(session)}"
    return kit.button(text, ids.END, ids.value(session.id), label, style="danger", confirm=asked)


def close(session: Session) -> Button:
    asked = kit.confirm(
        "Close the record by hand?",
        "This proves nothing: a machine that is alive goes on costing money, and the bot no "
        "longer tries to end it. Only after you saw in the marketplace's console that it is gone.",
        "Close by hand",
        "Go on trying",
    )
    label = f"Close by hand: {_short(session)}"
    return kit.button(
        "Close by hand", ids.CLOSE, ids.value(session.id), label, style="danger", confirm=asked
    )


def ssh(session: Session) -> Button:
    label = f"Show SSH, only to you: {_short(session)}"
    return kit.button("Show SSH", ids.SSH, ids.value(session.id), label)


def keep(session: Session) -> Button:
    label = f"Keep it: {_short(session)}"
    return kit.button("Keep it", ids.KEEP, ids.value(session.id), label, style="primary")


def wait(session: Session, minutes: int) -> Button:
    text = f"Wait {minutes} min more"
    return kit.button(text, ids.WAIT, ids.value(session.id), f"{text}: {_short(session)}")


def another(session: Session, text: str = "Another machine") -> Button:
    """While the first one lives, a press ends it if there is another: it asks before."""
    label = f"{text} instead of {_short(session)}"
    asked = None
    if session.is_live and session.state is not SessionState.ENDING:
        what = escaped(_short(session), 120)
        asked = kit.confirm(
            "Another machine instead?",
            "The nearest that can be rented are looked for. If there is one, "
            f"{what} is destroyed, with everything on its disk.",
            "Look, then end it",
            "Keep it",
        )
    return kit.button(text, ids.ANOTHER, ids.value(session.id), label, confirm=asked)


def try_key(session: Session) -> Button:
    label = f"Try my key again: {_short(session)}"
    return kit.button("Try my key again", ids.TRY_KEY, ids.value(session.id), label)


def raise_bid(session: Session, usd_per_hour: Decimal) -> Button:
    text = f"Raise to {parts.usd_per_hour(usd_per_hour)}"
    label = f"{text}: {_short(session)}"
    return kit.button(text, ids.RAISE, ids.value(session.id), label, style="primary")


def everything(session: Session) -> Button:
    label = f"All facts: {_short(session)}"
    return kit.button("All facts", ids.SESSION, ids.value(session.id), label)


def sessions() -> Button:
    return kit.button("My machines", ids.SESSIONS, None, "Show the machines that I rent")


def console(title: str, url: str) -> list[Element]:
    """Only where the settings hold an address."""
    if not url.startswith(("https://", "http://")):
        return []
    text = f"Open {title}'s console"
    return [kit.button(text, ids.CONSOLE, None, text, url=url)]


def keep_orphan(orphan: Orphan) -> Button:
    price = parts.usd_per_hour(orphan.usd_per_hour)
    label = f"Keep {orphan.label} at {price}"
    return kit.button("Keep", ids.KEEP_ORPHAN, ids.value(orphan.id), label)


def end_orphan(orphan: Orphan) -> Button:
    asked = kit.confirm(
        "End this machine?",
        f"{escaped(orphan.label, 80)} is destroyed. Everything on its disk is lost and cannot be "
        "brought back.",
        "End it",
        "Not now",
    )
    return kit.button(
        "End now",
        ids.END_ORPHAN,
        ids.value(orphan.id),
        f"End {orphan.label} now",
        style="danger",
        confirm=asked,
    )


def _priced(session: Session) -> str:
    offer = session.offer
    seller = parts.marketplace(offer.provider)
    return f"{facts.title(offer)} at {seller} for {facts.hourly(offer)}"


def _short(session: Session) -> str:
    return f"{facts.title(session.machine)} at {parts.marketplace(session.offer.provider)}"
