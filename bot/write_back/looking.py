"""What stands in the CRM, for a preview: quickly, or not at all."""

import asyncio
from dataclasses import dataclass

from bot.connectors.ports import CrmRecords, Values
from bot.errors import RecordMissing, SourceFailed

WITHIN = 2.0


@dataclass(frozen=True)
class Seen:
    """`values` None: the CRM did not answer, and `problem` says why. `missing`: it did, and has no such record."""

    values: Values | None
    problem: str = ""
    missing: bool = False


async def look(records: CrmRecords, account_id: str, within: float = WITHIN) -> Seen:
    """Never longer than `within` seconds: somebody waits before an open form."""
    try:
        async with asyncio.timeout(within):
            return Seen(await asyncio.to_thread(records.read_record, account_id, within))
    except RecordMissing as error:
        return Seen(None, str(error), missing=True)
    except SourceFailed as error:
        return Seen(None, str(error))
    except TimeoutError:
        return Seen(None, f"no answer within {within:g} s")
