"""A minimal Slack that is not the sandbox: six methods, anything else is unknown. Keeps what was posted."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

CHANNELS = {"#cs-alerts": "C0ALERTS", "#cs-leads": "C0LEADS", "#cs-admins": "C0ADMINS"}
PEOPLE = [
    {"id": "UANN", "team_id": "T1", "name": "ann", "tz": "Europe/Prague", "profile": {"real_name": "Ann", "email": "ann@ours.example"}}
]


@dataclass
class StandIn:
    """`url` goes into SLACK_API_URL. `messages`: by channel and ts, as last posted or updated. `calls`: method names in order."""

    url: str = ""
    without: frozenset[str] = frozenset()
    messages: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answer(self, method: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with self.lock:
            self.calls.append(method)
            act = getattr(self, method.replace(".", "_"), None)
            if act is None or method in self.without:
                return {"ok": False, "error": "unknown_method"}
            found: dict[str, Any] = act(arguments)
            return {"ok": True} | found

    def auth_test(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"url": "https://ours.slack.com/", "team": "Ours", "team_id": "T1", "user": "staysail", "user_id": "UBOT", "bot_id": "B1"}

    def users_list(self, _: dict[str, Any]) -> dict[str, Any]:
        return {"members": PEOPLE, "response_metadata": {"next_cursor": ""}}

    def conversations_list(self, _: dict[str, Any]) -> dict[str, Any]:
        channels = [{"id": id_, "name": name[1:], "is_channel": True, "is_member": True} for name, id_ in CHANNELS.items()]
        return {"channels": channels, "response_metadata": {"next_cursor": ""}}

    def conversations_history(self, arguments: dict[str, Any]) -> dict[str, Any]:
        return {"messages": [m for (channel, _), m in self.messages.items() if channel == arguments["channel"]], "has_more": False}

    def chat_postMessage(self, arguments: dict[str, Any]) -> dict[str, Any]:  # noqa: N802
        channel = CHANNELS.get(arguments["channel"], arguments["channel"])
        if channel not in CHANNELS.values():
            return {"ok": False, "error": "channel_not_found"}
        ts = f"1700000000.{len(self.messages) + 1:06}"
        self.messages[channel, ts] = arguments | {"ts": ts}
        return {"channel": channel, "ts": ts, "message": self.messages[channel, ts]}

    def chat_update(self, arguments: dict[str, Any]) -> dict[str, Any]:
        place = (arguments["channel"], arguments["ts"])
        if place not in self.messages:
            return {"ok": False, "error": "message_not_found"}
        self.messages[place] |= arguments
        return {"channel": place[0], "ts": place[1], "text": arguments.get("text", "")}


@contextmanager
def slack_stand_in(without: frozenset[str] = frozenset()) -> Iterator[StandIn]:
    slack = StandIn(without=without)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            raw = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            path, _, query = self.path.partition("?")
            arguments = arguments_of(self.headers.get("Content-Type") or "", raw) | arguments_of("", query)
            answer = json.dumps(slack.answer(path.rsplit("/", 1)[-1], arguments)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        do_GET = do_POST  # noqa: N815

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    slack.url = f"http://127.0.0.1:{server.server_port}/api/"
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield slack
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def arguments_of(content_type: str, raw: str) -> dict[str, Any]:
    """From JSON or a form; values of a form that are JSON are read."""
    if "json" in content_type:
        return dict(json.loads(raw or "{}"))
    found: dict[str, Any] = {name: values[0] for name, values in parse_qs(raw).items()}
    for name in ("blocks", "metadata"):
        if isinstance(found.get(name), str):
            found[name] = json.loads(found[name])
    return found
