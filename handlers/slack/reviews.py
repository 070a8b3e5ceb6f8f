"""Meetings with a customer, planned from a card."""

from handlers.slack.feature import Feature

FEATURE = Feature()
