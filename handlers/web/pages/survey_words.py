"""What the page of a survey says besides the survey's own words, in each language. `{…}` is put in by `str.format`."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from handlers.web.pages.words import Words


class Stop(StrEnum):
    """Why there is no question to answer, or why an answer was not taken."""

    UNKNOWN = "unknown"
    EXPIRED = "expired"
    GONE = "gone"
    USED = "used"
    FLOOD = "flood"
    LARGE = "large"
    FORM = "form"
    DOWN = "down"


@dataclass(frozen=True)
class SurveyWords:
    """`any` asks for a comment before a score is chosen. `date` is the pattern in which Babel writes a day."""

    date: str
    any: str
    hint: str
    send: str
    stands: str
    until: str
    named: str
    anonymous: str
    problem: str
    choose: str
    too_long: str
    thanks: str
    answered: str
    change: str
    close: str
    stops: Mapping[Stop, Words]


SURVEY_WORDS: dict[str, SurveyWords] = {
    "en": SurveyWords(
        date="d\u00a0MMMM y",
        any="What is the main reason for your score?",
        hint="Optional. A few words are enough; we can keep 5,000 characters.",
        send="Send",
        stands="This is what you have answered. What you send now takes its place.",
        until="You can answer, and change your answer, until {date}.",
        named="Your answer is read by people at {company}, who see that it is yours.",
        anonymous="Your answer is anonymous: it is kept without your name and without anything that leads to you.",
        problem="Not sent yet",
        choose="Please choose a number.",
        too_long="This is {count} characters long, and we can keep 5,000. Nothing is lost: please shorten it and send it again.",
        thanks="Your answer has arrived",
        answered="Your answer: {score}",
        change="Change my answer",
        close="You may close this page.",
        stops={
            Stop.UNKNOWN: Words(
                "This link does not work", "It may have been cut off. Open it again from the letter, or reply to the letter."
            ),
            Stop.EXPIRED: Words(
                "This question is closed", "Its time is over. If there is something that you would like to tell us, reply to the letter."
            ),
            Stop.GONE: Words(
                "There is nothing to answer here any more",
                "The question is closed, or we no longer hold what it was about. There is nothing that you need to do.",
            ),
            Stop.USED: Words(
                "Your last answer counts",
                "It has been changed so often that we take no further change. To add something, reply to the letter.",
            ),
            Stop.FLOOD: Words(
                "One moment, please",
                "A great many requests came from your network at once. Wait for a minute, then try again. If you had written "
                "something, go back in your browser: it should still be there.",
            ),
            Stop.LARGE: Words(
                "This is too long for us",
                "It was not kept. Go back in your browser, where your text should still be, and shorten it to 5,000 characters.",
            ),
            Stop.FORM: Words("This was not sent from our page", "Open the link in the letter again, and send your answer from there."),
            Stop.DOWN: Words(
                "Something on our side does not work just now",
                "Try again in a minute, please. If you had written something, go back in your browser, where your text should still be, "
                "and send it again.",
            ),
        },
    ),
    "cs": SurveyWords(
        date="d.\u00a0MMMM y",
        any="Co je hlavním důvodem Vašeho hodnocení?",
        hint="Nepovinné. Stačí pár slov, uložit můžeme 5\u00a0000 znaků.",
        send="Odeslat",
        stands="Takto jste už odpověděli. Co odešlete nyní, tuto odpověď nahradí.",
        until="Odpovědět a odpověď změnit můžete do {date}.",
        named="Vaši odpověď čtou lidé ve firmě {company} a vidí, že je od Vás.",
        anonymous="Vaše odpověď je anonymní: ukládáme ji bez Vašeho jména a bez čehokoli, co by vedlo k Vám.",
        problem="Zatím neodesláno",
        choose="Vyberte prosím číslo.",
        too_long="Text má {count} znaků, uložit jich můžeme 5\u00a0000. Nic se neztratilo: zkraťte ho prosím a odešlete znovu.",
        thanks="Vaše odpověď dorazila",
        answered="Vaše odpověď: {score}",
        change="Změnit odpověď",
        close="Stránku můžete zavřít.",
        stops={
            Stop.UNKNOWN: Words("Tento odkaz nefunguje", "Možná není celý. Otevřete ho znovu z e-mailu, nebo na e-mail odpovězte."),
            Stop.EXPIRED: Words(
                "Tato otázka je uzavřená", "Čas na odpověď už uplynul. Pokud nám chcete něco sdělit, odpovězte prosím na e-mail."
            ),
            Stop.GONE: Words(
                "Tady už není na co odpovídat", "Otázka je uzavřená, nebo už nemáme údaje, kterých se týkala. Nemusíte dělat nic."
            ),
            Stop.USED: Words(
                "Platí Vaše poslední odpověď",
                "Změnila se už tolikrát, že další změnu nepřijmeme. Chcete-li něco doplnit, odpovězte prosím na e-mail.",
            ),
            Stop.FLOOD: Words(
                "Okamžik, prosím",
                "Z Vaší sítě přišlo příliš mnoho požadavků najednou. Počkejte minutu a zkuste to znovu. Pokud jste něco napsali, vraťte "
                "se v prohlížeči zpět: text by tam měl stále být.",
            ),
            Stop.LARGE: Words(
                "Text je pro nás příliš dlouhý",
                "Neuložil se. Vraťte se v prohlížeči zpět, kde by text měl stále být, a zkraťte ho na 5\u00a0000 znaků.",
            ),
            Stop.FORM: Words("Tohle nepřišlo z naší stránky", "Otevřete prosím znovu odkaz z e-mailu a odpověď odešlete odtamtud."),
            Stop.DOWN: Words(
                "Na naší straně teď něco nefunguje",
                "Zkuste to prosím za minutu znovu. Pokud jste něco napsali, vraťte se v prohlížeči zpět, kde by text měl stále být, a "
                "odešlete ho ještě jednou.",
            ),
        },
    ),
    "ru": SurveyWords(
        date="d\u00a0MMMM y",
        any="Какова главная причина вашей оценки?",
        hint="По желанию. Достаточно нескольких слов, сохранить мы можем 5\u00a0000 знаков.",
        send="Отправить",
        stands="Так вы уже ответили. То, что вы отправите сейчас, заменит этот ответ.",
        until="Ответить и изменить ответ можно до {date}.",
        named="Ваш ответ прочитают люди в компании {company}; они увидят, что он ваш.",
        anonymous="Ваш ответ анонимный: мы храним его без имени и без всего, что могло бы привести к вам.",
        problem="Ещё не отправлено",
        choose="Пожалуйста, выберите число.",
        too_long="Длина текста: {count}, а сохранить можно 5\u00a0000 знаков. Ничего не потеряно: сократите его, пожалуйста, и отправьте.",
        thanks="Ваш ответ получен",
        answered="Ваш ответ: {score}",
        change="Изменить ответ",
        close="Страницу можно закрыть.",
        stops={
            Stop.UNKNOWN: Words("Эта ссылка не работает", "Возможно, она неполная. Откройте её из письма ещё раз или ответьте на письмо."),
            Stop.EXPIRED: Words("Этот вопрос закрыт", "Время для ответа истекло. Если хотите что-то нам сказать, ответьте на письмо."),
            Stop.GONE: Words(
                "Здесь больше не на что отвечать", "Вопрос закрыт, или у нас уже нет данных, которых он касался. Ничего делать не нужно."
            ),
            Stop.USED: Words(
                "Действует ваш последний ответ",
                "Он менялся уже так много раз, что новых изменений мы не примем. Если хотите что-то добавить, ответьте на письмо.",
            ),
            Stop.FLOOD: Words(
                "Минуту, пожалуйста",
                "Из вашей сети пришло слишком много запросов сразу. Подождите минуту и попробуйте снова. Если вы что-то написали, "
                "вернитесь в браузере назад: текст должен быть на месте.",
            ),
            Stop.LARGE: Words(
                "Для нас это слишком длинно",
                "Текст не сохранён. Вернитесь в браузере назад, где он должен остаться, и сократите его до 5\u00a0000 знаков.",
            ),
            Stop.FORM: Words("Это отправлено не с нашей страницы", "Откройте ссылку из письма ещё раз и отправьте ответ оттуда."),
            Stop.DOWN: Words(
                "Сейчас у нас что-то не работает",
                "Пожалуйста, попробуйте снова через минуту. Если вы что-то написали, вернитесь в браузере назад, где текст должен "
                "остаться, и отправьте его ещё раз.",
            ),
        },
    ),
}
