"""A bare Bolt app that only acknowledges: `python -m bench.bolt_server PORT before|default`."""

import sys

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bench.slack_client import SECRET


async def _authorize() -> AuthorizeResult:
    return AuthorizeResult(
        enterprise_id=None, team_id="T1", bot_user_id="U9", bot_id="B9", bot_token="xoxb-bench"
    )


def main() -> None:
    app = AsyncApp(
        client=AsyncWebClient(),
        authorize=_authorize,
        signing_secret=SECRET,
        process_before_response=sys.argv[2] == "before",
    )

    @app.command("/gpu")
    async def gpu(ack: AsyncAck) -> None:
        await ack()

    app.start(port=int(sys.argv[1]), host="127.0.0.1")


if __name__ == "__main__":
    main()
