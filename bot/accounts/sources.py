"""Where signals come from, by the names of the sources."""

from typing import Final

CRM: Final = "crm.accounts"
USAGE: Final = "usage"
OURS: Final = "staysail"
"""What Staysail itself keeps: alerts, letters, tags, own fields."""
SEGMENTS: Final = "segments"
HEALTH: Final = "health"
