"""Playbook files: read with line marks, checked, compiled.

file ─ source.py ─► keys, values and their lines
     ─ form.py ───► the typed form (pydantic)
     ─ loading.py ► Playbook, or InvalidInput with every mistake of every file
"""

from bot.playbooks.definition.form import NEVER_AGAIN, AlertKind, Mode
from bot.playbooks.definition.loading import Known, library, load_edition, read_playbooks
from bot.playbooks.definition.playbook import Playbook

__all__ = ["NEVER_AGAIN", "AlertKind", "Known", "Mode", "Playbook", "library", "load_edition", "read_playbooks"]
