"""The links in survey letters: one for each score, all to the same page.

What stands in them is the invitation's random token, signed: who was asked, and what, only the database knows.
"""

import hmac
from collections.abc import Iterable
from hashlib import sha256
from secrets import token_urlsafe

from itsdangerous import BadSignature, URLSafeSerializer

TOKEN_BYTES = 16


class SurveyLinks:
    """`base` is the public address of the web pages (STAYSAIL_URL), `secret` is STAYSAIL_SECRET."""

    def __init__(self, base: str, secret: str) -> None:
        self._base, self._secret = base.rstrip("/"), secret
        self._pages = URLSafeSerializer(secret, salt="staysail.surveys")

    def page(self, token: str) -> str:
        return f"{self._base}/s/{self._pages.dumps(token)}"

    def score(self, token: str, score: int) -> str:
        """The page with a score chosen. Looking at it is no vote."""
        return self.scores(token, (score,))[score]

    def scores(self, token: str, scale: Iterable[int]) -> dict[int, str]:
        """The same for each score; signed once."""
        page = self.page(token)
        return {score: f"{page}?score={score}" for score in scale}

    def read(self, signed: str) -> str | None:
        """The invitation's token; None for what is not ours."""
        try:
            found = self._pages.loads(signed)
        except BadSignature:
            return None
        return found if isinstance(found, str) else None

    def voter(self, token: str) -> str:
        """What an anonymous answer is known by: the token and our secret give it, and nothing gives them back."""
        return "anonymous:" + hmac.new(self._secret.encode(), f"staysail.voter:{token}".encode(), sha256).hexdigest()


def new_token() -> str:
    """128 random bits."""
    return token_urlsafe(TOKEN_BYTES)


def survey_links(base: str | None, secret: str | None) -> SurveyLinks | None:
    """None: nobody could answer."""
    return SurveyLinks(base, secret) if base and secret else None
