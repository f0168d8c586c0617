"""The fields of the Rent window. A block's id is the id of the action in it, so that what Slack
sends back and the errors that go there have one name for each."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from slackblocks.blocks import Block as KitBlock

from bot.render import ids, inputs, parts, ssh
from bot.rules.quotes import Quote
from bot.rules.rentals import HOURS_TO_CHOOSE

HOURS_BLOCK = ids.HOURS
OWN_HOURS_BLOCK = ids.OWN_HOURS
DISK_BLOCK = ids.DISK
IMAGE_BLOCK = ids.IMAGE
OWN_IMAGE_BLOCK = ids.OWN_IMAGE
KEY_CHOICE_BLOCK = ids.KEY_CHOICE
KEY_BLOCK = ids.KEY
NOTE_BLOCK = ids.NOTE
YES_BLOCK = ids.YES

LEAST_HOURS = Decimal("0.25")
KEY_LIMIT = 3_000
NOTE_LIMIT = 200
IMAGE_LIMIT = 200
IMAGES_SHOWN = 20
KEY_HINT = (
    "Only the public half, such as the file ~/.ssh/id_ed25519.pub. Never paste a private key."
)
THIS_ONE = "It goes onto this machine alone and is saved for your next one."
_IMAGE_NAME = re.compile(r"[\w][\w./: +@-]{0,149}", re.ASCII)
"""What an option can carry; an image of another name is typed in."""


@dataclass(frozen=True, slots=True)
class Fields:
    quote: Quote
    own_hours: bool
    own_image: bool
    other_key: bool
    typed_key: str = ""
    rich: bool = True
    """Or for where fields for numbers are not drawn."""

    def hours(self) -> list[KitBlock]:
        hours = self.quote.hours
        listed = hours in HOURS_TO_CHOOSE
        own = self.own_hours or not listed
        options = [(f"{each} h", str(each)) for each in HOURS_TO_CHOOSE]
        chosen = ids.OWN if own else str(int(hours))
        menu = inputs.choice(
            HOURS_BLOCK, "How long", [*options, ("Another time", ids.OWN)], chosen
        )
        if not own:
            return [menu]
        initial = parts.hours(hours).removesuffix(" h")
        stated = initial if hours.is_finite() and LEAST_HOURS <= hours <= 10_000 else None
        field = inputs.number(
            OWN_HOURS_BLOCK,
            "Hours",
            stated,
            least=str(LEAST_HOURS),
            decimals=True,
            tells=True,
            rich=self.rich,
        )
        return [menu, field]

    def yes(self) -> list[KitBlock]:
        if not self.quote.needs_second_yes:
            return []
        then = parts.usd_per_hour(self.quote.card_usd_per_hour)
        now = parts.usd_per_hour(self.quote.offer.price.usd_per_hour)
        return [
            inputs.yes(
                YES_BLOCK, "The price is not the card's", f"Yes, rent for {now} instead of {then}"
            )
        ]

    def last(self) -> list[KitBlock]:
        return [*self._key(), *self._disk(), *self._image(), *self._note()]

    def _key(self) -> list[KitBlock]:
        return key_fields(self.quote.saved_key, other_key=self.other_key, typed=self.typed_key)

    def _disk(self) -> list[KitBlock]:
        largest = self.quote.offer.max_disk_gb
        most = str(int(largest)) if largest is not None and 1 <= largest < 1_000_000 else None
        disk, least = int(self.quote.offer.disk_gb), self.quote.min_disk_gb
        fits = disk >= least and (most is None or disk <= int(most))
        limits = f"At least {parts.number(least, 'GB')}"
        if most is not None and int(most) >= least:
            limits = f"{limits}, at most {parts.number(int(most), 'GB')}"
        else:
            most = None
        field = inputs.number(
            DISK_BLOCK,
            "Disk in GB",
            str(disk) if fits else str(least),
            least=str(least),
            most=most,
            tells=True,
            hint=f"{limits}. It is part of the price.",
            rich=self.rich,
        )
        return [field]

    def _image(self) -> list[KitBlock]:
        quote = self.quote
        options = image_options(quote)
        names = [name for _, name in options]
        own = self.own_image or quote.image not in names
        chosen = ids.OWN if own else quote.image
        menu = inputs.choice(
            IMAGE_BLOCK, "What runs on it", [*options, ("Another image", ids.OWN)], chosen
        )
        if not own:
            return [menu]
        initial = "" if quote.image in names else quote.image
        field = inputs.text(
            OWN_IMAGE_BLOCK,
            "Image, by its name",
            initial,
            most=IMAGE_LIMIT,
            placeholder=f"such as {names[0]}" if names else None,
        )
        return [menu, field]

    def _note(self) -> list[KitBlock]:
        return [note_field(self.quote.note)]


def key_fields(saved: str | None, *, other_key: bool, typed: str = "") -> list[KitBlock]:
    """The saved key or another one; a field alone where none is saved."""
    if saved is None:
        return [key_field("Your public SSH key", THIS_ONE, typed)]
    options = [(f"Saved key {ssh.key_name(saved)}", ids.SAVED), ("Another key", ids.OWN)]
    chosen = ids.OWN if other_key else ids.SAVED
    choice = inputs.radio(KEY_CHOICE_BLOCK, "Public SSH key", options, chosen)
    other = key_field("The other public SSH key", THIS_ONE, typed)
    return [choice, other] if other_key else [choice]


def note_field(initial: str = "") -> KitBlock:
    return inputs.text(
        NOTE_BLOCK,
        "Note",
        initial,
        most=NOTE_LIMIT,
        optional=True,
        hint="What it is for. Everybody in the channel sees it.",
    )


def key_field(label: str, then: str, typed: str = "") -> KitBlock:
    """`then` is what becomes of the key."""
    return inputs.text(
        KEY_BLOCK,
        label,
        typed,
        most=KEY_LIMIT,
        multiline=True,
        placeholder="ssh-ed25519 AAAA… or github.com/you.keys",
        hint=f"{KEY_HINT} {then}",
    )


def image_options(quote: Quote) -> Sequence[inputs.Choice]:
    """Title and name, each name once."""
    found: dict[str, str] = {}
    for image in quote.images:
        if _IMAGE_NAME.fullmatch(image.name):
            found.setdefault(image.name, image.title)
    return [(title, name) for name, title in found.items()][:IMAGES_SHOWN]
