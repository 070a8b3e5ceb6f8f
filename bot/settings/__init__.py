"""Settings: the environment and staysail.yml, read once into frozen values. Every error names file, line and key."""

from bot.settings.forms import RoleSettings
from bot.settings.live import LiveSettings
from bot.settings.model import Environment, Settings
from bot.settings.reading import config_path, load_settings

__all__ = ["Environment", "LiveSettings", "RoleSettings", "Settings", "config_path", "load_settings"]
