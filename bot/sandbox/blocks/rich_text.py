"""The rich_text block: sections, lists, quotes and preformatted text, and what stands in them."""

from bot.sandbox.blocks.rules import Rule, anything, choice, fields, flag, integer, items, string, tagged

STYLE = fields(
    None,
    dict.fromkeys(("bold", "italic", "strike", "code", "underline", "highlight", "unlink", "client_highlight"), flag),
)

INLINE: dict[str, Rule] = {
    "text": fields({"text": string(12_000)}, {"style": STYLE}),
    "link": fields({"url": string(3000)}, {"text": string(12_000), "unsafe": flag, "style": STYLE}),
    "emoji": fields({"name": string(255)}, {"unicode": string(255), "skin_tone": anything, "style": STYLE}),
    "user": fields({"user_id": string(255)}, {"style": STYLE}),
    "usergroup": fields({"usergroup_id": string(255)}, {"style": STYLE}),
    "channel": fields({"channel_id": string(255)}, {"style": STYLE}),
    "team": fields({"team_id": string(255)}, {"style": STYLE}),
    "broadcast": fields({"range": choice("here", "channel", "everyone")}, {"style": STYLE}),
    "color": fields({"value": string(20)}, {"style": STYLE}),
    "date": fields(
        {"timestamp": integer(0, 10**11), "format": string(1000)},
        {"url": string(3000), "fallback": string(3000), "style": STYLE},
    ),
}
SECTION = fields({"elements": items(tagged(INLINE, "rich text element"), 0, 1000)})
QUOTED: dict[str, Rule] = {"elements": items(tagged(INLINE, "rich text element"), 0, 1000)}

RICH_TEXT = fields(
    {
        "elements": items(
            tagged(
                {
                    "rich_text_section": SECTION,
                    "rich_text_list": fields(
                        {
                            "elements": items(tagged({"rich_text_section": SECTION}), 1, 1000),
                            "style": choice("bullet", "ordered"),
                        },
                        {"indent": integer(0, 8), "offset": integer(0, 10**6), "border": integer(0, 1)},
                    ),
                    "rich_text_quote": fields(QUOTED, {"border": integer(0, 1)}),
                    "rich_text_preformatted": fields(QUOTED, {"border": integer(0, 1), "language": string(100)}),
                }
            ),
            1,
            1000,
        )
    },
    {"block_id": string(255)},
)
