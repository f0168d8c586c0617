"""Commands, buttons and the window about watches: each is one flow and one private answer."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from bot import grammar
from bot.flows.watch_control import WatchControl, no_such
from bot.grammar import RawWatch, WatchCommand, WatchField
from bot.render import ids, session_lists, watch_forms, watch_lists
from bot.render.ids import FormTarget
from bot.render.message import Modal
from bot.rules.answers import Told
from bot.rules.places import Asker, Place
from bot.rules.watch_answers import WatchPage, WatchScope
from bot.rules.watches import Watch, WatchId
from bot.slack.handlers import CommandHandler, Desk, Handler
from bot.slack.payloads import Request, UnreadablePayload
from bot.slack.replies import Replies
from bot.slack.windows import Windows, sent_back

NO_CHANNEL = "Set a watch in the channel that should hear of it: type `/gpu watch` there."
NOT_OURS = "That window is not one of mine: type `/gpu watch` again."
Act = Callable[[WatchId, Request], Awaitable[WatchPage | Told]]
OfNumber = Callable[[WatchId, Request, Any], Awaitable[WatchPage | Told]]


class WatchDesk:
    def __init__(
        self,
        control: WatchControl,
        replies: Replies,
        windows: Windows,
        refresh_home: Callable[[Request], Awaitable[None]],
    ) -> None:
        self._control = control
        self._replies = replies
        self._windows = windows
        self._refresh_home = refresh_home
        self.desk = Desk(
            actions={
                ids.WATCH: self._pressed(self._show),
                ids.WATCH_STOP: self._pressed(self._stop),
                ids.WATCH_PAUSE: self._pressed(self._pause),
                ids.WATCH_RESUME: self._pressed(self._resume),
                ids.WATCH_SNOOZE: self._pressed(self._snooze),
                ids.WATCH_EDIT: self._edit,
                ids.WATCH_TRIGGER: self._rewritten,
                ids.WATCHES: self._here,
                ids.WATCHES_TURN: self._turned,
            },
            forms={ids.WATCH_VIEW: (self._judge, self._submitted)},
            commands={
                grammar.WatchCommand: self._set,
                grammar.WatchForm: self._new,
                grammar.WatchList: self._listed,
                grammar.Unwatch: self._numbered(lambda one, request, _: self._stop(one, request)),
                grammar.PauseWatch: self._numbered(
                    lambda one, request, _: self._pause(one, request)
                ),
                grammar.ResumeWatch: self._numbered(
                    lambda one, request, _: self._resume(one, request)
                ),
                grammar.SnoozeWatch: self._numbered(self._snooze_for),
            },
        )

    # --- one watch ---

    async def _show(self, watch_id: WatchId, request: Request) -> WatchPage | Told:
        return await self._control.shown(watch_id, request.asker)

    async def _stop(self, watch_id: WatchId, request: Request) -> Told:
        return await self._control.stop(watch_id, request.asker)

    async def _pause(self, watch_id: WatchId, request: Request) -> WatchPage | Told:
        return await self._control.pause(watch_id, request.asker)

    async def _resume(self, watch_id: WatchId, request: Request) -> WatchPage | Told:
        return await self._control.resume(watch_id, request.asker)

    async def _snooze(self, watch_id: WatchId, request: Request) -> WatchPage | Told:
        snooze = ids.SNOOZES.get(request.choice())
        if snooze is None:
            raise UnreadablePayload("no such snooze")
        return await self._control.snooze(watch_id, request.asker, snooze.length)

    async def _snooze_for(
        self, watch_id: WatchId, request: Request, command: grammar.SnoozeWatch
    ) -> WatchPage | Told:
        return await self._control.snooze(watch_id, request.asker, command.length)

    def _pressed(self, act: Act) -> Handler:
        async def handler(request: Request) -> str:
            return await self._answered(request, await act(WatchId(request.id()), request))

        return handler

    def _numbered(self, act: OfNumber) -> CommandHandler:
        async def handler(request: Request, command: Any) -> str:
            watch = await self._control.numbered(command.number, request.asker)
            if watch is None:
                return await self._answered(request, no_such(command.number))
            return await self._answered(request, await act(watch.id, request, command))

        return handler

    # --- setting one ---

    async def _set(self, request: Request, command: WatchCommand) -> str:
        """Said in the bot's own voice, which works where its alerts will: where it does not, the
        answer says what to do."""
        answer = await self._placed(request.asker, command)
        if isinstance(answer, WatchPage):
            heard = await self._heard(request.asker, answer)
            if heard:
                return "watch"
            answer = replace(answer, is_absent=heard is False)
        return await self._answered(request, answer)

    async def _heard(self, asker: Asker, page: WatchPage) -> bool | None:
        return await self._replies.in_own_voice(asker, watch_lists.watch(page))

    async def _placed(self, asker: Asker, command: WatchCommand) -> WatchPage | Told:
        if not asker.place.channel_id:
            return Told(NO_CHANNEL)
        return await self._control.set(
            asker,
            command.query,
            command.rule,
            command.text,
            cool_down=command.cool_down,
            daily_cap=command.daily_cap,
        )

    async def _new(self, request: Request, _command: grammar.WatchForm) -> str:
        await self._windows.open(request, watch_forms.new(request.asker.place))
        return "watch form"

    async def _edit(self, request: Request) -> str:
        """The window first: its trigger lives three seconds."""
        view_id = await self._windows.open(request, watch_forms.skeleton())
        page = await self._control.shown(WatchId(request.id()), request.asker)
        await self._windows.update(view_id, _edit_window(page))
        return "watch form"

    async def _rewritten(self, request: Request) -> str:
        """The fields follow the trigger that is chosen; what was typed stays."""
        window = watch_forms.rewritten(_entered(request), request.metadata)
        await self._windows.update(request.view_id, window)
        return "rewritten"

    async def _judge(self, request: Request) -> dict[str, Any] | None:
        if ids.form_target(request.metadata) is None:
            return _shown(watch_forms.sentence(NOT_OURS))
        values = _entered(request)
        read = grammar.read_form(values)
        if isinstance(read, WatchCommand):
            return _shown(watch_forms.working())
        if _opens_more(request, read):
            return self._windows.instead(watch_forms.rewritten(values, request.metadata))
        return sent_back(watch_forms.errors(read))

    async def _submitted(self, request: Request) -> str:
        target, read = ids.form_target(request.metadata), grammar.read_form(_entered(request))
        if target is None:
            await self._windows.update(request.view_id, watch_forms.sentence(NOT_OURS))
            return "form refused"
        if not isinstance(read, WatchCommand):
            return "asked for more"
        answer = await self._saved(request.asker, target, read)
        await self._windows.update(request.view_id, _saved_window(answer))
        return "watch set" if isinstance(answer, WatchPage) else "told"

    async def _saved(
        self, asker: Asker, target: FormTarget, command: WatchCommand
    ) -> WatchPage | Told:
        if target.watch_id is None:
            place = Place(asker.place.team_id, target.channel_id, target.is_private)
            there = Asker(asker.user_id, place, asker.team_id)
            answer = await self._placed(there, command)
            if isinstance(answer, WatchPage):
                answer = replace(answer, is_absent=await self._heard(there, answer) is False)
            return answer
        return await self._control.edit(
            target.watch_id,
            asker,
            command.query,
            command.rule,
            command.text,
            cool_down=command.cool_down,
            daily_cap=command.daily_cap,
        )

    # --- many ---

    async def _listed(self, request: Request, command: grammar.WatchList) -> str:
        return await self._list(request, command.scope)

    async def _here(self, request: Request) -> str:
        """On the Home tab there is no channel: then the person's own."""
        here = WatchScope.HERE if request.asker.place.channel_id else WatchScope.MINE
        return await self._list(request, here)

    async def _list(self, request: Request, scope: WatchScope) -> str:
        page = await self._control.listed(request.asker, scope)
        await self._replies.private(request, watch_lists.watches(page))
        return "watches"

    async def _turned(self, request: Request) -> str:
        if request.choice() not in set(WatchScope):
            raise UnreadablePayload("no such list of watches")
        page = await self._control.listed(request.asker, WatchScope(request.choice()))
        shown = watch_lists.watches(page, WatchId(request.id()))
        await self._replies.private(request, shown, replace=True)
        return "watches"

    async def _answered(self, request: Request, answer: WatchPage | Told) -> str:
        if isinstance(answer, WatchPage):
            await self._replies.private(request, watch_lists.watch(answer))
        else:
            await self._replies.private(request, session_lists.told(answer))
        if request.is_on_home:
            await self._refresh_home(request)
        return "watch" if isinstance(answer, WatchPage) else "told"


