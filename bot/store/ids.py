"""Ids that carry the deployment, so that another deployment's machines are never touched."""

import secrets

from bot.rules.orders import OrderId
from bot.rules.quotes import QuoteId
from bot.rules.searches import SearchId
from bot.rules.sessions import SessionId, random_part
from bot.rules.watches import WatchId


class DeploymentIds:
    def __init__(self, deployment: str) -> None:
        self._deployment = deployment

    @property
    def deployment(self) -> str:
        return self._deployment

    def session_id(self) -> SessionId:
        return SessionId(self._new())

    def search_id(self) -> SearchId:
        return SearchId(self._new())

    def quote_id(self) -> QuoteId:
        return QuoteId(self._new())

    def watch_id(self) -> WatchId:
        return WatchId(self._new())

    def order_id(self) -> OrderId:
        return OrderId(self._new())

    def _new(self) -> str:
        return f"{self._deployment}-{random_part(secrets.token_bytes(7))}"
