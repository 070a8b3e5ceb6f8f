"""What the pages about letters say, in each language."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    title: str
    text: str
    button: str = ""


ASK = "ask"
DONE = "done"
UNKNOWN = "unknown"
GONE = "gone"

WORDS: dict[str, dict[str, Words]] = {
    "en": {
        ASK: Words("Unsubscribe?", "We will write to you only where our contract needs it.", "Unsubscribe"),
        DONE: Words("You are unsubscribed", "We will write to you only where our contract needs it. You may close this page."),
        UNKNOWN: Words("This link does not work", "It may have been cut off. Open it again from the letter, or reply to the letter."),
        GONE: Words(
            "There is nothing here any more", "We no longer hold what this link was about, and will not write to you because of it."
        ),
    },
    "cs": {
        ASK: Words("Odhlásit odběr?", "Napíšeme Vám už jen to, co vyžaduje naše smlouva.", "Odhlásit odběr"),
        DONE: Words("Odběr je odhlášen", "Napíšeme Vám už jen to, co vyžaduje naše smlouva. Stránku můžete zavřít."),
        UNKNOWN: Words("Tento odkaz nefunguje", "Možná není celý. Otevřete ho znovu z e-mailu, nebo na e-mail odpovězte."),
        GONE: Words("Tady už nic není", "Údaje, kterých se odkaz týkal, už nemáme a kvůli nim Vám psát nebudeme."),
    },
    "ru": {
        ASK: Words("Отписаться?", "Мы будем писать вам только то, чего требует наш договор.", "Отписаться"),
        DONE: Words("Вы отписались", "Мы будем писать вам только то, чего требует наш договор. Страницу можно закрыть."),
        UNKNOWN: Words("Эта ссылка не работает", "Возможно, она неполная. Откройте её из письма ещё раз или ответьте на письмо."),
        GONE: Words("Здесь больше ничего нет", "Данных, к которым вела эта ссылка, у нас уже нет, и писать вам из-за них мы не будем."),
    },
}
