"""One answer to errors: a known one speaks its own words; an unknown one gets a short id, shown and logged."""

from uuid import uuid4

from bot.errors import AlreadyDone, InvalidInput, Refused, SendFailed
from bot.log import log
from bot.messages.catalog import Person, Said


def say(error: Exception) -> Said:
    match error:
        case AlreadyDone():
            who = Person(slack_id=error.who) if error.who else None
            by = " by {who}" if who else " by itself"
            return Said(text=f"Already {error.what.replace('_', ' ')}{by}{', {at}' if error.at else ''}.", who=who, at=error.at)
        case Refused():
            return Said(text=str(error))
        case SendFailed():
            return Said(text=f"Slack did not answer, nothing was changed. Please try again. ({error})")
        case InvalidInput():
            return Said(text=f"The settings need a cure first: {error.findings[0]}")
        case _:
            error_id = uuid4().hex[:8]
            log.error("listener_failed", error_id=error_id, problem=str(error), exc_info=error)
            return Said(text="Something went wrong on our side, and nothing was changed.", error_id=error_id)
