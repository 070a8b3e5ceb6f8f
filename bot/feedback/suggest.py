"""What a comment may be about: its likeness, by its words, to what a team's themes are known by. A guess that only a person confirms.

Texts are compared as TF-IDF vectors (Salton & Buckley 1988, https://doi.org/10.1016/0306-4573(88)90021-0) of their words, and pairs of
words, and of the pieces of three to six letters within their words: *отчёт* and *отчётов*, *faktura* and *faktury* have most pieces in
common, so no dictionary is needed for languages that bend their words. Words that say nothing are left out first.
"""

import re
import threading
import unicodedata
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from bot.feedback.stop_words import STOP_WORDS

MOST = 3
THRESHOLD = 0.13
"""Below this likeness nothing is suggested. Comments that have nothing to do with any theme stay below 0.12 in the tests and in the
sample company; of those that have, four in five lie above."""
WORDS_WEIGH, PIECES_WEIGH = 0.3, 0.7
PART_LENGTH, LONGEST = 25, 5000
"""In characters: shorter parts of a comment say too little by themselves, and no comment is longer."""
MODELS_KEPT = 4
_WORD = re.compile(r"[^\W\d_]{2,}")
_END = re.compile(r"[.!?…;\n]+|\s[-–—]\s")
_FITTING = threading.Lock()


@dataclass(frozen=True)
class Suggestion:
    """`likeness` runs from 0 to 1."""

    name: str
    likeness: float


def suggest(comment: str, known: Mapping[str, Sequence[str]]) -> list[Suggestion]:
    """At most three themes of `known` (name → texts that it is known by; the name itself is one), the likest first.

    The first call in a process takes seconds, since scikit-learn is loaded: call it in a thread.
    """
    parts = _parts(comment)
    texts = [(name, told) for name, some in known.items() for text in (name, *some) if (told := told_in(text))]
    if not parts or not texts:
        return []
    by_theme = _model(tuple(texts)).likeness(parts)
    likely = sorted((one for one in by_theme if one.likeness >= THRESHOLD), key=lambda one: (-one.likeness, one.name))
    return likely[:MOST]


def warm() -> None:
    """Loads what the first suggestion would have to wait for."""
    from sklearn.feature_extraction import text  # noqa: F401, PLC0415 (seconds, which only those pay who suggest)


def warm_beside() -> None:
    """In a thread that holds up neither the process at its end nor anything else meanwhile."""
    threading.Thread(target=warm, name="warm-suggestions", daemon=True).start()


def told_in(text: str) -> str:
    """The words that tell something, in lower case. Russian is written with and without the dots of ё: they are left out."""
    folded = unicodedata.normalize("NFC", text[:LONGEST]).lower().replace("ё", "е")
    return " ".join(word for word in _WORD.findall(folded) if word not in STOP_WORDS)


def _parts(comment: str) -> list[str]:
    """The comment as a whole, and its sentences: a long one may be about several things, each said in a few words."""
    sentences = [sentence for sentence in _END.split(comment[:LONGEST]) if len(sentence) >= PART_LENGTH]
    told = dict.fromkeys(map(told_in, (comment, *sentences)))
    return [part for part in told if part]


@dataclass(frozen=True)
class _Model:
    """Two ways to turn texts into vectors, and those of the known texts, a row each; `names` are the rows' themes."""

    names: Sequence[str]
    words: Any
    pieces: Any
    known_words: Any
    known_pieces: Any

    def likeness(self, parts: Sequence[str]) -> list[Suggestion]:
        """Of each theme: that of its likest text to the comment's likest part. Vectors have length one: a product is a cosine."""
        words = self.words.transform(parts) @ self.known_words.T
        pieces = self.pieces.transform(parts) @ self.known_pieces.T
        both = (WORDS_WEIGH * words + PIECES_WEIGH * pieces).max(axis=0).toarray().ravel()
        best: dict[str, float] = {}
        for name, value in zip(self.names, both, strict=True):
            best[name] = max(best.get(name, 0.0), float(value))
        return [Suggestion(name, min(value, 1.0)) for name, value in best.items()]


_MODELS: "OrderedDict[str, _Model]" = OrderedDict()


def _model(texts: Sequence[tuple[str, str]]) -> _Model:
    """One model for the same texts, however often and in however many threads it is asked."""
    digest = sha256(repr(texts).encode()).hexdigest()
    with _FITTING:
        if digest not in _MODELS:
            _MODELS[digest] = _fitted(texts)
            if len(_MODELS) > MODELS_KEPT:
                _MODELS.popitem(last=False)
        _MODELS.move_to_end(digest)
        return _MODELS[digest]


def _fitted(texts: Sequence[tuple[str, str]]) -> _Model:
    from sklearn.feature_extraction.text import HashingVectorizer, TfidfTransformer  # noqa: PLC0415 (seconds, for those who suggest)
    from sklearn.pipeline import make_pipeline  # noqa: PLC0415 (the same)

    def vectors(**of: Any) -> Any:
        """Hashed, so that words which no known text has make a comment less alike as well."""
        counts = HashingVectorizer(norm=None, alternate_sign=False, n_features=2**18, **of)
        return make_pipeline(counts, TfidfTransformer(sublinear_tf=True))

    known = [text for _, text in texts]
    words, pieces = vectors(ngram_range=(1, 2), tokenizer=str.split, token_pattern=None), vectors(analyzer="char_wb", ngram_range=(3, 6))
    return _Model([name for name, _ in texts], words, pieces, words.fit_transform(known), pieces.fit_transform(known))
