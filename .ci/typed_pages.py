"""Check the types of the Python blocks of the README and of the documentation, as the reader who copies them does.

``python .ci/typed_pages.py`` makes a program of each page, for its blocks share a namespace, and hands the programs to
``mypy --strict`` and to pyright, with the installed package. Every line stands where it stands on its page, so that a
fault is told by the line of the page. CONTRIBUTING is left out: its blocks are files, which a test checks.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
CHECKERS = (("mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", os.devnull), ("pyright",))


def pages() -> Iterator[Path]:
    """Yield the pages that a reader copies from."""
    yield ROOT / "README.md"
    yield from sorted((ROOT / "docs").rglob("*.md"))


def program(page: str) -> str:
    """Keep the Python blocks of a page, and leave all other lines empty."""
    kept = [""] * (page.count("\n") + 1)
    for block in BLOCK.finditer(page):
        begin = page.count("\n", 0, block.start(1))
        lines = block[1].splitlines()
        kept[begin : begin + len(lines)] = lines
    return "\n".join(kept).rstrip() + "\n"


def main() -> int:
    """Check the programs of all pages and tell whether a checker found fault."""
    with TemporaryDirectory(prefix="pages-") as made:
        room = Path(made).resolve()
        names = {}
        for page in pages():
            text = program(page.read_text(encoding="utf-8"))
            if text.strip():
                name = page.relative_to(ROOT).as_posix()
                names[f"{re.sub(r'[^a-z]+', '_', name.lower())}.py"] = name
                (room / list(names)[-1]).write_text(text, encoding="utf-8")
        found = [checked(room, names, *command) for command in CHECKERS]
    print(f"{len(names)} pages")
    return max(found)


def checked(room: Path, names: dict[str, str], checker: str, *options: str) -> int:
    """Run a checker over the programs, print what it says of the pages, and give its exit status."""
    programs = Path(sys.executable).parent
    # pyright looks packages up with the first python on the path
    environment = {**os.environ, "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    done = subprocess.run(
        [str(programs / checker), *options, *names],
        cwd=room,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    told = (done.stdout + done.stderr).replace(f"{room}{os.sep}", "")
    for file, page in names.items():
        told = told.replace(file, page)
    print(f"{checker}: {told.strip()}", flush=True)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
