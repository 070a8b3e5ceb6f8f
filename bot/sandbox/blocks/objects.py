"""Texts, options, confirmations. Limits from docs.slack.dev/reference/block-kit/composition-objects."""

from bot.sandbox.blocks.rules import Rule, anything, choice, fields, flag, items, string, tagged


def plain(maximum: int) -> Rule:
    return tagged({"plain_text": fields({"text": string(maximum)}, {"emoji": flag})}, "text type")


def text(maximum: int) -> Rule:
    return tagged(
        {
            "plain_text": fields({"text": string(maximum)}, {"emoji": flag}),
            "mrkdwn": fields({"text": string(maximum)}, {"verbatim": flag}),
        },
        "text type",
    )


ACTION_ID = string(255)
CONFIRM = fields(
    {"title": plain(100), "text": text(300), "confirm": plain(30), "deny": plain(30)},
    {"style": choice("primary", "danger")},
)
OPTION = fields({"text": text(75), "value": string(150)}, {"description": text(75), "url": string(3000)})
PLAIN_OPTION = fields({"text": plain(75), "value": string(150)}, {"description": plain(75), "url": string(3000)})
OPTION_GROUP = fields({"label": plain(75), "options": items(PLAIN_OPTION, 1, 100)})
DISPATCH = fields(None, {"trigger_actions_on": items(choice("on_enter_pressed", "on_character_entered"), 1, 2)})
SLACK_FILE = fields(None, {"id": string(255), "url": string(3000)})
FILTER = fields(
    None,
    {
        "include": items(choice("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
)
SUGGESTIONS = fields(None, {"options": items(PLAIN_OPTION, 0, 100), "option_groups": items(OPTION_GROUP, 0, 100)})
WORKFLOW = fields({"trigger": anything})
