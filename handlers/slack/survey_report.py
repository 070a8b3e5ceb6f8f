"""What the answers say: `/stay survey`."""

from handlers.slack.feature import Feature

FEATURE = Feature()
