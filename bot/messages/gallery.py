"""Every example of every message as Slack would get it. `python -m bot.messages.gallery DIR` writes them as JSON files."""

import json
import sys
from pathlib import Path
from typing import Any, Literal

from bot.messages.catalog.admin_examples import ADMIN_EXAMPLES, ADMIN_MODALS
from bot.messages.catalog.answer_examples import ANSWER_EXAMPLES
from bot.messages.catalog.card_examples import CARD_EXAMPLES
from bot.messages.catalog.detail_examples import DETAIL_EXAMPLES
from bot.messages.catalog.digest_examples import DIGEST_EXAMPLES
from bot.messages.catalog.duty_examples import DUTY_EXAMPLES, DUTY_MODALS
from bot.messages.catalog.home_examples import HOME_EXAMPLES, LOOK_UP_EXAMPLES, LOOK_UP_MODALS
from bot.messages.catalog.message import Home, Message, Modal
from bot.messages.catalog.modal_examples import MODAL_EXAMPLES
from bot.messages.catalog.review_answer_examples import REVIEW_ANSWER_EXAMPLES
from bot.messages.catalog.review_brief_examples import REVIEW_BRIEF_EXAMPLES
from bot.messages.catalog.review_deck_examples import REVIEW_DECK_EXAMPLES
from bot.messages.catalog.review_due_examples import REVIEW_DUE_EXAMPLES, REVIEW_DUE_MODALS
from bot.messages.catalog.review_examples import REVIEW_EXAMPLES, REVIEW_MODALS
from bot.messages.catalog.review_held_examples import REVIEW_HELD_EXAMPLES, REVIEW_HELD_MODALS
from bot.messages.catalog.review_report_examples import REVIEW_REPORT_EXAMPLES
from bot.messages.catalog.room_examples import ROOM_EXAMPLES, ROOM_MODAL_EXAMPLES
from bot.messages.catalog.survey_examples import SURVEY_EXAMPLES, SURVEY_MODALS
from bot.messages.catalog.survey_report_examples import SURVEY_REPORT_EXAMPLES
from bot.messages.catalog.theme_examples import THEME_EXAMPLES, THEME_MODALS
from bot.messages.catalog.write_back_examples import WRITEBACK_MODALS, WRITEBACK_RECEIPTS
from bot.messages.catalog.writing_examples import WRITING_EXAMPLES, WRITING_MODALS
from bot.messages.render import render, render_home, render_view

Surface = Literal["message", "modal", "home"]
Example = tuple[str, Surface, dict[str, Any]]


MESSAGES: dict[str, Message] = {
    **ADMIN_EXAMPLES,
    **CARD_EXAMPLES,
    **DIGEST_EXAMPLES,
    **DUTY_EXAMPLES,
    **LOOK_UP_EXAMPLES,
    **REVIEW_ANSWER_EXAMPLES,
    **REVIEW_BRIEF_EXAMPLES,
    **REVIEW_DECK_EXAMPLES,
    **REVIEW_DUE_EXAMPLES,
    **REVIEW_EXAMPLES,
    **REVIEW_HELD_EXAMPLES,
    **REVIEW_REPORT_EXAMPLES,
    **ROOM_EXAMPLES,
    **SURVEY_EXAMPLES,
    **THEME_EXAMPLES,
    **SURVEY_REPORT_EXAMPLES,
    **WRITEBACK_RECEIPTS,
    **WRITING_EXAMPLES,
    **{f"answer-{name}": answer for name, answer in ANSWER_EXAMPLES.items()},
}
MODALS: dict[str, Modal] = {
    **ADMIN_MODALS,
    **DETAIL_EXAMPLES,
    **DUTY_MODALS,
    **LOOK_UP_MODALS,
    **MODAL_EXAMPLES,
    **REVIEW_DUE_MODALS,
    **REVIEW_MODALS,
    **REVIEW_HELD_MODALS,
    **ROOM_MODAL_EXAMPLES,
    **SURVEY_MODALS,
    **THEME_MODALS,
    **WRITEBACK_MODALS,
    **WRITING_MODALS,
}


def every() -> dict[str, Message | Modal | Home]:
    """The facts of each, by name."""
    modals = {f"modal-{name}": modal for name, modal in MODALS.items()}
    return {**MESSAGES, **modals, **{f"home-{name}": home for name, home in HOME_EXAMPLES.items()}}


def drawn(facts: Message | Modal | Home) -> tuple[Surface, dict[str, Any]]:
    """A message's payload is `{text, blocks}`, that of a modal or a Home tab the view."""
    if isinstance(facts, Modal):
        return "modal", render_view(facts)
    if isinstance(facts, Home):
        return "home", render_home(facts)
    rendered = render(facts)
    return "message", {"text": rendered.text, "blocks": rendered.blocks}


def examples() -> list[Example]:
    """(name, surface, payload)."""
    return [(name, *drawn(facts)) for name, facts in every().items()]


def write(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    found = examples()
    for name, surface, payload in found:
        (folder / f"{name}.{surface}.json").write_text(json.dumps(payload, ensure_ascii=False, indent=1), "utf-8")
    return len(found)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bot.messages.gallery DIR")
    sys.stdout.write(f"{write(Path(sys.argv[1]))} examples in {sys.argv[1]}\n")
