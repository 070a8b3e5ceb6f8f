"""The company that `staysail demo` shows: a made-up CRM, its product usage, and the people in its Slack."""

from bot.sandbox.company.build import build_company, live_on
from bot.sandbox.company.cast import CAST, ROOMS
from bot.sandbox.company.settings import CRM_DOMAINS, settings_yaml

__all__ = ["CAST", "CRM_DOMAINS", "ROOMS", "build_company", "live_on", "settings_yaml"]
