"""``python -m rehydration``: the same as the command ``rehydration``."""

from __future__ import annotations

from rehydration.cli import main

if __name__ == "__main__":
    main()
