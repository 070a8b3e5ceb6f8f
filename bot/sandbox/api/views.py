"""views.*: modals on a person's stack, and their App Home."""

from bot.sandbox.api.arguments import Arguments
from bot.sandbox.api.content import checked_view
from bot.sandbox.api.pictures import refuse_strange_pictures
from bot.sandbox.errors import Refusal
from bot.sandbox.people import Json
from bot.sandbox.shapes import view_json
from bot.sandbox.views import STACK_DEPTH, View, new_view
from bot.sandbox.workspace import Workspace


def _trigger(args: Arguments) -> str:
    return args.text("trigger_id") or args.required("interactivity_pointer")


def _view(workspace: Workspace, args: Arguments, kind: str) -> Json:
    body = checked_view(args.json("view", "invalid_arguments"), kind)
    refuse_strange_pictures(workspace, body["blocks"], "invalid_arguments")
    return body


def open_view(workspace: Workspace, args: Arguments) -> Json:
    trigger, body = _trigger(args), _view(workspace, args, "modal")
    _refuse_duplicate(workspace, body)
    user = workspace.tickets.exchange(trigger)
    return _put(workspace, user, [new_view(user, body)])


def push(workspace: Workspace, args: Arguments) -> Json:
    trigger, body = _trigger(args), _view(workspace, args, "modal")
    _refuse_duplicate(workspace, body)
    return push_for(workspace, workspace.tickets.exchange(trigger), body)


def push_for(workspace: Workspace, user: str, body: Json) -> Json:
    stack = workspace.stack(user)
    if not stack:
        raise Refusal("invalid_trigger_id")
    if len(stack) >= STACK_DEPTH:
        raise Refusal("push_limit_reached")
    return _put(workspace, user, [*stack, new_view(user, body, below=stack[-1])])


def _put(workspace: Workspace, user: str, stack: list[View]) -> Json:
    workspace.contents.stacks[user] = stack
    workspace.views_changed(user)
    return {"view": view_json(workspace, stack[-1])}


def _refuse_duplicate(workspace: Workspace, body: Json) -> None:
    if body.get("external_id") and _by_external_id(workspace, body["external_id"]):
        raise Refusal("duplicate_external_id")


def _by_external_id(workspace: Workspace, external_id: str) -> View | None:
    views = [view for stack in workspace.contents.stacks.values() for view in stack]
    return next((view for view in views if view.body["external_id"] == external_id), None)


def update(workspace: Workspace, args: Arguments) -> Json:
    if not args.text("view_id") and not args.text("external_id"):
        raise Refusal("invalid_arguments", response_metadata={"messages": ["[ERROR] missing required field: view_id"]})
    body = _view(workspace, args, "modal")
    by_id = workspace.find_view(args.text("view_id"))
    view = by_id or (_by_external_id(workspace, args.text("external_id")) if "external_id" in args else None)
    if view is None:
        raise Refusal("not_found")
    if args.text("hash") and args.text("hash") != view.hash:
        raise Refusal("hash_conflict")
    view.replace(body)
    workspace.views_changed(view.user)
    return {"view": view_json(workspace, view)}


def publish(workspace: Workspace, args: Arguments) -> Json:
    user = args.required("user_id")
    body = _view(workspace, args, "home")
    if not home_enabled(workspace):
        raise Refusal("not_enabled")
    workspace.person(user)
    home = workspace.contents.homes.get(user)
    if home and args.text("hash") and args.text("hash") != home.hash:
        raise Refusal("hash_conflict")
    if home is None:
        home = workspace.contents.homes[user] = new_view(user, body)
    else:
        home.replace(body)
    workspace.publish({"kind": "home", "user": user})
    return {"view": view_json(workspace, home)}


def home_enabled(workspace: Workspace) -> bool:
    if workspace.manifest is None:
        return True
    home = workspace.manifest.get("features", {}).get("app_home", {})
    return bool(home.get("home_tab_enabled"))


METHODS = {"views.open": open_view, "views.publish": publish, "views.push": push, "views.update": update}
