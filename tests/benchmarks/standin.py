"""A stand-in for Slack that takes everything at once: what a client costs is then its own.

python -m tests.benchmarks.standin PORT
"""

import itertools
import sys
import time

from aiohttp import web


def application() -> web.Application:
    numbers = itertools.count(1)

    async def answer(request: web.Request) -> web.Response:
        await request.read()
        method = request.match_info["method"]
        body: dict[str, object] = {"ok": True}
        match method:
            case "chat.postMessage" | "chat.update":
                body |= {"channel": "C1", "ts": f"{time.time():.3f}{next(numbers):05d}", "message": {}}
            case "auth.test":
                body |= {"team_id": "T1", "user_id": "U0", "bot_id": "B0", "url": "http://x/", "team": "x", "user": "staysail"}
            case "users.info":
                body |= {"user": {"id": "U1", "team_id": "T1", "name": "jana", "profile": {"email": "csm1@ours.example"}}}
            case "users.list":
                body |= {"members": []}
            case "conversations.list":
                body |= {"channels": []}
            case "conversations.history":
                body |= {"messages": []}
        return web.json_response(body)

    app = web.Application()
    app.router.add_post("/api/{method}", answer)
    app.router.add_get("/api/{method}", answer)
    return app


if __name__ == "__main__":
    web.run_app(application(), host="127.0.0.1", port=int(sys.argv[1]), print=None)
