"""One module a verb; `bot.cli` loads the one that was asked for."""
