"""Serves one answer of the simulator to everybody: `python -m bench.stub FILE PORT`."""

import sys
from pathlib import Path

from aiohttp import web


def main() -> None:
    body = Path(sys.argv[1]).read_bytes()

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        if '"dph_total":' in request.query.get("q", "").replace(" ", ""):
            return web.json_response({"offers": []})  # the next page: there is none
        return web.Response(body=body, headers={"Content-Type": "application/json"})

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[2]), print=None, access_log=None)


if __name__ == "__main__":
    main()
