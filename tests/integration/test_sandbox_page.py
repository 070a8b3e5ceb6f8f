"""The web page of the local Slack: what it is made of, and that it hears of changes."""

import asyncio
import re
from pathlib import Path

import aiohttp
import pytest

from bot.sandbox import server
from bot.sandbox.server import Person, Room, Sandbox

STATIC = Path(server.__file__).parent / "static"
JANA = Person("U0JANA", "jana", "Jana Nováková", "jana@ours.example")


@pytest.mark.parametrize("path", sorted(STATIC.iterdir()), ids=lambda path: path.name)
def test_the_page_needs_nothing_from_outside(path: Path) -> None:
    addresses = set(re.findall(r"https?://[\w.-]+", path.read_text()))
    assert addresses <= {"http://www.w3.org"}, "a resource from elsewhere"
    assert "innerHTML" not in path.read_text().replace("without innerHTML", "")


async def test_the_page_and_everything_it_names_is_served() -> None:
    async with Sandbox(people=[JANA], rooms=[]).serve() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        page = await (await http.get("/")).text()
        named = re.findall(r'(?:src|href)="(/static/[^"]+)"', page)
        modules = [f"/static/{m}" for p in STATIC.glob("*.js") for m in re.findall(r'from "\./([^"]+)"', p.read_text())]
        for path in {*named, *modules}:
            async with http.get(path) as response:
                assert response.status == 200, path


async def test_the_page_hears_of_a_message_as_it_is_posted() -> None:
    rooms = [Room("C0", "cs", members=(JANA.id,))]
    async with (
        Sandbox(people=[JANA], rooms=rooms).serve() as sandbox,
        aiohttp.ClientSession(sandbox.url) as http,
        http.ws_connect("/sandbox/live") as live,
        asyncio.timeout(2),
    ):
        await sandbox.post_as(JANA.id, "cs", "hello")
        change = await live.receive_json()
        assert (change["kind"], change["message"]["text"]) == ("message", "hello")
        await http.post("/sandbox/faults", json={"kind": "html", "method": "chat.update"})
        assert (await live.receive_json())["faults"][0]["kind"] == "html"


async def test_links_to_the_companys_own_site_end_here() -> None:
    async with Sandbox(people=[JANA], rooms=[]).serve() as sandbox, aiohttp.ClientSession(sandbox.url) as http:
        page = await (await http.get("/elsewhere/%3Cb%3Edocs")).text()
        assert "&lt;b&gt;docs" in page
