"""Playbooks for tests: all of them, or every mistake."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bot.accounts.catalogue import Catalogue
from bot.errors import InvalidInput
from bot.playbooks.definition import Known, Playbook, read_playbooks


def load_playbooks(own: Path | Iterable[Path], catalogue: Catalogue, known: Known, **which: Any) -> list[Playbook]:
    loaded = read_playbooks(own, catalogue, known, **which)
    if loaded.mistakes:
        raise InvalidInput(loaded.mistakes)
    return loaded.playbooks
