"""Takes every answer that a bot posts to a `response_url`, and forgets it."""

from aiohttp import web


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.Response(text="ok")


async def _count(request: web.Request) -> web.Response:
    return web.Response(text=str(request.app["count"][0]))


async def _taken(request: web.Request) -> web.Response:
    request.app["count"][0] += 1
    return await _take(request)


def main() -> None:
    import sys

    app = web.Application()
    app["count"] = [0]
    app.router.add_post("/{rest:.*}", _taken)
    app.router.add_get("/count", _count)
    web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None, access_log=None)


if __name__ == "__main__":
    main()
