"""What somebody wrote into the Rent window, read field by field."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from bot.rules import keys
from bot.rules.allowed import hours_refusal
from bot.rules.policy import Policy
from bot.rules.quotes import Quote, RentForm
from bot.rules.rentals import STEP_HOURS

LONGEST_NOTE = 200
LONGEST_IMAGE = 300
OWN = "own"
"""The choice of hours and of an image that a field of its own holds."""
YES = "yes"
_NUMBER = re.compile(r"([0-9]{1,4}(?:[.,][0-9]{1,4})?)\s*(?:h|hours?)?", re.IGNORECASE)
_WHOLE = re.compile(r"([0-9]{1,6})\s*(?:gb)?", re.IGNORECASE)


class Field(StrEnum):
    HOURS = "hours"
    """A number, or `OWN`."""
    OWN_HOURS = "own_hours"
    DISK = "disk"
    IMAGE = "image"
    """An image's name, or `OWN`."""
    OWN_IMAGE = "own_image"
    KEY = "key"
    """Empty for the saved one."""
    NOTE = "note"
    YES = "yes"
    """`YES` where the price above the card's is accepted."""


RawForm = Mapping[Field, str]
"""What the fields hold; one that is left out or was not shown may be missing."""
Mistakes = dict[Field, str]
"""A sentence at each field that is wrong. Nothing that was written is repeated in it, except by
`image_problem`."""


@dataclass(frozen=True, slots=True)
class FilledForm:
    """Sound, but the key may still have to be fetched. One of the two is set."""

    hours: Decimal
    disk_gb: int
    image: str
    note: str
    accepts_price: bool
    ssh_public_key: str | None
    github_user: str | None

    def with_key(self, ssh_public_key: str) -> RentForm:
        return RentForm(
            hours=self.hours,
            disk_gb=self.disk_gb,
            image=self.image,
            ssh_public_key=ssh_public_key,
            note=self.note,
            accepts_price=self.accepts_price,
        )


def read(
    values: RawForm,
    quote: Quote,
    policy: Policy,
    now: datetime,
    image_problem: Callable[[str], str | None],
) -> FilledForm | Mistakes:
    """`image_problem` is the marketplace's, see `providers.base.Rents`."""
    reading = _Reading(values, {})
    hours = reading.hours(quote, policy, now)
    disk_gb = reading.disk(quote)
    image = reading.image(image_problem)
    key, github_user = reading.key(quote.saved_key)
    note = reading.note()
    accepts_price = reading.accepts_price(quote)
    if reading.mistakes:
        return reading.mistakes
    return FilledForm(hours, disk_gb, image, note, accepts_price, key, github_user)


@dataclass(frozen=True, slots=True)
class FilledOrder:
    """Sound, but the key may still have to be fetched. One of the two keys is set."""

    note: str
    ssh_public_key: str | None
    github_user: str | None


def read_order(values: RawForm, saved_key: str | None) -> FilledOrder | Mistakes:
    """`Field.KEY` and `Field.NOTE`, which the window of an order has."""
    reading = _Reading(values, {})
    key, github_user = reading.key(saved_key)
    note = reading.note()
    return reading.mistakes or FilledOrder(note, key, github_user)


def hours_in(text: str) -> Decimal | None:
    """`1.5`, `1,5 h`: what somebody may write where a number of hours is wanted."""
    found = _NUMBER.fullmatch(text.strip())
    return Decimal(found[1].replace(",", ".")) if found else None


def disk_gb_in(text: str) -> int | None:
    found = _WHOLE.fullmatch(text.strip())
    return int(found[1]) if found else None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value that stands for a mistake is never handed out."""

    values: RawForm
    mistakes: Mistakes

    def hours(self, quote: Quote, policy: Policy, now: datetime) -> Decimal:
        is_own = self._text(Field.HOURS) == OWN
        field = Field.OWN_HOURS if is_own else Field.HOURS
        hours = hours_in(self._text(field)) or Decimal(0)
        if hours < STEP_HOURS or hours % STEP_HOURS:
            self.mistakes[field] = (
                f"Write a number of hours in steps of {STEP_HOURS}, at least {STEP_HOURS} and at"
                f" most {policy.max_hours}."
            )
        elif refusal := hours_refusal(policy, quote.offer, hours, now):
            self.mistakes[field] = refusal
        return hours

    def disk(self, quote: Quote) -> int:
        disk_gb = disk_gb_in(self._text(Field.DISK)) or 0
        least, most = quote.min_disk_gb, quote.offer.max_disk_gb
        if disk_gb < least or (most is not None and disk_gb > most):
            up_to = "" if most is None else f" and at most {int(most)}"
            self.mistakes[Field.DISK] = f"Write whole GB, at least {least}{up_to}."
        return disk_gb

    def image(self, image_problem: Callable[[str], str | None]) -> str:
        is_own = self._text(Field.IMAGE) == OWN
        field = Field.OWN_IMAGE if is_own else Field.IMAGE
        image = self._text(field)
        if not image:
            self.mistakes[field] = "Write the name of an image, such as `ubuntu:24.04`."
        elif len(image) > LONGEST_IMAGE:
            self.mistakes[field] = f"The name of an image has at most {LONGEST_IMAGE} characters."
        elif keys.holds_private_key(image):
            self.mistakes[field] = keys.PRIVATE
        elif problem := image_problem(image):
            self.mistakes[field] = problem
        return image

    def key(self, saved_key: str | None) -> tuple[str | None, str | None]:
        """The key itself, or whose keys GitHub has to be asked for."""
        text = self._text(Field.KEY)
        if not text and saved_key is None:
            self.mistakes[Field.KEY] = (
                "Paste your public key, or write `github.com/` and your name there; without one"
                " you could not log in."
            )
        if not text:
            return saved_key, None
        if user := keys.github_user(text):
            return None, user
        try:
            return keys.public_key(text), None
        except keys.KeyRefused as refused:
            self.mistakes[Field.KEY] = refused.sentence
            return None, None

    def note(self) -> str:
        text = self.values.get(Field.NOTE, "")
        note = " ".join("".join(c if c.isprintable() else " " for c in text).split())
        if keys.holds_private_key(text):
            self.mistakes[Field.NOTE] = keys.PRIVATE
        elif len(note) > LONGEST_NOTE:
            self.mistakes[Field.NOTE] = f"A note has at most {LONGEST_NOTE} characters."
        return note

    def accepts_price(self, quote: Quote) -> bool:
        accepts = self._text(Field.YES) == YES
        if quote.needs_second_yes and not accepts:
            self.mistakes[Field.YES] = "The price rose: say yes to it, or choose another offer."
        return accepts

    def _text(self, field: Field) -> str:
        return self.values.get(field, "").strip()
