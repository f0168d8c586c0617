"""What is told of machines whose record was lost to those who may have rented them."""

from dataclasses import replace

from bot.rules.lost_records import lost_sentence
from bot.rules.orphans import NOBODY
from bot.rules.places import Asker, Place
from bot.rules.sessions import Session
from tests.bot.render import sample_rentals as rentals

GRACE = Asker("U0GRACE002", Place("T0TEAM0001", "C0GENERAL1"))
ONE = "1 machine whose record was lost runs too; <@U0ADMIN01> owns it now."


def rescued(user_id: str = "U0ADMIN01", *, rescued: bool = True) -> Session:
    return rentals.session(renter=replace(GRACE, user_id=user_id), rescued=rescued)


def test_how_many_and_who_owns_them() -> None:
    assert lost_sentence([rescued()], GRACE) == ONE
    assert lost_sentence([rescued(), rescued()], GRACE) == (
        "2 machines whose records were lost run too; <@U0ADMIN01> owns them now."
    )
    assert lost_sentence([rescued(), rescued("U0ADMIN02")], GRACE) == (
        "2 machines whose records were lost run too; <@U0ADMIN01> and <@U0ADMIN02> own them now."
    )
    assert lost_sentence([rescued(NOBODY)], GRACE) == (
        "1 machine whose record was lost runs too; nobody owns it now."
    )


def test_nothing_of_ones_own_of_what_has_a_record_or_to_another_team() -> None:
    assert lost_sentence([], GRACE) == ""
    assert lost_sentence([rescued(rescued=False), rescued(GRACE.user_id)], GRACE) == ""
    stranger = replace(GRACE, place=Place("T0OTHER001", "C0GENERAL1"))
    assert lost_sentence([rescued()], stranger) == ""
