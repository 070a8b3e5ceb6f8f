"""What is suggested for a comment, in the languages in which surveys ship; and what is not."""

import csv
import threading
import time
from pathlib import Path

import pytest
import yaml

from bot.feedback import suggest as suggesting
from bot.feedback.suggest import MOST, suggest
from bot.sandbox import company
from bot.sandbox.company.settings import settings_yaml
from handlers.slack import themes

KNOWN = {
    "Reports": (
        "Exporting a report takes far too long",
        "The monthly report never matches what we see on the screen",
        "Sestavy se načítají věčnost",
        "Отчёты выгружаются слишком долго",
    ),
    "Integrations": (
        "The integration with Salesforce keeps breaking",
        "We need an API to sync our orders",
        "Napojení na účetní systém nefunguje",
        "Интеграция с 1С постоянно ломается",
    ),
    "Onboarding": (
        "Setting everything up was confusing",
        "Nobody showed us how to begin",
        "Zaškolení bylo moc rychlé",
        "Обучение сотрудников заняло слишком много времени",
    ),
    "Price": (
        "Too expensive for what it does",
        "The price went up again",
        "Cena je pro nás příliš vysoká",
        "Слишком дорого для небольшой компании",
    ),
}


def names(comment: str) -> list[str]:
    return [one.name for one in suggest(comment, KNOWN)]


@pytest.mark.parametrize(
    ("comment", "theme"),
    [
        ("The reports are unusable, exports take twenty minutes and then fail.", "Reports"),
        ("Please fix the CSV export of the weekly report, columns are missing.", "Reports"),
        ("Your Salesforce sync broke three times this month", "Integrations"),
        ("HubSpot integration stopped syncing", "Integrations"),
        ("The setup was confusing and nobody helped us", "Onboarding"),
        ("Way too expensive since the last price increase", "Price"),
        ("Sestava se načítá pomalu a občas spadne.", "Reports"),
        ("Napojení na sklad pořád padá, účetní to musí přepisovat ručně.", "Integrations"),
        ("Zaškolení našich lidí bylo příliš krátké", "Onboarding"),
        ("Je to drahé, cena neodpovídá tomu, co dostáváme", "Price"),
        ("Не могу выгрузить отчет за квартал", "Reports"),
        ("Нужна интеграция с amoCRM", "Integrations"),
        ("Обучение было скучным", "Onboarding"),
        ("Дорого, конкуренты предлагают то же самое дешевле", "Price"),
    ],
)
def test_a_comment_looks_like_its_theme_in_whatever_form_its_words_stand(comment: str, theme: str) -> None:
    assert names(comment)[0] == theme


@pytest.mark.parametrize(
    "comment",
    [
        "Great product, we love the team!",
        "Thank you for everything, Jana is wonderful.",
        "Never had a problem in two years. Keep it up!",
        "Please add single sign-on",
        "The app is slow in the morning",
        "Our contact person left and nobody told us",
        "Všechno v pořádku, děkujeme.",
        "Chybí nám mobilní aplikace pro techniky v terénu.",
        "Přihlášení přes Google nefunguje",
        "Kalendář je super",
        "Всё отлично, спасибо!",
        "Кнопка входа не работает на телефоне",
        "Расширьте поддержку на выходные",
    ],
)
def test_a_comment_about_something_else_gets_no_suggestion(comment: str) -> None:
    assert names(comment) == []


@pytest.mark.parametrize(
    "comment", ["", "   \n\t", "🙂🙂🙂", "👍🏽 10/10 !!!", "ok", "1234 5678", "\u200b\u202e", "a b c", "这是一个很好的产品"]
)
def test_a_comment_that_says_nothing_gets_no_suggestion(comment: str) -> None:
    assert names(comment) == []


def test_a_long_comment_is_about_what_its_sentences_are_about() -> None:
    padding = "We use the calendar every day and the team in Brno likes the new colours very much. "
    comment = (padding * 20 + "The monthly report never matches the screen. " + padding * 20 + "And the price went up again.").ljust(
        5000, "!"
    )
    assert sorted(names(comment[:5000])) == ["Price", "Reports"]


def test_at_most_three_are_suggested_the_likest_first() -> None:
    comment = "The report export is slow. The Salesforce integration breaks. The setup was confusing. The price went up again."
    found = suggest(comment, KNOWN)
    assert len(found) == MOST
    assert [one.likeness for one in found] == sorted((one.likeness for one in found), reverse=True)
    assert all(0 < one.likeness <= 1 for one in found)


def test_without_themes_nothing_is_suggested() -> None:
    assert suggest("The report is slow", {}) == []
    assert suggest("The report is slow", {"👍": ()}) == []


def test_a_theme_is_known_by_its_name_alone_and_by_what_was_confirmed() -> None:
    assert [one.name for one in suggest("Reports are missing", {"Reports": ()})] == ["Reports"]
    comment = "The mobile app logs me out all the time"
    assert [one.name for one in suggest(comment, {"Field work": ("Our mobile app loses its login",)})] == ["Field work"]


def test_accents_count_and_case_does_not() -> None:
    assert names("CENA JE PŘÍLIŠ VYSOKÁ") == ["Price"]
    assert suggesting.told_in("Šárka a šarka") == "šárka šarka"
    assert suggesting.told_in("Отчёт и отчет") == "отчет отчет"


def test_the_same_texts_are_fitted_once_however_many_ask(monkeypatch: pytest.MonkeyPatch) -> None:
    fitted = []
    real = suggesting._fitted

    def slow(texts: object) -> object:
        fitted.append(texts)
        time.sleep(0.05)
        return real(texts)  # type: ignore[arg-type]

    monkeypatch.setattr(suggesting, "_fitted", slow)
    known = {"Reports": ("The report is slow", "only in this test")}
    asking = [threading.Thread(target=suggest, args=("The report is slow", known)) for _ in range(4)]
    for one in asking:
        one.start()
    for one in asking:
        one.join()
    assert len(fitted) == 1
    suggest("The report is slow", {"Reports": ("Another text",)})
    assert len(fitted) == 2


def test_the_sample_companys_comments_look_like_their_themes(tmp_path: Path) -> None:
    """Nobody wrote these with the examples in mind."""
    known = yaml.safe_load(settings_yaml(tmp_path))["surveys"]["themes"]
    with (Path(company.__file__).parent / "comments.csv").open(encoding="utf-8") as file:
        found = [(row["theme"], [one.name for one in suggest(row["text"], known)]) for row in csv.DictReader(file)]
    themed = [(theme, names) for theme, names in found if theme]
    assert sum(theme in names for theme, names in themed) >= len(themed) * 0.6
    assert sum(bool(names) for theme, names in found if not theme) <= 1


def test_the_form_asks_for_these_suggestions() -> None:
    assert themes.suggest is suggest
