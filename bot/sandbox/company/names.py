"""People at the customers: where they live, what they are called, how their names look in an address."""

import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import product
from random import Random


@dataclass(frozen=True)
class Place:
    timezone: str
    locale: str
    names: str


PLACES = {
    "cz": Place("Europe/Prague", "cs-CZ", "cs"),
    "pl": Place("Europe/Warsaw", "pl-PL", "pl"),
    "de": Place("Europe/Berlin", "de-DE", "de"),
    "fr": Place("Europe/Paris", "fr-FR", "fr"),
    "se": Place("Europe/Stockholm", "sv-SE", "sv"),
    "gb": Place("Europe/London", "en-GB", "en"),
    "ie": Place("Europe/Dublin", "en-IE", "en"),
    "us": Place("America/New_York", "en-US", "en"),
    "us-central": Place("America/Chicago", "en-US", "en"),
    "us-west": Place("America/Los_Angeles", "en-US", "en"),
    "sg": Place("Asia/Singapore", "en-SG", "sg"),
    "in": Place("Asia/Kolkata", "en-IN", "in"),
    "jp": Place("Asia/Tokyo", "ja-JP", "ja"),
    "sa": Place("Asia/Riyadh", "ar-SA", "ar"),
    "kz": Place("Asia/Almaty", "ru-KZ", "ru"),
    "ae": Place("Asia/Dubai", "ar-AE", "ar"),
}

# first words and second words that go together
POOLS: dict[str, tuple[tuple[str, str], ...]] = {
    "cs": (
        ("Tomáš Jiří Ondřej Vojtěch", "Král Beneš Růžička Šimek"),
        ("Eva Lucie Tereza Božena", "Králová Benešová Růžičková Šimková"),
    ),
    "pl": (("Agnieszka Paweł Łukasz Małgorzata", "Wójcik Mazur Dąbek Król"),),
    "de": (("Jürgen Anke Sebastian Käthe Moritz", "Weiß Schröder Vogel Böhm"),),
    "fr": (("Hélène François Chloé Benoît", "Lefèvre Moreau Garnier Aubry"),),
    "sv": (("Åsa Björn Linnéa Mårten", "Öberg Lindqvist Sjöström Ek"),),
    "en": (
        ("Grace Daniel Imogen Marcus Ruth Theo", "Whitlock Osei Fenwick Delgado O'Hara Park"),
        ("Nadia Patrick Beatrice Samuel", "Sutton Kaur Ashdown Rivera"),
    ),
    "sg": (("Hui Farah Marcus Priscilla", "Lim Rahman Chua Pillai"),),
    "in": (("Ananya Rohan Meera Vikram", "Iyer Kulkarni Bose Menon"),),
    "ja": (("山本 佐々木 田中 小林", "美咲 健太 陽子 大輔"),),
    "ru": (("Тимур Павел Руслан", "Ким Литвин Омаров"), ("Ольга Динара Марина", "Ким Литвин Омарова")),
    "ar": (("ليلى عمر نورة يوسف", "الحربي منصور القاسم حداد"),),
}

LETTERS = """ß=ss ł=l Ł=L '=
山本=yamamoto 佐々木=sasaki 田中=tanaka 小林=kobayashi 美咲=misaki 健太=kenta 陽子=yoko 大輔=daisuke
Тимур=timur Павел=pavel Руслан=ruslan Ольга=olga Динара=dinara Марина=marina Ким=kim Литвин=litvin Омарова=omarova Омаров=omarov
ليلى=layla عمر=omar نورة=noura يوسف=yousef الحربي=alharbi منصور=mansour القاسم=alqasim حداد=haddad"""
LATIN = dict(pair.split("=") for pair in LETTERS.split())


@cache
def people_of(pool: str, seed: str) -> tuple[str, ...]:
    """Every full name of a pool once, shuffled."""
    pairs = (pair for firsts, seconds in POOLS[pool] for pair in product(firsts.split(), seconds.split()))
    names = [" ".join(pair) for pair in pairs]
    Random(f"{seed} names {pool}").shuffle(names)
    return tuple(names)


def mailbox(name: str) -> str:
    """`Jürgen Weiß` → `jurgen.weiss`."""
    for written, latin in LATIN.items():
        name = name.replace(written, latin)
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", ".")
