"""Before any test loads anything: what has been compiled is kept, for all of the suite's dozens of processes."""

import os
import sys
from pathlib import Path

COMPILED = Path(__file__).parent.parent / ".pytest_cache" / "compiled"

if sys.dont_write_bytecode:
    # Nothing may be written beside the sources: kept elsewhere, or each process compiles everything again.
    sys.dont_write_bytecode, sys.pycache_prefix = False, str(COMPILED)
    os.environ |= {"PYTHONDONTWRITEBYTECODE": "", "PYTHONPYCACHEPREFIX": str(COMPILED)}
