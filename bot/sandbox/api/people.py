"""users.*, usergroups.*, auth.test, team.info, bots.info."""

from bot.sandbox.api.access import page
from bot.sandbox.api.arguments import Arguments
from bot.sandbox.errors import Refusal
from bot.sandbox.people import Json
from bot.sandbox.shapes import person_json
from bot.sandbox.workspace import Workspace


def api_test(workspace: Workspace, args: Arguments) -> Json:
    if "error" in args:
        raise Refusal(args.text("error"), args=args.values)
    return {"args": args.values}


def auth_test(workspace: Workspace, args: Arguments) -> Json:
    identity = workspace.identity
    return {
        "url": f"https://{identity.domain}.slack.com/",
        "team": identity.team_name,
        "user": identity.bot_name,
        "team_id": identity.team,
        "user_id": identity.bot_user,
        "bot_id": identity.bot,
        "is_enterprise_install": False,
    }


def user_info(workspace: Workspace, args: Arguments) -> Json:
    person = workspace.person(args.required("user", "user_not_found"))
    locale = {"locale": person.locale} if args.flag("include_locale") else {}
    return {"user": person_json(workspace, person) | locale}


def user_list(workspace: Workspace, args: Arguments) -> Json:
    part, metadata = page(list(workspace.people.values()), args, default=1000)
    shown = [person_json(workspace, person) for person in part]
    return {"members": shown, "cache_ts": int(workspace.now()), "response_metadata": metadata}


def lookup_by_email(workspace: Workspace, args: Arguments) -> Json:
    email = args.required("email", "users_not_found").lower()
    for person in workspace.people.values():
        if person.email.lower() == email and not (person.is_bot or person.deleted):
            return {"user": person_json(workspace, person)}
    raise Refusal("users_not_found")


def profile(workspace: Workspace, args: Arguments) -> Json:
    person = workspace.person(args.text("user") or workspace.identity.bot_user)
    return {"profile": person_json(workspace, person)["profile"]}


def _group_id(handle: str) -> str:
    return "S" + "".join(c for c in handle.upper() if c.isalnum())


def usergroups(workspace: Workspace, args: Arguments) -> Json:
    groups = []
    for handle, users in workspace.usergroups.items():
        group: Json = {
            "id": _group_id(handle),
            "team_id": workspace.identity.team,
            "is_usergroup": True,
            "name": handle,
            "handle": handle,
            "date_delete": 0,
            "user_count": len(users),
        }
        groups.append(group | ({"users": users} if args.flag("include_users") else {}))
    return {"usergroups": groups}


def usergroup_users(workspace: Workspace, args: Arguments) -> Json:
    wanted = args.required("usergroup")
    for handle, users in workspace.usergroups.items():
        if _group_id(handle) == wanted:
            return {"users": users}
    raise Refusal("no_such_subteam")


def team_info(workspace: Workspace, args: Arguments) -> Json:
    identity = workspace.identity
    return {"team": {"id": identity.team, "name": identity.team_name, "domain": identity.domain, "icon": {}}}


def bot_info(workspace: Workspace, args: Arguments) -> Json:
    return {"bot": workspace.identity.profile | {"user_id": workspace.identity.bot_user, "updated": 0, "icons": {}}}


METHODS = {
    "api.test": api_test,
    "auth.test": auth_test,
    "bots.info": bot_info,
    "team.info": team_info,
    "usergroups.list": usergroups,
    "usergroups.users.list": usergroup_users,
    "users.info": user_info,
    "users.list": user_list,
    "users.lookupByEmail": lookup_by_email,
    "users.profile.get": profile,
}
