"""The review of our packages: what it reads and what it says, without asking anybody."""

from __future__ import annotations

from pathlib import Path

from waba_inbox.local import reviewing


def test_every_package_of_ours_is_asked_for() -> None:
    text = Path("requirements.txt").read_text()
    found = dict(reviewing.pinned(text))
    assert len(found) == sum("==" in line for line in text.splitlines())
    assert "django" in found


def test_a_hole_is_named_with_its_mend_unless_it_was_taken_back() -> None:
    told = {
        "vulnerabilities": [
            {"id": "PYSEC-1", "fixed_in": ["2.0"], "withdrawn": None},
            {"id": "PYSEC-2", "fixed_in": [], "withdrawn": None},
            {"id": "PYSEC-3", "fixed_in": ["9"], "withdrawn": "2026-01-01T00:00:00Z"},
        ]
    }
    holes = reviewing.holes_in("x", "1.0", told)
    assert [(hole.name, hole.mended_in) for hole in holes] == [
        ("PYSEC-1", "2.0"),
        ("PYSEC-2", "no version yet"),
    ]
    assert reviewing.holes_in("x", "1.0", {}) == []
