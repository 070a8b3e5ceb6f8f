"""The post of `demo`: what readers of letters answer, carried to the bot's webhook as a mail gateway would."""

from typing import Final

import httpx

from bot import clock
from bot.delivery.signature import signature

ANSWERS: Final = "answers@ours.example"
"""Where the sample company's settings have answers go."""
PATIENCE: Final = 10.0


async def hand_on(url: str, secret: str, to: str, raw: bytes) -> str | None:
    """What went wrong; None: it arrived. `url` is where the bot's web pages begin."""
    if to != ANSWERS:
        return f"nobody of this demo reads {to}"
    signed = signature(secret, int(clock.now().timestamp()), raw)
    headers = {"Staysail-Signature": signed, "Content-Type": "message/rfc822"}
    try:
        async with httpx.AsyncClient(timeout=PATIENCE, trust_env=False) as client:
            answer = await client.post(f"{url}/calendar/replies", content=raw, headers=headers)
            said = answer.json()
    except (httpx.HTTPError, ValueError) as error:
        return f"no answer: {error}"
    return None if said.get("ok") else str(said.get("error"))
