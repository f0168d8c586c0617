"""Who has which modals open. https://docs.slack.dev/surfaces/modals"""

from dataclasses import replace
from typing import Any

from bot.playground.changes import Changes, HomeShown, ModalErrors, ModalGone, ModalShown
from bot.playground.elements import first_state, merged_state
from bot.playground.errors import Refused, refuse_if_wrong
from bot.playground.ids import new_id, with_ids
from bot.playground.limits import check_view
from bot.playground.limits.surfaces import VIEW_BYTES, view_bytes
from bot.playground.tickets import Trigger
from bot.playground.values import Json, View

DEEPEST = 3


class Modals:
    def __init__(self, changes: Changes) -> None:
        self._changes = changes
        self._stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}
        self.refused_types: frozenset[str] = frozenset()

    def top(self, user: str) -> View | None:
        stack = self._stacks.get(user)
        return stack[-1] if stack else None

    def stack(self, user: str) -> tuple[View, ...]:
        return tuple(self._stacks.get(user, ()))

    def find(self, view_id: object = None, external_id: object = None) -> View | None:
        open_views = (view for stack in self._stacks.values() for view in stack)
        for view in (*open_views, *self.homes.values()):
            named = external_id is not None and view.payload.get("external_id") == external_id
            if named or view.id == view_id:
                return view
        return None

    def check(self, view: Any) -> Json:
        """A view that may be shown. Refused as Slack refuses it otherwise."""
        if isinstance(view, dict) and view_bytes(view) > VIEW_BYTES:
            raise Refused("view_too_large")
        refuse_if_wrong("invalid_arguments", check_view(view, self.refused_types))
        checked: Json = view
        return checked

    def open(self, trigger: Trigger, view: Any) -> View:
        """On top of the modal in which it was triggered; a new stack otherwise."""
        payload = self.check(view)
        if not self._is_open(trigger.view_id):
            self.clear(trigger.user)
        return self._push(trigger.user, payload)

    def push(self, trigger: Trigger, view: Any) -> View:
        payload = self.check(view)
        if not self._is_open(trigger.view_id):
            raise Refused("not_found")
        return self._push(trigger.user, payload)

    def push_over(self, below: View, view: Any) -> View:
        """As the answer to a submission."""
        return self._push(below.user, self.check(view))

    def update(self, old: View | None, view: Any, expected_hash: object = None) -> View:
        payload = self.check(view)
        if old is None:
            raise Refused("not_found")
        if expected_hash is not None and expected_hash != old.hash:
            raise Refused("hash_conflict")
        current = self.find(old.id)
        if current is None:
            raise Refused("not_found")
        new = self._made(old.user, payload, current)
        self._replace(new)
        self._changes.tell(HomeShown(new) if new.type == "home" else ModalShown(new))
        return new

    def publish_home(self, user: str, view: Any, expected_hash: object = None) -> View:
        payload = self.check(view)
        old = self.homes.get(user)
        if expected_hash is not None and old is not None and expected_hash != old.hash:
            raise Refused("hash_conflict")
        self.homes[user] = self._made(user, payload, old)
        self._changes.tell(HomeShown(self.homes[user]))
        return self.homes[user]

    def remember_state(self, view: View, values: Any) -> View:
        """What the person typed, without telling the page what it knows already."""
        current = self.find(view.id) or view
        new = replace(current, state=merged_state(current.state, values))
        self._replace(new)
        return new

    def complain(self, view: View, errors: dict[str, str]) -> None:
        self._changes.next()
        self._changes.tell(ModalErrors(view, errors))

    def close(self, view: View) -> None:
        """The one below shows again. Nothing happens when it is closed already."""
        if not self._is_open(view.id):
            return
        self._stacks[view.user] = [v for v in self._stacks[view.user] if v.id != view.id]
        self._changes.next()
        self._changes.tell(ModalGone(view))

    def clear(self, user: str) -> None:
        for view in reversed(self.stack(user)):
            self.close(view)

    def _is_open(self, view_id: str | None) -> bool:
        """As a modal: a Home tab always is, and nothing is stacked on it."""
        return any(view.id == view_id for stack in self._stacks.values() for view in stack)

    def _replace(self, new: View) -> None:
        if new.type == "home":
            self.homes[new.user] = new
            return
        self._stacks[new.user] = [new if v.id == new.id else v for v in self._stacks[new.user]]

    def _push(self, user: str, payload: Json) -> View:
        stack = self._stacks.setdefault(user, [])
        if len(stack) >= DEEPEST:
            raise Refused("push_limit_reached")
        view = self._made(user, payload, None)
        stack.append(view)
        self._changes.tell(ModalShown(view))
        return view

    def _made(self, user: str, payload: Json, old: View | None) -> View:
        filled = {**payload, "blocks": with_ids(payload["blocks"])}
        fresh = first_state(filled["blocks"])
        below = None if payload["type"] == "home" else self.top(user)
        view_id = old.id if old else new_id("V")
        previous = old.previous_view_id if old else below.id if below else None
        change = self._changes.next()
        return View(
            id=view_id,
            type=str(payload["type"]),
            user=user,
            payload=filled,
            raw=payload,
            hash=f"{change}.{new_id('h')}",
            root_view_id=old.root_view_id if old else below.root_view_id if below else view_id,
            previous_view_id=previous,
            state=merged_state(fresh, old.state) if old else fresh,
            problems=tuple(check_view(payload).warnings),
            change=change,
        )
