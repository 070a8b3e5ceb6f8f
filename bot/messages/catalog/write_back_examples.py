"""The preview and the receipts of what goes back to the CRM."""

from dataclasses import replace

from bot.messages.catalog.example_cast import ANNA, HOSTILE, NORTHWIND, NOW, hours
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.write_back import FieldChange, WritebackModal, WritebackReceipt, WritebackState

CHANGES = (
    FieldChange("outcome", "at risk", "saved"),
    FieldChange("note", "Their admin is on leave", "New admin trained, back to 40 a day"),
    FieldChange("next_step", None, "Review in January"),
)
NASTY = "<!channel> & *Co* {{7*7}} `x` " + "very long " * 120
HOSTILE_CHANGES = (
    FieldChange("outcome", NASTY, "saved"),
    FieldChange("note", NASTY, NASTY + "!", NASTY + "?"),
    FieldChange("next_step", NASTY, NASTY),
)
MEANWHILE = tuple(replace(change, found="Call Marta first" if change.name == "next_step" else change.old) for change in CHANGES)
REFUSED_ALL = 'connection failed: connection to server at "10.0.0.7", port 5432 failed: Connection refused'

WRITEBACK_MODALS: dict[str, Modal] = {
    "write-back": WritebackModal(writeback_id=3, account=NORTHWIND, changes=CHANGES),
    "write-back-unseen": WritebackModal(writeback_id=3, account=NORTHWIND, changes=CHANGES, seen=False, problem=REFUSED_ALL),
    "write-back-for-another": WritebackModal(writeback_id=3, account=NORTHWIND, changes=CHANGES, sees=False),
    "write-back-hostile": WritebackModal(writeback_id=3, account=HOSTILE, changes=HOSTILE_CHANGES),
}

WAITING = WritebackReceipt(writeback_id=3, account=NORTHWIND, state=WritebackState.WAITING, changes=CHANGES)
WRITTEN = replace(WAITING, state=WritebackState.WRITTEN)
STAYED = FieldChange("note", "Their admin is on leave", None, "They asked for a discount", written=False)
REFUSED = replace(WAITING, state=WritebackState.REFUSED, changes=MEANWHILE)
FAILED = replace(WAITING, state=WritebackState.FAILED, problem="the CRM has no record of the account a-1041")

WRITEBACK_RECEIPTS: dict[str, Message] = {
    "writeback-waiting": WAITING,
    "writeback-waiting-for-the-crm": replace(WAITING, problem=REFUSED_ALL),
    "writeback-written": replace(WRITTEN, undo_until=NOW + hours(1 / 6)),
    "writeback-written-for-good": WRITTEN,
    "writeback-written-for-another": replace(WRITTEN, sees=False, undo_until=NOW + hours(1 / 6)),
    "writeback-refused": REFUSED,
    "writeback-refused-for-another-field": replace(REFUSED, changes=(MEANWHILE[0], STAYED)),
    "writeback-refused-hostile": replace(REFUSED, account=HOSTILE, changes=HOSTILE_CHANGES),
    "writeback-failed": FAILED,
    "writeback-undoing": replace(WRITTEN, state=WritebackState.UNDOING, undone_by=ANNA),
    "writeback-undoing-without-the-crm": replace(WRITTEN, state=WritebackState.UNDOING, undone_by=ANNA, problem=REFUSED_ALL),
    "writeback-undone": replace(WRITTEN, state=WritebackState.UNDONE, undone_by=ANNA),
    "writeback-undo-refused": replace(REFUSED, undone_by=ANNA),
    "writeback-undo-failed": replace(FAILED, undone_by=ANNA),
}
