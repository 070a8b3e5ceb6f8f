"""The workspace's and the app's own names and ids, in part from the manifest."""

from dataclasses import dataclass

from bot.sandbox.people import Json, Person

TEAM, BOT_USER, BOT, APP = "T0SANDBOX", "U0BOT", "B0BOT", "A0BOT"


@dataclass(frozen=True)
class Identity:
    team_name: str
    bot_name: str = "sandbox-bot"
    app_name: str = "Sandbox bot"
    team: str = TEAM
    bot_user: str = BOT_USER
    bot: str = BOT
    app: str = APP

    @property
    def domain(self) -> str:
        return "".join(c for c in self.team_name.lower().replace(" ", "-") if c.isalnum() or c == "-") or "sandbox"

    @property
    def profile(self) -> Json:
        return {"id": self.bot, "app_id": self.app, "name": self.app_name, "deleted": False, "team_id": self.team}

    def person(self) -> Person:
        return Person(self.bot_user, self.bot_name, self.app_name, "", tz="Etc/UTC", is_bot=True)


def identity_from(manifest: Json | None, team_name: str) -> Identity:
    if manifest is None:
        return Identity(team_name)
    app = manifest.get("display_information", {}).get("name") or "Sandbox bot"
    name = manifest.get("features", {}).get("bot_user", {}).get("display_name") or app
    return Identity(team_name, bot_name=name.lower().replace(" ", "-"), app_name=name)
