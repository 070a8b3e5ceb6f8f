"""A real CalDAV server (Radicale) on a loopback port: a folder of calendars, one for each person, and an account that may do all."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import quote
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx
from icalendar import Calendar, Event

USER, PASSWORD = "staysail", "p@ss/word"
RIGHTS = """
[account]
user: staysail
collection: .*
permissions: RrWw

[own]
user: .+
collection: calendars/{user}(/.*)?
permissions: RrWw

[busy]
user: looker
collection: calendars/[^/]+
permissions: f
"""
CALENDAR = """<?xml version="1.0"?><D:mkcol xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav"><D:set><D:prop>
<D:resourcetype><D:collection/><C:calendar/></D:resourcetype></D:prop></D:set></D:mkcol>"""


@dataclass
class CalendarServer:
    """`requests` are the methods and paths that came, `authorizations` what they showed. `answers` are given instead of
    Radicale's, by method, in order.

    Requests of the methods in `before` and `after` wait for the gate before, or after, they are done.
    """

    app: Any
    port: int = 0
    requests: list[tuple[str, str]] = field(default_factory=list)
    authorizations: list[str] = field(default_factory=list)
    answers: dict[str, list[tuple[str, Sequence[tuple[str, str]]]]] = field(default_factory=dict)
    before: set[str] = field(default_factory=set)
    after: set[str] = field(default_factory=set)
    gate: threading.Event = field(default_factory=threading.Event)

    def url(self, user: str = USER, password: str = PASSWORD) -> str:
        return f"http://{quote(user, safe='')}:{quote(password, safe='')}@127.0.0.1:{self.port}/calendars/{{email}}/"

    def address(self, email: str) -> str:
        return f"http://127.0.0.1:{self.port}/calendars/{quote(email, safe='@')}/"

    def __call__(self, environ: dict[str, Any], start: Any) -> Any:
        method = environ["REQUEST_METHOD"]
        self.requests.append((method, environ["PATH_INFO"]))
        self.authorizations.append(environ.get("HTTP_AUTHORIZATION", ""))
        if method in self.before:
            self.gate.wait(10)
        if waiting := self.answers.get(method):
            status, headers = waiting.pop(0)
            start(status, list(headers))
            return [b""]
        answer = self.app(environ, start)
        if method in self.after:
            self.gate.wait(10)
        return answer

    # --- what people do in their calendars

    def create(self, email: str) -> None:
        assert self._do("MKCOL", self.address(email), content=CALENDAR).status_code == 201

    def clear(self) -> None:
        self.gate.set()
        for kept in (self.requests, self.answers, self.before, self.after):
            kept.clear()
        self._do("DELETE", f"http://127.0.0.1:{self.port}/calendars/")
        assert self._do("MKCOL", f"http://127.0.0.1:{self.port}/calendars/").status_code == 201
        self.requests.clear()
        self.authorizations.clear()
        self.gate.clear()

    def write(self, email: str, name: str, text: str) -> None:
        answer = self._do("PUT", f"{self.address(email)}{name}.ics", content=text, headers={"Content-Type": "text/calendar"})
        assert answer.status_code in (201, 204), answer.text

    def texts(self, email: str) -> dict[str, str]:
        """Every event of the calendar by its name."""
        found = self._do("PROPFIND", self.address(email), headers={"Depth": "1"}).text
        names = [part.partition("</href>")[0] for part in found.split("<href>")[1:]]
        paths = [name for name in names if name.endswith(".ics")]
        return {path.rpartition("/")[2]: self._do("GET", f"http://127.0.0.1:{self.port}{path}").text for path in paths}

    def events(self, email: str) -> list[Event]:
        return [event for text in self.texts(email).values() for event in Calendar.from_ical(text).events]

    def delete(self, email: str, name: str) -> None:
        assert self._do("DELETE", f"{self.address(email)}{name}").status_code == 200

    def _do(self, method: str, url: str, **more: Any) -> httpx.Response:
        return httpx.request(method, url, auth=(USER, PASSWORD), trust_env=False, verify=False, **more)


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@contextmanager
def calendar_server(folder: Path, people: Mapping[str, str]) -> Iterator[CalendarServer]:
    """`people` are more users with their passwords."""
    from radicale import config
    from radicale.app import Application

    users = {USER: PASSWORD, **people}
    (folder / "users").write_text("".join(f"{user}:{password}\n" for user, password in users.items()))
    (folder / "rights").write_text(RIGHTS)
    configuration = config.load()
    changes = {
        "auth": {"type": "htpasswd", "htpasswd_filename": str(folder / "users"), "htpasswd_encryption": "plain", "delay": "0"},
        "rights": {"type": "from_file", "file": str(folder / "rights")},
        "storage": {"filesystem_folder": str(folder / "collections"), "_filesystem_fsync": "False"},
        "logging": {"level": "critical"},
    }
    configuration.update(changes, "tests", privileged=True)
    calendars = CalendarServer(Application(configuration))
    server = make_server("127.0.0.1", 0, calendars, server_class=_Server, handler_class=_Quiet)
    calendars.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        calendars.clear()
        yield calendars
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
