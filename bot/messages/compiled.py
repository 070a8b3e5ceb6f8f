"""Templates are compiled once for all processes: a card's take a tenth of a second. What comes of it stands where Python keeps its own
compiled modules, and on the same terms: in `__pycache__`, in the folder that PYTHONPYCACHEPREFIX names, or nowhere.
"""

import os
import sys
from contextlib import suppress
from functools import cache
from importlib.util import cache_from_source
from pathlib import Path
from pickle import UnpicklingError

from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket


class Compiled(FileSystemBytecodeCache):
    def __init__(self) -> None:
        super().__init__("", "%s")

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        return cache_from_source(filename or name)

    def get_source_checksum(self, source: str) -> str:
        return super().get_source_checksum(source) + _age_of_filters()

    def load_bytecode(self, bucket: Bucket) -> None:
        with suppress(OSError, EOFError, UnpicklingError):
            super().load_bytecode(bucket)

    def dump_bytecode(self, bucket: Bucket) -> None:
        if sys.dont_write_bytecode:
            return
        with suppress(OSError):
            os.makedirs(os.path.dirname(bucket.key), exist_ok=True)
            super().dump_bytecode(bucket)


@cache
def _age_of_filters() -> str:
    """What a filter makes of a constant is worked out when its template is compiled: a new filter wants it compiled anew."""
    return str(max(file.stat().st_mtime_ns for file in Path(__file__).parent.glob("*.py")))
