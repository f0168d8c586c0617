"""The Home tab and a person's saved key."""

from typing import Any

from bot import grammar
from bot.flows.people import People
from bot.render import home, ids, rent_fields, session_lists
from bot.rules import keys
from bot.rules.answers import Told
from bot.rules.keys import KeyRefused
from bot.slack.handlers import Desk
from bot.slack.payloads import Request
from bot.slack.replies import Replies
from bot.slack.windows import Windows, sent_back


class HomeDesk:
    def __init__(self, people: People, replies: Replies, windows: Windows) -> None:
        self._people = people
        self._replies = replies
        self._windows = windows
        self.desk = Desk(
            actions={ids.KEY_WINDOW: self._window, ids.KEY_REMOVE: self._removed},
            forms={ids.KEY_VIEW: (self._judge, self._saved)},
            commands={grammar.Key: self._asked},
            events={"app_home_opened": self._opened},
        )

    async def _opened(self, request: Request) -> str:
        await self.publish(request)
        return "home"

    async def publish(self, request: Request) -> None:
        page = await self._people.home(request.asker)
        await self._windows.publish(request.asker.user_id, home.home(page))

    async def _asked(self, request: Request, _command: grammar.Key) -> str:
        return await self._window(request)

    async def _window(self, request: Request) -> str:
        page = await self._people.key_page(request.asker)
        await self._windows.open(request, session_lists.key_window(page))
        return "key window"

    async def _judge(self, request: Request) -> dict[str, Any] | None:
        text = _key(request)
        if not text.strip():
            return _wrong("Paste a public key, or write github.com/ and your name there.")
        if keys.github_user(text) is not None:
            return None
        try:
            keys.public_key(text)
        except KeyRefused as refused:
            return _wrong(refused.sentence)
        return None

    async def _saved(self, request: Request) -> str:
        try:
            told = await self._people.save_key(request.asker, _key(request))
        except KeyRefused as refused:
            told = Told(refused.sentence)
        return await self._told(request, told)

    async def _removed(self, request: Request) -> str:
        """Pressed in the window of the key, which then says so; on the Home tab a note does."""
        told = await self._people.remove_key(request.asker)
        if request.view_id and not request.is_on_home:
            await self._windows.update(request.view_id, session_lists.key_removed())
            await self.publish(request)
            return "key removed"
        return await self._told(request, told)

    async def _told(self, request: Request, told: Told) -> str:
        await self._replies.private(request, session_lists.told(told))
        await self.publish(request)
        return "key"


def _key(request: Request) -> str:
    entered = request.entered(rent_fields.KEY_BLOCK)
    return entered if isinstance(entered, str) else ""


def _wrong(sentence: str) -> dict[str, Any]:
    return sent_back({rent_fields.KEY_BLOCK: sentence})
