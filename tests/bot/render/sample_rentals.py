"""Invented rentals at each point of their life."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from bot.rules.notices import Audience, Notice, NoticeKind
from bot.rules.orphans import Orphan, OrphanState
from bot.rules.places import Asker, Place
from bot.rules.quotes import Quote, QuoteId
from bot.rules.rentals import Ending, EndReason, Mismatch, Outcome, Rental
from bot.rules.renters import HostRecord, Renter
from bot.rules.sessions import Session, SessionId, SessionState, label_of
from providers.instances import Image, Instance, InstanceId, InstanceState, SshEndpoint, StartPhase
from providers.models import Offer, Price
from tests.bot.render.samples import ASKER, LONG, NASTY, NOW, VAST
from tests.fakes.offers import offer

ID = SessionId("k3f9-w2c7h4n6da")
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJ5rVxZpT8vYxJ0m3uQ4Wc1yQ2bq7Zt6Hn9dLr3sKx3a"
HOST = "203.0.113.7"
CONSOLE = "https://console.vast.ai/instances"
IMAGES = (
    Image("vastai/pytorch:cuda-12.8", "PyTorch, CUDA 12.8"),
    Image("vastai/base-image:cuda-12.8", "Ubuntu with CUDA 12.8"),
)
ADMIN = "U0ADMIN1"


def two_gpus(**changes: object) -> Offer:
    """$0.62/h in three parts."""
    price = Price(
        Decimal("0.60"), Decimal(0), Decimal("0.02"), Decimal("0.0026"), Decimal("0.0039")
    )
    gpu = offer().gpu
    facts = {"gpu": type(gpu)(gpu.name, 2, gpu.vram_gib), "price": price}
    return offer(1, **(facts | changes))


def instance(**changes: object) -> Instance:
    facts: dict[str, object] = {
        "provider": VAST,
        "instance_id": InstanceId("28411001"),
        "label": label_of(ID),
        "state": InstanceState.RUNNING,
        "usd_per_hour": Decimal("0.62"),
        "gpu": two_gpus().gpu,
        "location": two_gpus().location,
        "ssh": (SshEndpoint(HOST, 41022, "root"),),
    }
    return Instance(**(facts | changes))  # type: ignore[arg-type]  # a test's shorthand


def rental(**changes: object) -> Rental:
    """Pressed two hours ago, for four."""
    pressed = NOW - timedelta(hours=2)
    facts: dict[str, object] = {
        "renter": ASKER,
        "label": label_of(ID),
        "origin": "https://console.vast.ai",
        "account_id": "12345",
        "image": IMAGES[0].name,
        "ssh_public_key": KEY,
        "note": "fine-tuning",
        "pressed_at": pressed,
        "ends_at": pressed + timedelta(hours=4),
        "usd_per_hour": Decimal("0.62"),
        "outcome": Outcome.MADE,
        "instance_id": InstanceId("28411001"),
        "instance": instance(),
        "seen_at": NOW - timedelta(seconds=20),
        "made_at": pressed + timedelta(seconds=8),
        "ready_at": pressed + timedelta(minutes=3),
    }
    return Rental(**(facts | changes))  # type: ignore[arg-type]


def session(state: SessionState = SessionState.RUNNING, **changes: object) -> Session:
    of = changes.pop("offer", two_gpus())
    assert isinstance(of, Offer)
    return Session(ID, state, of, ASKER, NOW - timedelta(hours=2), rental(**changes))


def just_pressed(**changes: object) -> Session:
    facts: dict[str, object] = {
        "pressed_at": NOW,
        "ends_at": NOW + timedelta(hours=4),
        "outcome": Outcome.PENDING,
        "instance_id": None,
        "instance": None,
        "seen_at": None,
        "made_at": None,
        "ready_at": None,
    }
    return session(SessionState.RENTING, **(facts | changes))


def starting(phase: StartPhase | None, **changes: object) -> Session:
    pressed = NOW - timedelta(minutes=2)
    facts: dict[str, object] = {
        "pressed_at": pressed,
        "ends_at": pressed + timedelta(hours=4),
        "made_at": pressed + timedelta(seconds=8),
        "ready_at": None,
        "instance": instance(state=InstanceState.STARTING, phase=phase, ssh=()),
    }
    return session(SessionState.STARTING, **(facts | changes))


def ending(tries: int = 1, trouble: str = "", **changes: object) -> Session:
    reason = changes.pop("reason", EndReason.ASKED)
    assert isinstance(reason, EndReason)
    end = Ending(reason, ASKER.user_id, NOW - timedelta(minutes=12), tries, tries, trouble=trouble)
    return session(SessionState.ENDING, ending=end, **changes)


def ended(**changes: object) -> Session:
    end = Ending(EndReason.TIME_UP, "guard", NOW - timedelta(minutes=1), 2)
    facts: dict[str, object] = {
        "pressed_at": NOW - timedelta(hours=4),
        "made_at": NOW - timedelta(hours=4) + timedelta(seconds=8),
        "ends_at": NOW,
        "gone_at": NOW + timedelta(seconds=40),
        "ending": end,
    }
    return session(SessionState.ENDED, **(facts | changes))


def failed(why: str) -> Session:
    facts = just_pressed(outcome=Outcome.NOTHING, failure=why)
    return Session(ID, SessionState.FAILED, facts.offer, ASKER, NOW, facts.rental)


def mismatched(*differences: str) -> Session:
    dearer = instance(usd_per_hour=Decimal("0.70"))
    return session(instance=dearer, mismatch=Mismatch(differences, NOW + timedelta(minutes=5)))


def orphan(**changes: object) -> Orphan:
    facts: dict[str, object] = {
        "id": SessionId("k3f9-orphanaaaa"),
        "provider": VAST,
        "instance_id": InstanceId("28411002"),
        "label": "shopper-k3f9-strangeaaa",
        "origin": "https://console.vast.ai",
        "account_id": "12345",
        "instance": instance(),
        "state": OrphanState.ANNOUNCED,
        "found_at": NOW,
        "seen_at": NOW,
        "end_at": NOW + timedelta(minutes=10),
    }
    return Orphan(**(facts | changes))  # type: ignore[arg-type]


def quote(**changes: object) -> Quote:
    facts: dict[str, object] = {
        "id": QuoteId("k3f9-quoteaaaaa"),
        "session": Session(ID, SessionState.OFFERED, two_gpus(), ASKER, NOW),
        "offer": two_gpus(),
        "shown_to": ASKER.user_id,
        "quoted_at": NOW,
        "hours": Decimal(4),
        "image": IMAGES[0].name,
        "images": IMAGES,
        "min_disk_gb": 10,
        "saved_key": KEY,
    }
    return Quote(**(facts | changes))  # type: ignore[arg-type]


def dearer(by: str = "0.05") -> Offer:
    price = two_gpus().price
    return two_gpus(price=replace(price, gpu=price.gpu + Decimal(by)))


def renter(**changes: object) -> Renter:
    facts: dict[str, object] = {"team_id": "T01", "user_id": ASKER.user_id, "ssh_public_key": KEY}
    return Renter(**(facts | changes))  # type: ignore[arg-type]


def notice(kind: NoticeKind, audience: Audience = Audience.THREAD, **facts: str) -> Notice:
    return Notice(kind, audience, f"{kind} {ID}", ID, facts)


def hostile_session(state: SessionState = SessionState.RUNNING) -> Session:
    """Every text that a host, a marketplace or a person can write is an attack."""
    bad = NASTY + LONG
    ways = (
        SshEndpoint("-oProxyCommand=rm", 22, "root"),
        SshEndpoint(bad, 22, "root"),
        SshEndpoint(HOST, 22, "`root`"),
        SshEndpoint("host`name", 70_000, "a"),
    )
    came = instance(label=bad, message=bad, ssh=ways, instance_id=InstanceId(bad))
    end = Ending(EndReason.ASKED, bad, NOW - timedelta(minutes=12), 9, 9, trouble=bad)
    return session(
        state,
        offer=two_gpus(
            location=type(two_gpus().location)(None, bad),
            gpu=type(two_gpus().gpu)(bad, 2, None, known=False),
        ),
        renter=Asker(bad, Place("T", "C")),
        instance=came,
        instance_id=InstanceId(bad),
        image=bad,
        note=bad,
        label=bad,
        ssh_public_key=f"{bad} {bad}",
        failure=bad,
        ending=end,
        closed_by_hand=bad,
        mismatch=Mismatch((bad,) * 20, NOW),
    )


def hostile_quote() -> Quote:
    bad = NASTY + LONG
    whole = hostile_session()
    return quote(
        session=whole,
        offer=whole.offer,
        image=bad,
        images=(Image(bad, bad), Image("a", bad), Image("a", "twice"), Image("b", "")),
        saved_key=f"{bad} {bad}",
        note=bad,
        host=HostRecord(10**9, 10**9, NOW),
        asks_again=True,
    )
