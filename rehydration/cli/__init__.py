"""The command ``rehydration``: arguments in, text out, exit status.

Here belongs the entry point, which needs nothing that the core does not need, so that it can say what is missing. The
commands know no rule: the library decides, ``render`` draws.

- ``commands``: the questions about a history; ``audit``, ``explore``, ``serve`` and ``conformance``: one command each;
- ``options``: what their arguments mean; ``history``: where contacts come from; ``output``: how answers are printed;
  ``edges``: how a run ends, whatever its streams are.

Exit status: 0 for an answer; 1 if the answer is no (a refusal, an impossible plan, contradictory records in ``check``);
2 for wrong usage and for records that cannot be read or contradict one another.
"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from typing import NoReturn

_NEEDED = ("click", "rich")


def main() -> NoReturn:
    """Run the command line and exit with its status."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        sys.stderr.write(
            f"rehydration: the command line needs {' and '.join(missing)}; python -m pip install 'rehydration[cli]'\n"
        )
        raise SystemExit(2)
    from rehydration.cli.commands import run  # noqa: PLC0415  # needs what was just looked for

    raise SystemExit(run())
