"""Files that lie beside records and hold none: what Athena, Spark, macOS and others leave in a folder.

Here belongs how such files are told, by their names alone. Who passes them over and tells is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

_LEFT: Final[Mapping[str, str]] = {
    r".*\.csv\.metadata|.*\.txt\.metadata": "metadata of Athena",
    r".*-manifest\.csv|manifest-(?:summary|files)\.(?:json|md5)|.*\.manifest": "a manifest",
    r".*_\$folder\$": "a marker of a folder",
    r"aws-logs-write-test": "a test of CloudWatch Logs",
    r"_success|_started.*|_committed.*|.*\.crc|.*\.md5|.*\.sha256": "a marker or checksum of a job",
    r"\.ds_store|\._.*|thumbs\.db|desktop\.ini": "a file of the desktop",
}
_PATTERNS: Final = {re.compile(pattern): name for pattern, name in _LEFT.items()}
_HIDDEN: Final = "a hidden file"
_DOCUMENTS: Final = re.compile(
    r"(?:readme|license|changelog)(?:\..*)?|.*\.(?:md|pdf|docx?|html?|png|jpe?g|svg|wav|mp3|mp4)"
)
_A_DOCUMENT: Final = "a document, picture or recording"
_PROGRAMS: Final = re.compile(r".*\.(?:py|ipynb|sh|bat|ps1|sql|js|ts|tf)")


def side_file(name: str, *, was_named: bool) -> str | None:
    """Say what a file of this name is if it holds no records, and nothing if it may.

    A name that begins with a dot or a low line hides a file in a folder, as it does from Athena and Spark;
    ``was_named`` says that somebody asked for this file.

    >>> [side_file(name, was_named=False) for name in ("0b6c.csv.metadata", "_tmp.json", "query.sql")]
    ['metadata of Athena', 'a hidden file', 'a program or query']
    """
    for pattern, what in _PATTERNS.items():
        if pattern.fullmatch(name.lower()):
            return what
    if was_named:
        return None
    if _DOCUMENTS.fullmatch(name.lower()):
        return _A_DOCUMENT
    if _PROGRAMS.fullmatch(name.lower()):
        return "a program or query"
    return _HIDDEN if name.startswith((".", "_")) else None


def side_folder(name: str) -> str | None:
    """Say what a folder of this name is if it holds nothing but such files.

    >>> side_folder("__MACOSX"), side_folder("year=2026")
    ('a hidden folder', None)
    """
    return "a hidden folder" if name.startswith((".", "_")) else None
