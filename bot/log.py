"""The log: a line of key=value for each thing that happened, on stderr.

structlog is loaded with the first line: with all that it brings along (rich) it is a tenth of the start of a sweep, which hardly ever
has anything to say.
"""

import logging
import sys
from typing import Any


class Log:
    """Whoever configures structlog otherwise, such as a test that listens, is heard."""

    def info(self, what: str, **facts: Any) -> None:
        _structlog().info(what, **facts)

    def warning(self, what: str, **facts: Any) -> None:
        _structlog().warning(what, **facts)

    def error(self, what: str, **facts: Any) -> None:
        _structlog().error(what, **facts)


log = Log()


def _structlog() -> Any:
    import structlog  # noqa: PLC0415 (see above)

    if not structlog.is_configured():
        structlog.configure(
            wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
            processors=[
                structlog.processors.add_log_level,
                structlog.processors.TimeStamper("iso"),
                structlog.processors.format_exc_info,
                structlog.processors.LogfmtRenderer(),
            ],
            logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
        )
    return structlog.get_logger()
