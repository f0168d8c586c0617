"""Charts as uploaded pictures, where Slack refuses to draw them itself.

Needs the scope `files:write`. A picture is uploaded into no channel: who sees it is up to the
message that shows it. https://docs.slack.dev/messaging/working-with-files
"""

import asyncio
from collections.abc import AsyncIterator, Callable

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.render.message import Chart, Message, Pictured
from providers.clock import Clock

WAITS_S = (1.0, 3.0)
"""Slack looks at a picture before it shows it, and refuses a message that comes too early."""
ALT_LIMIT = 1_000
_log = structlog.get_logger(__name__)


class Pictures:
    def __init__(
        self,
        client: AsyncWebClient,
        http: aiohttp.ClientSession,
        clock: Clock,
        draw: Callable[[Chart], bytes],
    ) -> None:
        self._client = client
        self._http = http
        self._clock = clock
        self._draw = draw

    async def attempts(self, pictured: Pictured) -> AsyncIterator[Message]:
        """The same message again, later, when Slack refused it; none where it takes no file."""
        file_id = await self._upload(pictured.chart)
        if file_id is None:
            return
        for wait_s in WAITS_S:
            await self._clock.sleep(wait_s)
            yield pictured.make(file_id)

    async def _upload(self, chart: Chart) -> str | None:
        try:
            content = await asyncio.to_thread(self._draw, chart)
            begun = await self._client.files_getUploadURLExternal(
                filename="prices.png", length=len(content), alt_txt=chart.words[:ALT_LIMIT]
            )
            file_id = str(begun["file_id"])
            async with self._http.post(str(begun["upload_url"]), data=content) as answer:
                answer.raise_for_status()
            await self._client.files_completeUploadExternal(
                files=[{"id": file_id, "title": chart.title}]
            )
        except SlackApiError as error:
            # `missing_scope` is an installation from before there were pictures.
            _log.warning("no picture", error=str(error.response.get("error", "no word")))
            return None
        except (aiohttp.ClientError, TimeoutError) as error:
            _log.warning("no picture", error=type(error).__name__)
            return None
        return file_id