def _edit_window(page: WatchPage | Told) -> Modal:
    """Who may not change it hears that before filling in a form."""
    if isinstance(page, Told):
        return watch_forms.sentence(page.sentence)
    if not page.may_act:
        return watch_forms.sentence(_owners(page.watch))
    return watch_forms.edit(page.watch)


def _owners(watch: Watch) -> str:
    return f"Only <@{watch.owner.user_id}>, who set it up, and the admins can change it."


def _saved_window(answer: WatchPage | Told) -> Modal:
    if isinstance(answer, Told):
        return watch_forms.sentence(answer.sentence)
    return watch_forms.saved(answer)


def _entered(request: Request) -> RawWatch:
    found = {field: request.entered(block) for field, block in watch_forms.BLOCKS.items()}
    return {
        field: value if isinstance(value, str) else (grammar.YES if value else "")
        for field, value in found.items()
        if value or field in (WatchField.QUERY, WatchField.TRIGGER)
    }


def _opens_more(request: Request, mistakes: grammar.WatchMistakes) -> bool:
    """The trigger's own field is not there yet: the form was sent before the choice was told."""
    return not all(request.shows(watch_forms.BLOCKS[field]) for field in mistakes)


def _shown(modal: Modal) -> dict[str, Any]:
    return {"response_action": "update", "view": modal.payload}
