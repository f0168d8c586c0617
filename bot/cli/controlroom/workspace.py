"""What the control room asks of the simulated Slack, over its admin paths."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import ClientSession

NEW_BLOCKS = ("carousel", "card", "alert", "data_table", "data_visualization", "plan", "task_card")
"""Block types that a workspace may not have yet."""


class SlackSide:
    def __init__(self, http: ClientSession, page_url: str) -> None:
        parts = urlsplit(page_url)
        self._http = http
        self._admin = f"{parts.scheme}://{parts.netloc}/admin"
        self._token = parse_qs(parts.query)["token"][0]

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        async with self._http.request(
            method,
            f"{self._admin}/{path}",
            json=body,
            headers={"X-Playground-Token": self._token},
            raise_for_status=True,
        ) as answer:
            return await answer.json()

    async def trouble(self) -> dict[str, Any]:
        return dict(await self.ask("GET", "trouble"))

    async def journal(self, after: int) -> list[dict[str, Any]]:
        return list(await self.ask("GET", f"journal?after={after}"))
