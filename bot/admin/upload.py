"""A file for one person, as a direct message."""

import asyncio
from pathlib import Path

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack_api import asked


async def send_file(client: AsyncWebClient, slack_id: str, file: Path, title: str) -> None:
    """Raises SendFailed."""
    talk = await asked(client.conversations_open(users=slack_id), "the direct message")
    content = await asyncio.to_thread(file.read_bytes)
    sending = client.files_upload_v2(channel=talk["channel"]["id"], filename=file.name, title=title, content=content)
    await asked(sending, "the file")
