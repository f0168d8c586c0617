"""A watch in words: what it waits for, how it is, and what it has to tell. Raw text."""

from datetime import timedelta

from bot.render import parts
from bot.render.foreign import clean
from bot.rules.watches import Alert, Rule, Said, Trigger, Watch
from providers.models import Offer

_NEWS_AFTER = timedelta(hours=1)
"""A low since less than that is none worth a word."""
ABSENT = (
    "I am not in this channel and cannot post there. Type `/invite` there and choose me, or set "
    "the watch in a channel where I am. Until then I tell you alone, once."
)


def name(watch: Watch) -> str:
    return f"Watch {watch.number:,}"


def when(watch: Watch) -> str:
    """`when the machine costs $0.70/h or less`."""
    return f"{_rule(watch.rule)}{_among(watch)}"


def _rule(rule: Rule) -> str:
    match rule.trigger:
        case Trigger.UNDER:
            limit = parts.usd_per_hour(rule.usd_per_hour)
            if rule.per_gpu:
                return f"when it costs {limit} per GPU or less"
            return f"when the machine costs {limit} or less"
        case Trigger.DROP:
            share = parts.number(rule.percent)
            return f"when it falls {share}% below the lowest of the last 24 h"
        case Trigger.LOWEST:
            return f"when it is the lowest in {rule.days} days"
        case Trigger.AVAILABLE:
            at_once = ", after one look" if rule.fast else ""
            return f"when something matches and nothing did before{at_once}"
        case Trigger.ANY:
            return "of every machine that is new or got cheaper"


def _among(watch: Watch) -> str:
    """A limit that is only a condition: `, among machines at $0.30/h or less`."""
    whole, each = watch.query.max_usd_per_hour, watch.query.max_usd_per_gpu_hour
    limits = [
        *([] if whole is None else [parts.usd_per_hour(whole)]),
        *([] if each is None else [f"{parts.usd_per_hour(each)} per GPU"]),
    ]
    return f", among machines at {' and '.join(limits)} or less" if limits else ""


def silence(watch: Watch) -> str:
    """Why it says nothing although what it waits for may be there; empty where it speaks."""
    memory, rule = watch.memory, watch.rule
    if rule.trigger is Trigger.LOWEST:
        unknown = memory.young or not memory.scene_set
        return "It speaks once a day of prices is known." if unknown else ""
    if not memory.scene_set or memory.armed or not memory.matched:
        return ""
    already, told = ("already", "told") if watch.said is None else ("still", "told again")
    if rule.trigger is Trigger.AVAILABLE:
        return f"Something matches {already}: {told} after nothing did."
    if rule.usd_per_hour is None or memory.lowest is None:
        return ""
    cheap = f"is that cheap {already}" if memory.lowest <= rule.usd_per_hour else "was that cheap"
    return f"It {cheap}: {told} after it was dearer by a twentieth."


def often(watch: Watch) -> str:
    """`at most 5 messages a day, 1 h apart`."""
    messages = parts.counted(watch.daily_cap, "message")
    apart = parts.length(watch.cool_down)
    return f"at most {messages} a day, {apart} apart unless it falls a further 5%"


def typed(watch: Watch) -> str:
    """As it can be typed after `/gpu watch`."""
    return clean(watch.text, 300)


def news(watch: Watch, said: Said) -> str:
    """`RTX 4090 ×2 from $0.74 to $0.61/h, lowest in 9 days`."""
    more = [_against_limit(watch.rule, said), _low(watch.rule, said)]
    return ", ".join([_moved(said), *(each for each in more if each)])


def others(alert: Alert) -> str:
    if alert.others <= 0:
        return ""
    verb = "is" if alert.others == 1 else "are"
    return f"{parts.counted(alert.others, 'more machine')} {verb} news too."


def gpu(offer: Offer) -> str:
    """`RTX 4090 ×2`."""
    named = clean(offer.gpu.name, 40) or "A GPU"
    return f"{named} ×{offer.gpu.count:,}" if offer.gpu.count > 1 else named


def _moved(said: Said) -> str:
    what, price = gpu(said.offer), said.offer.price.usd_per_hour
    before, now = said.alert.before, parts.usd_per_hour(price)
    if said.alert.trigger is Trigger.AVAILABLE:
        return f"{what} available at {now}, nothing matched before"
    if before is None:
        return f"{what} new at {now}" if said.alert.trigger is Trigger.ANY else f"{what} at {now}"
    was = parts.usd(before)
    if before <= price or was == parts.usd(price):
        return f"{what} at {now}"
    return f"{what} from {was} to {now}"


def _against_limit(rule: Rule, said: Said) -> str:
    if rule.trigger is not Trigger.UNDER or rule.usd_per_hour is None:
        return ""
    each = " per GPU" if rule.per_gpu else ""
    price = said.offer.price.usd_per_hour / (said.offer.gpu.count if rule.per_gpu else 1)
    if price > rule.usd_per_hour:
        return ""
    limit = parts.usd_per_hour(rule.usd_per_hour)
    word = "at" if price == rule.usd_per_hour else "under"
    return f"{word} the limit of {limit}{each}"


def _low(rule: Rule, said: Said) -> str:
    """Within the days of the rule the rule itself says it."""
    since = said.alert.lowest_since
    if rule.trigger is Trigger.AVAILABLE:
        return ""
    if since is not None and said.at - since >= _NEWS_AFTER:
        return f"lowest in {parts.span(said.at - since)}"
    if rule.trigger is Trigger.LOWEST and since is None:
        return f"lowest in {rule.days} days or more"
    return ""
