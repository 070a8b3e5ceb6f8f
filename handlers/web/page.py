"""What all web pages share: the look of the letters, headers that keep everything else out, and the reader's language.

The pages need no script and no cookie, and load nothing from elsewhere.
"""

import hashlib
from base64 import b64encode
from collections.abc import Collection, Mapping
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse

ENGLISH = "en"
ENVIRONMENT = Environment(
    loader=PackageLoader("handlers.web", "pages"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


class Pages:
    """A template with its style sheets, which stand in the page; no other style counts, and no script at all."""

    def __init__(self, template: str, *sheets: str) -> None:
        self._template = ENVIRONMENT.get_template(template)
        style = "".join((files("handlers.web.pages") / sheet).read_text(encoding="utf-8") for sheet in sheets)
        self._style = Markup(style)  # noqa: S704 (our own files)
        self.headers = headers_with(style)

    def show(self, status: int, facts: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> HTMLResponse:
        html = self._template.render({"style": self._style, **facts})
        return HTMLResponse(html, status, {**self.headers, **(headers or {})})


def headers_with(style: str) -> dict[str, str]:
    digest = b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return {
        "Cache-Control": "no-store",
        "Content-Security-Policy": f"default-src 'none'; style-src 'sha256-{digest}'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex",
    }


def language_for(request: Request, known: Collection[str], *first: str | None) -> str:
    """The first of these languages that is known, else the first that the browser asks for, else English: cs-CZ is cs."""
    asked = (part.partition(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    codes = (one.replace("_", "-").partition("-")[0].lower() for one in (*first, *asked) if one)
    return next((code for code in codes if code in known), ENGLISH)
