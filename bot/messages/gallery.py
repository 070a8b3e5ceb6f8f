"""Every example of every message as Slack would get it. `python -m bot.messages.gallery DIR` writes them as JSON files."""

import json
import sys
from pathlib import Path
from typing import Any, Literal

from bot.messages.catalog.answer_examples import ANSWER_EXAMPLES
from bot.messages.catalog.card_examples import CARD_EXAMPLES
from bot.messages.catalog.modal_examples import MODAL_EXAMPLES
from bot.messages.render import render, render_view

Surface = Literal["message", "modal", "home"]
Example = tuple[str, Surface, dict[str, Any]]


def examples() -> list[Example]:
    """(name, surface, payload); a message's payload is `{text, blocks}`, a modal's the view."""
    every: list[Example] = []
    for name, message in (CARD_EXAMPLES | {f"answer-{name}": answer for name, answer in ANSWER_EXAMPLES.items()}).items():
        rendered = render(message)
        every.append((name, "message", {"text": rendered.text, "blocks": rendered.blocks}))
    every += [(f"modal-{name}", "modal", render_view(modal)) for name, modal in MODAL_EXAMPLES.items()]
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
