"""`/stay digest`: one's own digest as it would be sent now."""

from bot.duty.digests_shown import digest_now
from bot.errors import Refused
from bot.team.roles import Actor
from handlers.slack.desk import Desk, Reply
from handlers.slack.feature import Feature
from handlers.slack.payloads import Command


async def digest_asked(desk: Desk, actor: Actor, command: Command) -> Reply:
    digest = await desk.database.read(digest_now, actor.slack_id, desk.settings, desk.world)
    if digest is None:
        raise Refused("Only full members of our workspace have a digest.")
    return digest


FEATURE = Feature(words={"digest": digest_asked})
