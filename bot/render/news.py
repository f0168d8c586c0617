"""What a notice is about, as its renderers see it.

Its facts are texts: each is read here, and one that is missing or nonsense is told as not stated.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal, InvalidOperation

from bot.render import parts
from bot.render.foreign import code, escaped
from bot.rules.notices import Notice
from bot.rules.orphans import Orphan
from bot.rules.sessions import Session
from providers.instances import Instance


class NothingKnown(LookupError):
    """The record that a notice is about is not there any more, or never was."""


@dataclass(frozen=True, slots=True)
class News:
    notice: Notice
    subject: Session | Orphan | None
    now: datetime
    console_url: str
    title: str
    """The marketplace's, for people."""

    @property
    def session(self) -> Session:
        if isinstance(self.subject, Session) and self.subject.rental is not None:
            return self.subject
        raise NothingKnown

    @property
    def orphan(self) -> Orphan:
        if isinstance(self.subject, Orphan):
            return self.subject
        raise NothingKnown

    @property
    def instance(self) -> Instance | None:
        return self.session.rented.instance

    @property
    def marketplace(self) -> str:
        return escaped(self.title, 40) or "the marketplace"

    @property
    def words(self) -> str | None:
        """The marketplace's own about the machine, which are anybody's."""
        instance = self.instance
        said = "" if instance is None or not instance.message else code(instance.message, 400)
        return f"{self.marketplace} says: {said}" if said else None

    def fact(self, name: str) -> str:
        """Raw."""
        return self.notice.facts.get(name, "")

    def money(self, name: str) -> Decimal | None:
        try:
            amount = Decimal(self.fact(name))
        except InvalidOperation:
            return None
        return amount if amount.is_finite() else None

    def moment(self, name: str) -> str:
        try:
            return parts.moment(datetime.fromisoformat(self.fact(name)))
        except ValueError:
            return parts.NOT_STATED

    def count(self, name: str) -> str:
        """A number as text, in its shortest form."""
        amount = self.money(name)
        if amount is None:
            return parts.NOT_STATED
        return parts.hours(amount).removesuffix(" h")
