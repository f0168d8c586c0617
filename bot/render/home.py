"""The Home tab: first steps for a newcomer, then the machines, orders, watches, the key and what
is chosen."""

from slackblocks.blocks import Block as KitBlock

from bot.render import ids, kit, orders, parts, session_lists, ssh, watch_lists
from bot.render.foreign import code, escaped, mentioning
from bot.render.message import Home
from bot.rules.answers import HomePage
from bot.rules.rentals import DEFAULT_HOURS
from bot.rules.renters import Renter
from providers.models import ProviderName

LIVE_SHOWN = 20
OVER_SHOWN = 5
IMAGES_SHOWN = 5
EXAMPLE = "/gpu find 4090 under 0.80"
STEPS = (
    f"*1. Search.* Write `{EXAMPLE}` anywhere, or press the button. Only you see the answer.",
    (
        "*2. Press Rent* on a card. The offer is read again, and you see the most it can cost "
        "before you agree."
    ),
    (
        "*3. Log in.* When SSH answers, you alone get the command as a direct message. The "
        "machine ends by itself at the time that you chose."
    ),
)


def home(page: HomePage) -> Home:
    newcomer = not page.sessions and (page.renter is None or page.renter.ssh_public_key is None)
    blocks: list[KitBlock] = []
    if page.may_not_rent:
        text = f"{kit.WARNING} *You cannot rent now.* {mentioning(page.may_not_rent, 2_000)}"
        blocks += [kit.section("gpu:home:maynot", text)]
    if newcomer:
        blocks += _first_steps()
    blocks += _machines(page)
    blocks += orders.on_home(page.orders)
    blocks += watch_lists.on_home(page.watches, page.now)
    blocks += _renter(page.renter)
    return kit.home(blocks)


def _first_steps() -> list[KitBlock]:
    run = kit.button("Try it", ids.TRY, None, f"Run {EXAMPLE}", style="primary")
    return [
        kit.header("gpu:home:first", "Find a GPU and rent it"),
        kit.section("gpu:home:steps", "\n".join(STEPS)),
        kit.actions("gpu:home:try", [run]),
        kit.divider("gpu:home:line"),
    ]


def _machines(page: HomePage) -> list[KitBlock]:
    blocks: list[KitBlock] = [kit.header("gpu:home:machines", "Your machines")]
    if page.besides:
        blocks.append(kit.section("gpu:home:besides", mentioning(page.besides)))
    if not page.sessions:
        return [*blocks, kit.section("gpu:home:none", "You rent no machine.")]
    live = [each for each in page.sessions if each.is_live]
    over = [each for each in page.sessions if not each.is_live][:OVER_SHOWN]
    shown = [*live[:LIVE_SHOWN], *over]
    for number, session in enumerate(shown):
        blocks += session_lists.entry(session, page.now, number)
    more = "`/gpu sessions` lists more. " if len(shown) < len(page.sessions) else ""
    as_of = f"As of {parts.moment(page.now)}. Traffic not included."
    note = f"{more}{len(live):,} may cost money. {as_of}"
    return [*blocks, kit.context("gpu:home:asof", note)]


def _renter(renter: Renter | None) -> list[KitBlock]:
    saved = None if renter is None else renter.ssh_public_key
    key = "No key is saved: you are asked for one when you rent."
    if saved is not None:
        key = f"{escaped(ssh.key_name(saved), 90)} `{ssh.fingerprint(saved) or 'no fingerprint'}`"
    word = "Save a key" if saved is None else "Change key"
    change = kit.button(word, ids.KEY_WINDOW, None, f"{word}: my public SSH key")
    return [
        kit.divider("gpu:home:line2"),
        kit.section("gpu:home:key", f"*Your public SSH key*\n{key}", change),
        kit.section("gpu:home:defaults", f"*The Rent window starts with*\n{_defaults(renter)}"),
    ]


def _defaults(renter: Renter | None) -> str:
    hours = DEFAULT_HOURS if renter is None or renter.hours is None else renter.hours
    images = [] if renter is None else list(renter.images.items())[:IMAGES_SHOWN]
    said = [
        f"{escaped(parts.marketplace(ProviderName(name)))}: {code(image, 120)}"
        for name, image in images
    ]
    return "\n".join([f"{hours:,} h", *(said or ["Each marketplace's usual image"])])
