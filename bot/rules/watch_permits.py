"""Who may watch, and who may touch a watch. Decides over values.

Every decision is None, or why not: a sentence with the next step.
"""

from bot.rules.places import Asker
from bot.rules.policy import Policy, is_admin, is_of_ours, is_same_person
from bot.rules.watches import Watch


def may_watch(policy: Policy, asker: Asker, home_team: str) -> str | None:
    if not is_of_ours(policy, asker, home_team):
        return "People of your workspace may not set watches here: ask somebody of this one."
    if not asker.place.channel_id:
        return "A watch speaks in a channel: type `/gpu watch …` in the one that shall hear it."
    return None


def may_see(policy: Policy, asker: Asker, watch: Watch, home_team: str) -> bool:
    """What a private channel watches is its members' business, and a guest from another team sees
    what the channel sees."""
    place = watch.owner.place
    if is_same_person(asker, watch.owner) or is_admin(policy, asker, home_team):
        return True
    if asker.place.channel_id and asker.place.channel_id == place.channel_id:
        return True
    return not place.is_private and is_of_ours(policy, asker, home_team)


def may_touch(policy: Policy, asker: Asker, watch: Watch, home_team: str) -> str | None:
    """Stop, snooze, pause, edit."""
    if is_same_person(asker, watch.owner) or is_admin(policy, asker, home_team):
        return None
    return (
        f"Only <@{watch.owner.user_id}> and the admins can change watch {watch.number}."
        " You can set one of your own: `/gpu watch …`."
    )
