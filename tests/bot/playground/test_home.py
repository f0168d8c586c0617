"""The Home tab, people of another team, channels that are closed to the bot."""

import pytest
from slack_sdk.errors import SlackApiError

from tests.bot.playground.test_interactions import (
    BUTTON,
    client_of,
    error_of,
    modal,
    play,
    text_input,
)

__all__ = ["play"]
HOME = {"type": "home", "blocks": [BUTTON, text_input("note")]}


def home(text: str) -> dict[str, object]:
    words = {"type": "section", "text": {"type": "plain_text", "text": text}}
    return {"type": "home", "blocks": [words, BUTTON]}


async def test_the_opened_home_is_told_and_published(play, session):
    """The event names person and tab; what is published is seen, and comes with the next one."""
    slack, app, _ = play
    ada = slack.user("ada").id
    await slack.open_home()
    assert app.heard[-1]["event"] | {"event_ts": ""} == {
        "type": "app_home_opened",
        "user": ada,
        "channel": slack.channel("@ada").id,
        "tab": "home",
        "event_ts": "",
    }
    client = client_of(slack, session)
    published = await client.views_publish(user_id=ada, view=home("one"))
    await slack.open_home()
    assert app.heard[-1]["event"]["view"]["hash"] == published["view"]["hash"]
    assert (await slack.wait_for_home("one")).id == published["view"]["id"]


async def test_a_home_that_changed_meanwhile_is_not_overwritten(play, session):
    """An old hash is refused; so that two answers cannot overtake each other."""
    slack, _, _ = play
    ada, client = slack.user("ada").id, client_of(slack, session)
    first = await client.views_publish(user_id=ada, view=home("one"))
    await client.views_publish(user_id=ada, view=home("two"), hash=first["view"]["hash"])
    late = client.views_publish(user_id=ada, view=home("late"), hash=first["view"]["hash"])
    assert await error_of(late) == "hash_conflict"
    await client.views_update(view_id=first["view"]["id"], view=home("three"))
    assert "three" in slack.home("ada").everything


async def test_a_press_on_the_home_opens_a_modal(play, session):
    """It has a view, no channel and no response URL; its trigger opens, and pushes nothing."""
    slack, app, _ = play
    client = client_of(slack, session)
    await client.views_publish(user_id=slack.user("ada").id, view=home("one"))
    handled = await slack.press(slack.home("ada"), "go")
    assert handled.payload["container"] == {"type": "view", "view_id": slack.home("ada").id}
    assert handled.payload["view"]["type"] == "home"
    assert "response_url" not in handled.payload
    pushed = client.views_push(trigger_id=app.heard[-1]["trigger_id"], view=modal("Rent"))
    assert await error_of(pushed) == "not_found"
    await slack.press(slack.home("ada"), "go")
    await client.views_open(trigger_id=app.heard[-1]["trigger_id"], view=modal("Rent"))
    view = slack.modal("ada")
    assert (view.root_view_id, view.previous_view_id) == (view.id, None)
    await slack.close(view)
    assert slack.home("ada") is not None


async def test_an_input_that_is_sent_at_once(play, session):
    """`dispatch_action`: the action carries the value, and the form holds it too."""
    slack, app, _ = play
    app.will_say({})
    await slack.command("/gpu x")
    number = {"type": "number_input", "action_id": "n", "is_decimal_allowed": True}
    hours = text_input("hours") | {"dispatch_action": True, "element": number}
    await client_of(slack, session).views_open(
        trigger_id=app.heard[-1]["trigger_id"], view=modal("Rent", hours)
    )
    handled = await slack.select(slack.modal(), "n", "2.5")
    assert handled.payload["actions"][0]["value"] == "2.5"
    assert handled.payload["view"]["state"]["values"]["hours"]["n"]["value"] == "2.5"


async def test_a_person_of_another_team(play, session):
    """Sees the shared channel alone, presses with the other team's id, has no commands."""
    slack, app, _ = play
    sam, client = slack.user("sam"), client_of(slack, session)
    shared = slack.channel("gpu")
    assert slack.workspace.channels_of(sam.id) == [shared]
    await client.chat_postMessage(channel=shared.id, text="card", blocks=[BUTTON])
    handled = await slack.press(slack.messages("gpu")[-1], "go", user="sam")
    assert handled.payload["user"]["team_id"] == sam.team_id != slack.team_id
    assert handled.payload["team"]["id"] == slack.team_id
    heard = len(app.heard)
    with pytest.raises(LookupError):
        await slack.command("/gpu find", user="sam", channel="gpu")
    assert (len(app.heard), len(slack.notes("sam"))) == (heard, 1)
    assert await error_of(client.chat_postMessage(channel=sam.id, text="x")) == "channel_not_found"


@pytest.mark.parametrize(
    ("channel", "error"),
    [("old-gpus", "is_archived"), ("lab", "channel_not_found"), ("random", "not_in_channel")],
)
async def test_channels_that_are_closed_to_the_bot(play, session, channel, error):
    """Archived, private without the bot, public without the bot."""
    slack, _, _ = play
    where = slack.channel(channel).id
    with pytest.raises(SlackApiError, match=error):
        await client_of(slack, session).chat_postMessage(channel=where, text="x")


async def test_an_archived_channel_keeps_its_messages(play, session):
    """Nothing is edited or said there any more, by nobody."""
    slack, app, _ = play
    client, general = client_of(slack, session), slack.channel("general").id
    said = await client.chat_postMessage(channel=general, text="before")
    slack.workspace.archive(general)
    edit = client.chat_update(channel=general, ts=said["ts"], text="after")
    assert await error_of(edit) == "is_inactive"
    await slack.say("hello")
    assert [message.text for message in slack.messages("general")] == ["before"]
    assert app.heard == []
