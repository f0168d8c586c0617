"""The workspace as it is at the start."""

from bot.playground.values import Channel, Team, User

TEAM = Team("T0PLAYGRND", "Playground", "playground")
ADA = User("U0ADA00001", "ada", "Ada Lovelace", "#9f69e7")
GRACE = User("U0GRACE002", "grace", "Grace Hopper", "#4bbe2e")
LINUS = User("U0LINUS003", "linus", "Linus Torvalds", "#e7392d")
SAM = User("U0SAM00005", "sam", "Sam Elsewhere", "#2f7fa8", team_id="T0ELSEWHER")
"""Of another team, in the one channel that is shared with it."""
TEAM_MATES = (ADA, GRACE, LINUS)
PEOPLE = (*TEAM_MATES, SAM)
BOT_USER_ID = "U0GPUSHOP4"
BOT_ID = "B0GPUSHOP4"
APP_ID = "A0GPUSHOP4"

_EVERYONE = frozenset({ADA.id, GRACE.id, LINUS.id})
GPU = Channel(
    "C0GPUDEAL2",
    "gpu",
    "channel",
    "Find, rent and end GPUs; shared with another team",
    _EVERYONE | {SAM.id, BOT_USER_ID},
)
ML = Channel("C0ML000006", "ml", "channel", "Training talk", _EVERYONE | {BOT_USER_ID})
GENERAL = Channel(
    "C0GENERAL1", "general", "channel", "Company-wide talk", _EVERYONE | {BOT_USER_ID}
)
RANDOM = Channel("C0RANDOM03", "random", "channel", "The bot has not been invited here", _EVERYONE)
LAB = Channel(
    "C0LAB00004", "lab", "channel", "Private, without the bot", _EVERYONE, is_private=True
)
OLD = Channel(
    "C0OLDGPUS5",
    "old-gpus",
    "channel",
    "Archived: nothing can be said here any more",
    _EVERYONE | {BOT_USER_ID},
    is_archived=True,
)
CHANNELS = (GPU, ML, GENERAL, RANDOM, LAB, OLD)


def direct_message(user: User, bot_name: str) -> Channel:
    return Channel("D" + user.id[1:], bot_name, "dm", "", frozenset({user.id, BOT_USER_ID}))
