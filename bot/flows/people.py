"""A person's saved key and defaults, and the home page."""

from dataclasses import dataclass, replace

from bot.flows.order_ports import Orders
from bot.flows.permits import Permits
from bot.flows.ports import KeyServer, Renters, Sessions
from bot.flows.watch_ports import Watches
from bot.rules import keys
from bot.rules.answers import HomePage, KeyPage, Told
from bot.rules.lost_records import lost_sentence
from bot.rules.places import Asker
from bot.rules.renters import Renter
from providers.clock import Clock

SHOWN = 25


@dataclass(frozen=True, slots=True)
class People:
    renters: Renters
    sessions: Sessions
    key_server: KeyServer
    permits: Permits
    clock: Clock
    watches: Watches
    orders: Orders

    async def key_page(self, asker: Asker) -> KeyPage:
        return KeyPage(await self.renters.get(asker.place.team_id, asker.user_id))

    async def save_key(self, asker: Asker, text: str) -> Told:
        """Raises `keys.KeyRefused` with a sentence for what is no public key."""
        key = await self.resolved(text)
        renter = await self._renter(asker)
        await self.renters.save(replace(renter, ssh_public_key=key))
        return Told(f"Saved `{keys.fingerprint(key)}`. It goes onto machines that you rent.")

    async def remove_key(self, asker: Asker) -> Told:
        renter = await self._renter(asker)
        await self.renters.save(replace(renter, ssh_public_key=None))
        return Told("Your key is forgotten. Machines that run already keep it.")

    async def resolved(self, text: str) -> str:
        """A pasted key, or the best of a GitHub user's. Raises `keys.KeyRefused`."""
        user = keys.github_user(text)
        if user is None:
            return keys.public_key(text)
        try:
            offered = await self.key_server.keys_of(user)
        except LookupError as error:
            raise keys.KeyRefused(str(error.args[0])) from None
        good = [key for key in map(_accepted, offered) if key is not None]
        if not good:
            raise keys.KeyRefused("GitHub has no key of that user that is strong enough.")
        return min(good, key=lambda key: not key.startswith("ssh-ed25519"))

    async def home(self, asker: Asker) -> HomePage:
        listed = await self.sessions.rented_by(asker.place.team_id, asker.user_id, SHOWN)
        renter = await self.renters.get(asker.place.team_id, asker.user_id)
        watches = await self.watches.of_person(asker.place.team_id, asker.user_id)
        placed = await self.orders.of_person(asker.place.team_id, asker.user_id, SHOWN)
        return HomePage(
            renter,
            listed,
            self.permits.may_rent(asker),
            self.clock.now(),
            watches,
            tuple(order for order in placed if order.is_open),
            lost_sentence(await self.sessions.live(), asker),
        )

    async def _renter(self, asker: Asker) -> Renter:
        found = await self.renters.get(asker.place.team_id, asker.user_id)
        return found or Renter(asker.place.team_id, asker.user_id)


def _accepted(text: str) -> str | None:
    try:
        return keys.public_key(text)
    except keys.KeyRefused:
        return None
