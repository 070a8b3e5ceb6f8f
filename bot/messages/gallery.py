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
from bot.messages.catalog.message import Message, Modal
from bot.messages.catalog.modal_examples import MODAL_EXAMPLES
from bot.messages.catalog.room_examples import ROOM_EXAMPLES, ROOM_MODAL_EXAMPLES
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
    **ROOM_EXAMPLES,
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
    **ROOM_MODAL_EXAMPLES,
    **WRITEBACK_MODALS,
    **WRITING_MODALS,
}


def examples() -> list[Example]:
    """(name, surface, payload); a message's payload is `{text, blocks}`, that of a modal or a Home tab the view."""
    every: list[Example] = []
    for name, message in MESSAGES.items():
        rendered = render(message)
        every.append((name, "message", {"text": rendered.text, "blocks": rendered.blocks}))
    every += [(f"modal-{name}", "modal", render_view(modal)) for name, modal in MODALS.items()]
    every += [(f"home-{name}", "home", render_home(home)) for name, home in HOME_EXAMPLES.items()]
    return every


def write(folder: Path) -> int:
    folder.mkdir(parents=True, exist_ok=True)
    every = examples()
    for name, surface, payload in every:
        (folder / f"{name}.{surface}.json").write_text(json.dumps(payload, ensure_ascii=False, indent=1), "utf-8")
    return len(every)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bot.messages.gallery DIR")
    sys.stdout.write(f"{write(Path(sys.argv[1]))} examples in {sys.argv[1]}\n")
