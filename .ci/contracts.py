"""Break each import contract once, on a copy, to see that it bites.

A contract is green also where it checks nothing: a module that was renamed, an option that was misspelt. Here each one
is first seen kept, then handed one forbidden import, then seen broken.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]

BREACHES = (
    # contract, module, the import that it must not have
    ("layers", "sessions.py", "import rehydration.decisions"),
    ("layers", "identifiers.py", "import rehydration.errors"),
    ("layers", "graph.py", "import rehydration.strategies"),
    ("layers", "strategies/from_segment.py", "import rehydration.graph"),
    ("layers", "decisions.py", "import rehydration.records"),
    ("layers", "utils.py", ""),
    ("layers", "notebook.py", "import rehydration.render.svg_picture"),
    ("acyclic", "contacts.py", "import rehydration.sessions"),
    ("root", "decisions.py", "from rehydration import resolve"),
    ("networkx", "decisions.py", "import networkx"),
    ("growing", "walk.py", "import rehydration.growing"),
    ("click", "render/__init__.py", "import click"),
    ("rich", "explanation.py", "from rich import table"),
    ("records", "records/fields.py", "import rehydration.graph"),
    ("layers", "service/flows.py", "import rehydration.render"),
    ("layers", "render/signs.py", "import rehydration.explorer"),
    ("botocore", "service/wire.py", "import botocore"),
    ("moto", "service/schema.py", "import moto"),
    ("layers", "bulk/lineages.py", "import rehydration.render"),
    ("columns", "cli/audit.py", "import polars"),
    ("service", "service/instance.py", "import uuid"),
    ("service", "service/wire.py", "from urllib.parse import unquote"),
    ("pure", "sessions.py", "import time"),
    ("pure", "strategies/from_segment.py", "from os import environ"),
)


def lint(tree: Path, *contracts: str) -> str:
    """Tell what import-linter says of a tree."""
    chosen = [part for contract in contracts for part in ("--contract", contract)]
    program = str(Path(sys.executable).parent / "lint-imports")
    done = subprocess.run([program, "--no-cache", *chosen], cwd=tree, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def main() -> int:
    """Break the contracts and tell which did not notice."""
    with TemporaryDirectory() as room:
        tree = Path(room)
        shutil.copytree(ROOT / "rehydration", tree / "rehydration", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copy2(ROOT / "pyproject.toml", tree)
        kept = lint(tree)
        if "0 broken" not in kept:
            print(kept)
            return 1
        blind = []
        for contract, module, breach in BREACHES:
            path = tree / "rehydration" / module
            text = path.read_text(encoding="utf-8") if path.exists() else None
            path.write_text(f"{text or ''}\n{breach}\n", encoding="utf-8")
            if "1 broken" not in lint(tree, contract):
                blind.append(f"{contract} did not notice {breach!r} in {module}")
            if text is None:
                path.unlink()
            else:
                path.write_text(text, encoding="utf-8")
    print("\n".join(blind) or f"{len(BREACHES)} breaches, all noticed")
    return 1 if blind else 0


if __name__ == "__main__":
    sys.exit(main())
