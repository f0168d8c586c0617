"""Everything a playground is made of, joined."""

from dataclasses import dataclass

from bot.playground.api.methods import Context
from bot.playground.api.server import WebApi
from bot.playground.changes import BotChanged
from bot.playground.clock import Clock
from bot.playground.delivery.http import SignedHttp
from bot.playground.delivery.socket import SocketMode
from bot.playground.faults import Faults
from bot.playground.files import Files
from bot.playground.frames import Frames
from bot.playground.guard import Guard
from bot.playground.identity import AppIdentity
from bot.playground.ids import new_token
from bot.playground.journal import Journal
from bot.playground.modals import Modals
from bot.playground.page import Page
from bot.playground.payloads import Payloads
from bot.playground.person import Person
from bot.playground.tickets import Tickets
from bot.playground.values import Transport
from bot.playground.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Parts:
    guard: Guard
    workspace: Workspace
    identity: AppIdentity
    modals: Modals
    faults: Faults
    delivery: SocketMode | SignedHttp
    person: Person
    api: WebApi
    page: Page
    frames: Frames
    journal: Journal

    def tell_bot_changed(self) -> None:
        self.workspace.changes.tell(BotChanged())


def join(
    clock: Clock, identity: AppIdentity, transport: Transport, request_url: str | None
) -> Parts:
    guard = Guard(new_token())
    workspace = Workspace(clock, identity.name)
    modals, tickets, faults, files = Modals(workspace.changes), Tickets(clock), Faults(), Files()
    journal = Journal(workspace)

    def origin() -> str:
        return guard.origin

    sockets = SocketMode(clock, identity.id, lambda: workspace.changes.tell(BotChanged()))
    http = SignedHttp(clock, identity, request_url)
    delivery: SocketMode | SignedHttp = http if transport == "http" else sockets
    person = Person(workspace, identity, modals, tickets, faults, delivery, journal, origin)
    context = Context(
        workspace=workspace,
        identity=identity,
        modals=modals,
        tickets=tickets,
        faults=faults,
        files=files,
        journal=journal,
        payloads=Payloads(workspace, identity),
        origin=origin,
        new_socket_url=lambda: f"ws://{guard.host}/link/?ticket={sockets.new_ticket()}",
    )
    frames = Frames(workspace, identity, modals, files, delivery)
    page = Page(guard, workspace, modals, files, frames, person)
    return Parts(
        guard,
        workspace,
        identity,
        modals,
        faults,
        delivery,
        person,
        WebApi(context),
        page,
        frames,
        journal,
    )
