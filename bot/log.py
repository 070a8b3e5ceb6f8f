"""The log: a line of key=value for each thing that happened, on stderr.

structlog is loaded with the first line: with all that it brings along (rich) it is a tenth of the start of a sweep, which hardly ever
has anything to say.
"""

import logging
import sys
from typing import Any


class Log:
    def info(self, what: str, **facts: Any) -> None:
        _structlog().info(what, **facts)

    def warning(self, what: str, **facts: Any) -> None:
        _structlog().warning(what, **facts)

    def error(self, what: str, **facts: Any) -> None:
        _structlog().error(what, **facts)


log = Log()


def to_stderr() -> None:
    """Where somebody has loaded structlog and told it otherwise. Else the first line says it."""
    if "structlog" in sys.modules:
        _configure()


def _structlog() -> Any:
    import structlog  # noqa: PLC0415 (see above)

    if not structlog.is_configured():
        _configure()
    return structlog.get_logger()


def _configure() -> None:
    import structlog  # noqa: PLC0415 (the same)

    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper("iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
