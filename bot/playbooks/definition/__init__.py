"""Playbook files: read with line marks, checked, compiled.

file ─ source.py ─► keys, values and their lines
     ─ form.py ───► the typed form (pydantic)
     ─ loading.py ► Playbook, or InvalidInput with every mistake of every file
"""

from bot.playbooks.definition.form import AlertKind
from bot.playbooks.definition.loading import library, load_playbooks
from bot.playbooks.definition.playbook import Playbook

__all__ = ["AlertKind", "Playbook", "library", "load_playbooks"]
