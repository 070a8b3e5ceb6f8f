"""What answers are about."""

from handlers.slack.feature import Feature

FEATURE = Feature()
