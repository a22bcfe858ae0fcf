"""The records of some contacts in large exports, without making objects of the others."""

from __future__ import annotations

from pathlib import Path

from rehydration.bulk.whole_records import whole_records


def test_only_rows_that_name_a_contact_are_whole_records_of_it(tmp_path: Path) -> None:
    path = tmp_path / "rows.csv"
    path.write_text("contact_id,initial_contact_id,channel\nC1,,CHAT\nC2,C1,CHAT\nC3,,CHAT\n")

    assert [each["contact_id"] for each in whole_records(str(path), ["C1"])] == ["C1", "C2"]
