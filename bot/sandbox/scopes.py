"""Which scope each Web API method needs; any one of them is enough. Source: docs.slack.dev/reference/methods."""

from bot.sandbox.people import Json

_READ = ("channels:read", "groups:read", "im:read", "mpim:read")
_HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
_WRITE = ("channels:manage", "groups:write", "im:write", "mpim:write")

NEEDED: dict[str, tuple[str, ...]] = {
    "bookmarks.add": ("bookmarks:write",),
    "bookmarks.list": ("bookmarks:read",),
    "bots.info": ("users:read",),
    "chat.delete": ("chat:write",),
    "chat.postEphemeral": ("chat:write",),
    "chat.postMessage": ("chat:write",),
    "chat.unfurl": ("links:write",),
    "chat.update": ("chat:write",),
    "conversations.archive": _WRITE,
    "conversations.canvases.create": ("canvases:write",),
    "conversations.create": _WRITE,
    "conversations.history": _HISTORY,
    "conversations.info": _READ,
    "conversations.invite": (*_WRITE, "channels:write.invites", "groups:write.invites"),
    "conversations.join": ("channels:join", "channels:manage"),
    "conversations.list": _READ,
    "conversations.members": _READ,
    "conversations.open": ("im:write", "mpim:write"),
    "conversations.replies": _HISTORY,
    "conversations.setPurpose": (*_WRITE, "channels:write.topic", "groups:write.topic"),
    "conversations.setTopic": (*_WRITE, "channels:write.topic", "groups:write.topic"),
    "files.completeUploadExternal": ("files:write",),
    "files.getUploadURLExternal": ("files:write",),
    "files.upload.v2": ("files:write",),  # the SDK's name for those two with the upload between them
    "pins.add": ("pins:write",),
    "pins.list": ("pins:read",),
    "reactions.add": ("reactions:write",),
    "team.info": ("team:read",),
    "usergroups.list": ("usergroups:read",),
    "usergroups.users.list": ("usergroups:read",),
    "users.conversations": _READ,
    "users.info": ("users:read",),
    "users.list": ("users:read",),
    "users.lookupByEmail": ("users:read.email",),
    "users.profile.get": ("users.profile:read", "users:read"),
}


def granted(manifest: Json | None) -> frozenset[str] | None:
    """The bot scopes of a manifest, optional ones included; None (no manifest) grants everything."""
    if manifest is None:
        return None
    scopes = manifest.get("oauth_config", {}).get("scopes", {})
    return frozenset([*(scopes.get("bot") or []), *(scopes.get("bot_optional") or [])])
