"""All that can be done to time, market, machines, Slack and the bot, and where it stands."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.cli.controlroom.market_levers import (
    break_whole,
    card_price,
    come_back,
    doom,
    jump,
    lose_answer,
    model_price,
    never_starts,
    outbid,
    refuse_destroy,
    run_at,
    stray,
    take_away,
)
from bot.cli.controlroom.room import Pull
from bot.cli.controlroom.slack_levers import (
    drop_socket,
    kill_bot,
    lose_disk,
    press_again,
    rate_limit,
    refuse_blocks,
    repair,
    revoke,
    start_bot,
)


@dataclass(frozen=True, slots=True)
class Lever:
    section: str
    group: str
    name: str
    label: str
    pull: Pull
    field: str = ""
    """The menu that it looks at."""


TIME = "Time"
_CARD = ("Market", "The card pressed last")
_MODEL = ("Market", "All of one model")
_WHOLE = ("Market", "A marketplace")
_NEXT = ("Machines", "The next machine")
_ALIVE = ("Machines", "The newest machine")
_STRAY = ("Machines", "A machine that the bot did not rent")
_END = ("Machines", "When a machine is ended")
_WORKSPACE = ("Slack", "The workspace")
_DELIVERY = ("Slack", "What it delivers")
_PROCESS = ("Bot", "Its process")

LEVERS = (
    Lever(TIME, "", "speed-1", "\u00d71", run_at(1, "Time runs as usual.")),
    Lever(TIME, "", "speed-60", "\u00d760", run_at(60, "An hour passes in a minute.")),
    Lever(TIME, "", "speed-3600", "\u00d73600", run_at(3600, "An hour passes in a second.")),
    Lever(TIME, "", "jump-15", "+15 min", jump(15, "15 minutes")),
    Lever(TIME, "", "jump-60", "+1 h", jump(60, "an hour")),
    Lever(*_CARD, "take-away", "Sell it out", take_away),
    Lever(*_CARD, "dearer", "+20 %", card_price(1.2, "20 % more")),
    Lever(*_CARD, "cheaper", "\u221220 %", card_price(0.8, "20 % less")),
    Lever(*_MODEL, "model-down-30", "\u221230 %", model_price(0.7, "30 % less"), "model"),
    Lever(*_MODEL, "model-down-10", "\u221210 %", model_price(0.9, "10 % less"), "model"),
    Lever(*_MODEL, "model-up-10", "+10 %", model_price(1.1, "10 % more"), "model"),
    Lever(*_MODEL, "model-up-30", "+30 %", model_price(1.3, "30 % more"), "model"),
    Lever(
        *_WHOLE, "slow", "Slow", break_whole("slow", "takes four seconds longer"), "marketplace"
    ),
    Lever(*_WHOLE, "down", "Down", break_whole("down", "answers nobody"), "marketplace"),
    Lever(
        *_WHOLE,
        *("nonsense", "Nonsense"),
        break_whole("nonsense", "stops in the middle of every answer"),
        "marketplace",
    ),
    Lever(*_NEXT, "lose-answer", "Lose its answer", lose_answer),
    Lever(*_NEXT, "never-starts", "Never start it", never_starts),
    Lever(*_ALIVE, "kill", "Kill it", doom("dies", "has stopped for good, and still costs money")),
    Lever(*_ALIVE, "vanish", "Make it vanish", doom("vanishes", "is gone from every answer")),
    Lever(*_ALIVE, "outbid", "Outbid it", outbid),
    Lever(*_END, "refuse-destroy", "Refuse it", refuse_destroy),
    Lever(*_END, "comes-back", "Bring it back", come_back),
    Lever(*_STRAY, "stray", "Add an orphan", stray),
    Lever(*_WORKSPACE, "refuse-blocks", "Refuse new blocks", refuse_blocks),
    Lever(*_WORKSPACE, "revoke", "Revoke the token", revoke),
    Lever(*_WORKSPACE, "rate-limit", "Rate limit", rate_limit),
    Lever(*_DELIVERY, "press-again", "Last press again", press_again),
    Lever(*_DELIVERY, "drop-socket", "Drop a socket", drop_socket),
    Lever(*_PROCESS, "kill-bot", "kill \u22129", kill_bot),
    Lever(*_PROCESS, "start-bot", "Start it again", start_bot),
    Lever(*_PROCESS, "lose-disk", "Lose the disk", lose_disk),
    Lever("", "", "repair", "Repair everything", repair),
)
BY_NAME: Mapping[str, Lever] = {lever.name: lever for lever in LEVERS}
