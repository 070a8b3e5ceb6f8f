"""The built-in playbooks, and how they go with one's own."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.accounts.catalogue import Catalogue
from bot.errors import InvalidInput
from bot.playbooks.definition import library, load_playbooks
from tests.unit.test_definition import CATALOGUE, GOOD, KNOWN

BUILT_IN = ["gone-silent", "renewal-risk", "usage-drop"]


def test_the_library_holds_three_playbooks() -> None:
    assert [file.name.removesuffix(".yml") for file in library()] == BUILT_IN


def test_each_of_the_library_compiles(tmp_path: Path) -> None:
    playbooks = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=BUILT_IN)
    assert [playbook.name for playbook in playbooks] == BUILT_IN
    assert all(playbook.built_in and playbook.recovered_when and playbook.severity for playbook in playbooks)


def test_usage_drop_is_as_the_design_has_it(tmp_path: Path) -> None:
    (drop,) = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-drop"])
    assert drop.when.text == ("active_users.ratio < 0.6 AND active_users.baseline >= 5 AND stage IN ('adoption', 'growth')")
    assert drop.recovered_when is not None
    assert drop.recovered_when.text == "active_users.ratio >= 0.8"
    assert drop.once_per == timedelta(days=21)
    assert drop.place == "library/usage-drop.yml:1"


def test_ones_own_stand_beside_the_library_in_the_order_of_enable(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD)
    playbooks = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-drop", "price-shock", "usage-drop"])
    assert [playbook.name for playbook in playbooks] == ["usage-drop", "price-shock"]


def test_ones_own_takes_the_place_of_a_library_playbook_of_the_same_name(tmp_path: Path) -> None:
    (tmp_path / "mine.yml").write_text(GOOD.replace("price-shock", "usage-drop"))
    (mine,) = load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-drop"])
    assert not mine.built_in
    assert mine.place == f"{tmp_path}/mine.yml:1"


def test_an_unknown_name_in_enable_is_told(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match=r"staysail\.yml: enable: no playbook is called `usage-dorp` .*nearest: usage-drop"):
        load_playbooks(tmp_path, CATALOGUE, KNOWN, enable=["usage-dorp"])


def test_a_metric_that_the_settings_lack_is_told_only_for_what_is_enabled(tmp_path: Path) -> None:
    without = Catalogue(signal for name, signal in CATALOGUE.items() if not name.startswith("active_users"))
    (tmp_path / "mine.yml").write_text(GOOD.replace("active_users.ratio < 0.5", "arr > 2"))
    assert len(load_playbooks(tmp_path, without, KNOWN, enable=["price-shock"])) == 1
    with pytest.raises(InvalidInput, match=r"library/usage-drop\.yml:6: `when`, column 1: unknown signal `active_users"):
        load_playbooks(tmp_path, without, KNOWN, enable=["usage-drop"])
