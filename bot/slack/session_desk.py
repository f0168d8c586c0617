"""Buttons and commands about sessions: each is one flow and one private answer."""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from bot import grammar
from bot.flows.control import NO_RECORD, NO_SUCH, Control
from bot.flows.keys_and_bids import KeysAndBids
from bot.flows.orphan_control import OrphanControl
from bot.flows.session_pages import SessionPages
from bot.render import ids, rent, session_lists
from bot.rules.answers import SessionPage, Told
from bot.rules.quotes import Refusal
from bot.rules.sessions import SessionId
from bot.slack.handlers import Desk
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.replies import Replies
from bot.slack.windows import Windows

Act = Callable[[SessionId, Request], Awaitable[Told]]


class SessionDesk:
    def __init__(
        self,
        control: Control,
        keys_and_bids: KeysAndBids,
        orphans: OrphanControl,
        pages: SessionPages,
        replies: Replies,
        windows: Windows,
        deployment: str,
        refresh_home: Callable[[Request], Awaitable[None]],
    ) -> None:
        self._control = control
        self._keys_and_bids = keys_and_bids
        self._orphans = orphans
        self._pages = pages
        self._replies = replies
        self._windows = windows
        self._deployment = deployment
        self._refresh_home = refresh_home
        acts: dict[str, Act] = {
            ids.END: self._end,
            ids.KEEP: self._keep,
            ids.WAIT: self._wait,
            ids.TRY_KEY: self._try_key,
            ids.RAISE: self._raise,
            ids.CLOSE: self._close,
            ids.KEEP_ORPHAN: self._keep_orphan,
            ids.END_ORPHAN: self._end_orphan,
        }
        self.desk = Desk(
            actions={
                **{action_id: self._pressed(act) for action_id, act in acts.items()},
                ids.EXTEND: self._extend_pressed,
                ids.ANOTHER: self._another,
                ids.SSH: self._one_pressed,
                ids.SESSION: self._one_pressed,
                ids.SESSIONS: self._mine_pressed,
            },
            commands={
                grammar.Sessions: self._sessions,
                grammar.SessionCommand: self._session,
                grammar.Stop: self._stop,
                grammar.Extend: self._extend_asked,
            },
        )

    def _pressed(self, act: Act) -> Callable[[Request], Awaitable[str]]:
        async def handler(request: Request) -> str:
            return await self._told(
                request, _of_button(await act(SessionId(request.id()), request))
            )

        return handler

    async def _end(self, session_id: SessionId, request: Request) -> Told:
        return await self._control.end(session_id, request.asker, request.delivery)

    async def _extend_pressed(self, request: Request) -> str:
        """The pressed message says the new end itself, where it is edited at once."""
        hours = ids.EXTENSIONS.get(request.choice())
        if hours is None:
            raise UnreadablePayload("no such extension")
        session_id = SessionId(request.id())
        told = await self._control.extend(
            session_id, request.asker, Decimal(hours), request.delivery
        )
        if told.is_done and request.block_id in ids.FOLLOW_THE_END:
            return "extended"
        return await self._told(request, _of_button(told))

    async def _keep(self, session_id: SessionId, request: Request) -> Told:
        return await self._control.keep(session_id, request.asker, request.delivery)

    async def _wait(self, session_id: SessionId, request: Request) -> Told:
        return await self._control.wait(session_id, request.asker, request.delivery)

    async def _try_key(self, session_id: SessionId, request: Request) -> Told:
        return await self._keys_and_bids.try_key(session_id, request.asker)

    async def _raise(self, session_id: SessionId, request: Request) -> Told:
        return await self._keys_and_bids.raise_bid(session_id, request.asker, request.delivery)

    async def _close(self, session_id: SessionId, request: Request) -> Told:
        return await self._control.close_by_hand(session_id, request.asker, request.delivery)

    async def _keep_orphan(self, orphan_id: SessionId, request: Request) -> Told:
        return await self._orphans.keep(orphan_id, request.asker)

    async def _end_orphan(self, orphan_id: SessionId, request: Request) -> Told:
        return await self._orphans.end(orphan_id, request.asker)

    async def _another(self, request: Request) -> str:
        """The window first: its trigger lives three seconds, and a search takes longer."""
        view_id = await self._windows.open(request, rent.skeleton())
        session_id = SessionId(request.id())
        found = await self._control.another(session_id, request.asker, request.delivery)
        if isinstance(found, Refusal):
            window = rent.instead(found.alternatives, found.sentence)
        else:
            window = rent.sentence(_of_button(found).sentence)
        await self._windows.update(view_id, window)
        return "another"

    async def _one_pressed(self, request: Request) -> str:
        return await self._show(request, SessionId(request.id()))

    async def _mine_pressed(self, request: Request) -> str:
        return await self._list(request, everyone=False)

    async def _sessions(self, request: Request, command: grammar.Sessions) -> str:
        return await self._list(request, everyone=command.everyone)

    async def _session(self, request: Request, command: grammar.SessionCommand) -> str:
        return await self._show(request, self._full(command.id))

    async def _stop(self, request: Request, command: grammar.Stop) -> str:
        session_id = await self._meant(request, command.id)
        if session_id is None:
            return "which one"
        return await self._told(request, await self._end(session_id, request))

    async def _extend_asked(self, request: Request, command: grammar.Extend) -> str:
        session_id = await self._meant(request, command.id)
        if session_id is None:
            return "which one"
        told = await self._control.extend(
            session_id, request.asker, command.hours, request.delivery
        )
        return await self._told(request, told)

    async def _meant(self, request: Request, typed: str | None) -> SessionId | None:
        """Without an id the only one that runs; of several the list is shown."""
        if typed is not None:
            return self._full(typed)
        page = await self._pages.mine(request.asker)
        live = [session for session in page.sessions if session.is_live]
        if len(live) == 1:
            return live[0].id
        if live:
            await self._list(request, everyone=False)
        else:
            none = f"You have no machine running. {page.besides}".rstrip()
            await self._told(request, Told(none))
        return None

    async def _list(self, request: Request, *, everyone: bool) -> str:
        if everyone:
            page = await self._pages.everyones(request.asker)
        else:
            page = await self._pages.mine(request.asker)
        if isinstance(page, Told):
            return await self._told(request, page)
        await self._replies.private(request, session_lists.sessions(page))
        return "sessions"

    async def _show(self, request: Request, session_id: SessionId) -> str:
        page = await self._pages.page(session_id, request.asker)
        if not isinstance(page, SessionPage):
            return await self._told(request, _of_button(page) if request.value else page)
        await self._replies.private(request, session_lists.session(page))
        return "session"

    async def _told(self, request: Request, told: Told) -> str:
        await self._replies.private(request, session_lists.told(told))
        if request.is_on_home:
            await self._refresh_home(request)
        return "told"

    def _full(self, typed: str) -> SessionId:
        """The part behind the dash is enough."""
        return SessionId(typed if "-" in typed else f"{self._deployment}-{typed}")


def _of_button(told: Told) -> Told:
    return Told(NO_RECORD) if told.sentence == NO_SUCH else told
