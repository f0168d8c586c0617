"""Commands, buttons and the window about standing orders."""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import ClientError
from slack_sdk.errors import SlackApiError

from bot import grammar
from bot.flows.ordering import TOO_OLD, Ordering
from bot.flows.people import People
from bot.flows.ports import StoreDown
from bot.render import ids, notes, order_window, orders, rent_fields, session_lists
from bot.render.message import Modal
from bot.rules import forms
from bot.rules.answers import Told
from bot.rules.forms import Field, FilledOrder
from bot.rules.keys import KeyRefused
from bot.rules.orders import Order, OrderDraft, OrderId
from bot.slack.handlers import Desk, Handler
from bot.slack.payloads import Request
from bot.slack.replies import Replies
from bot.slack.windows import Windows, sent_back

_BLOCKS = {Field.KEY: rent_fields.KEY_BLOCK, Field.NOTE: rent_fields.NOTE_BLOCK}
_log = structlog.get_logger(__name__)


class OrderDesk:
    def __init__(
        self,
        ordering: Ordering,
        people: People,
        replies: Replies,
        windows: Windows,
        refresh_home: Callable[[Request], Awaitable[None]],
        rewrite_rent: Handler,
    ) -> None:
        """`rewrite_rent`: the choice of a key in the window of the Rent button, whose field this
        window has too."""
        self._ordering = ordering
        self._people = people
        self._replies = replies
        self._windows = windows
        self._refresh_home = refresh_home
        self._rewrite_rent = rewrite_rent
        self.desk = Desk(
            actions={
                ids.ORDER_CANCEL: self._cancel_pressed,
                ids.ORDERS: self._mine,
                ids.KEY_CHOICE: self._rewritten,
            },
            forms={ids.ORDER_VIEW: (self._judge, self._submitted)},
            commands={
                grammar.OrderCommand: self._asked,
                grammar.OrderList: self._listed,
                grammar.CancelOrder: self._cancel_typed,
            },
        )

    # --- the window ---

    async def _asked(self, request: Request, command: grammar.OrderCommand) -> str:
        """The window first: the right to open one lasts three seconds, and the look at what it
        can cost takes longer."""
        view_id = await self._windows.open(request, order_window.skeleton())
        draft = await self._ordering.draft(
            request.asker,
            command.query,
            command.text,
            hours=command.hours,
            usd_per_hour=command.usd_per_hour,
            before=command.before,
        )
        if isinstance(draft, Told):
            await self._windows.update(view_id, order_window.sentence(draft.sentence))
            return "order refused"
        await self._windows.update(view_id, order_window.confirm(draft))
        return "order drafted"

    async def _rewritten(self, request: Request) -> str:
        draft = await self._drafted(request)
        if draft is None:
            return await self._rewrite_rent(request)
        window = order_window.confirm(draft, other_key=_wants_other_key(request))
        await self._windows.update(request.view_id, window)
        return "rewritten"

    async def _judge(self, request: Request) -> dict[str, Any] | None:
        try:
            draft = await self._drafted(request)
        except StoreDown:
            return _shown(order_window.sentence(notes.RECORDS_DOWN))
        if draft is None:
            return _shown(order_window.sentence(TOO_OLD))
        if _opens_more(request):
            return self._windows.instead(order_window.confirm(draft, other_key=True))
        filled = _filled(request, draft)
        if isinstance(filled, FilledOrder):
            return _shown(order_window.working())
        return sent_back({_BLOCKS[field]: sentence for field, sentence in filled.items()})

    async def _submitted(self, request: Request) -> str:
        draft = await self._drafted(request)
        if draft is not None and _opens_more(request):
            return "asked for more"
        filled = None if draft is None else _filled(request, draft)
        if draft is None or not isinstance(filled, FilledOrder):
            await self._windows.update(request.view_id, order_window.sentence(TOO_OLD))
            return "draft gone"
        user = filled.github_user
        try:
            key = filled.ssh_public_key or await self._people.resolved(f"github.com/{user}")
        except KeyRefused as refused:
            window = order_window.confirm(
                draft, other_key=True, trouble=refused.sentence, typed_key=f"github.com/{user}"
            )
            await self._windows.update(request.view_id, window)
            return "no key"
        answer = await self._ordering.place(draft.id, request.asker, key, filled.note)
        await self._told(request, answer)
        return "order placed" if isinstance(answer, Order) else "order refused"

    async def _told(self, request: Request, answer: Order | Told) -> None:
        """An order that is placed has a message of its own: a window that cannot be changed is no
        reason to say that something went wrong."""
        if isinstance(answer, Told):
            await self._windows.update(request.view_id, order_window.sentence(answer.sentence))
            return
        try:
            await self._windows.update(request.view_id, order_window.placed(answer))
        except (SlackApiError, ClientError, TimeoutError, OSError) as error:
            _log.warning("the window could not be changed", error=type(error).__name__)

    async def _drafted(self, request: Request) -> OrderDraft | None:
        return await self._ordering.drafted(OrderId(request.metadata), request.asker)

    # --- those that are placed ---

    async def _listed(self, request: Request, command: grammar.OrderList) -> str:
        return await self._list(request, everyone=command.everyone)

    async def _mine(self, request: Request) -> str:
        return await self._list(request, everyone=False)

    async def _list(self, request: Request, *, everyone: bool) -> str:
        page = await self._ordering.listed(request.asker, everyone=everyone)
        if isinstance(page, Told):
            return await self._answered(request, page)
        await self._replies.private(request, orders.orders(page))
        return "orders"

    async def _cancel_pressed(self, request: Request) -> str:
        order_id = OrderId(request.id())
        return await self._answered(request, await self._ordering.cancel(order_id, request.asker))

    async def _cancel_typed(self, request: Request, command: grammar.CancelOrder) -> str:
        told = await self._ordering.cancel_numbered(command.number, request.asker)
        return await self._answered(request, told)

    async def _answered(self, request: Request, told: Told) -> str:
        await self._replies.private(request, session_lists.told(told))
        if request.is_on_home:
            await self._refresh_home(request)
        return "told"


def _wants_other_key(request: Request) -> bool:
    return request.entered(ids.KEY_CHOICE) == ids.OWN


def _opens_more(request: Request) -> bool:
    """Another key was chosen, and its field is not there yet: the form was sent before the choice
    was told."""
    return _wants_other_key(request) and not request.shows(ids.KEY)


def _filled(request: Request, draft: OrderDraft) -> FilledOrder | forms.Mistakes:
    raw = {field: _text(request, block) for field, block in _BLOCKS.items()}
    if request.entered(ids.KEY_CHOICE) == ids.SAVED:
        raw[Field.KEY] = ""
    return forms.read_order(raw, draft.saved_key)


def _text(request: Request, block_id: str) -> str:
    entered = request.entered(block_id)
    return entered if isinstance(entered, str) else ""


def _shown(modal: Modal) -> dict[str, Any]:
    return {"response_action": "update", "view": modal.payload}
