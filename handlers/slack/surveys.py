"""Buttons on cards about answers."""

from handlers.slack.feature import Feature

FEATURE = Feature()
