"""Machines that run though their record was lost: whoever rented one does not own it any more."""

from collections.abc import Iterable

from bot.rules.orphans import NOBODY
from bot.rules.places import Asker
from bot.rules.sessions import Session


def lost_sentence(live: Iterable[Session], asker: Asker) -> str:
    """Of those of the asker's team that others own; empty without any. Nobody knows who rented
    them, so it tells nothing of the machines."""
    renters = [each.rented.renter for each in live if each.rented.rescued]
    owners = [
        renter.user_id
        for renter in renters
        if renter.place.team_id == asker.place.team_id and renter.user_id != asker.user_id
    ]
    if not owners:
        return ""
    one = len(owners) == 1
    which = "machine whose record was lost runs" if one else "machines whose records were lost run"
    who = list(dict.fromkeys(owners))
    own = "owns" if len(who) == 1 else "own"
    names = " and ".join(each if each == NOBODY else f"<@{each}>" for each in who)
    return f"{len(owners):,} {which} too; {names} {own} {'it' if one else 'them'} now."
