"""The company that `staysail demo` shows: a made-up CRM, its product usage, and the people in its Slack."""

from bot.sandbox.company.build import build_company, live_on
from bot.sandbox.company.cast import CAST, ROOMS
from bot.sandbox.company.settings import settings_yaml

__all__ = ["CAST", "ROOMS", "build_company", "live_on", "settings_yaml"]
