"""views.*"""

from bot.playground.api.methods import Context, Method, Methods
from bot.playground.errors import Refused
from bot.playground.values import Json


def open_view(at: Context, arguments: Json) -> Json:
    trigger = at.tickets.pull(arguments.get("trigger_id"))
    return {"view": at.payloads.view(at.modals.open(trigger, arguments.get("view")))}


def push(at: Context, arguments: Json) -> Json:
    trigger = at.tickets.pull(arguments.get("trigger_id"))
    return {"view": at.payloads.view(at.modals.push(trigger, arguments.get("view")))}


def update(at: Context, arguments: Json) -> Json:
    old = at.modals.find(arguments.get("view_id"), arguments.get("external_id"))
    view = at.modals.update(old, arguments.get("view"), arguments.get("hash"))
    return {"view": at.payloads.view(view)}


def publish(at: Context, arguments: Json) -> Json:
    user = at.user(arguments, "user_id")
    if user.is_bot:
        raise Refused("user_not_found")
    view = at.modals.publish_home(user.id, arguments.get("view"), arguments.get("hash"))
    return {"view": at.payloads.view(view)}


METHODS: Methods = {
    "views.open": Method(open_view, 100),
    "views.push": Method(push, 100),
    "views.update": Method(update, 100),
    "views.publish": Method(publish, 100),
}
