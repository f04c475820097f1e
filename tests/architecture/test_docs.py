"""The documents name what is there: every code in the law, every problem type, every setting."""

import re
from pathlib import Path

from registry import errors
from registry.reasons import REASONS

ROOT = Path(__file__).parents[2]


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_it_ties_every_reason_to_its_law():
    law = read("docs/LAW.md")
    assert not [code for code in REASONS if f"`{code}`" not in law]


def test_it_explains_every_problem():
    text = read("docs/PROBLEMS.md")
    kinds = [
        kind
        for kind in vars(errors).values()
        if isinstance(kind, type)
        and issubclass(kind, errors.RegistryError)
        and kind is not errors.RegistryError
    ]
    assert not [kind.slug() for kind in kinds if kind.slug() not in text]


def test_it_lists_every_setting():
    names = set(re.findall(r'(?:text|flag|number|names|secret)\("([A-Z_]+)"', read("config/settings.py")))
    listed = read("docs/OPERATIONS.md") + read("README.md")
    assert not [name for name in names if name not in listed]


def test_it_names_no_file_that_is_not_there():
    for document in [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]:
        for name in re.findall(
            r"`((?:registry|compliance|config|tests|docs|benchmarks)/[\w./-]+)`", document.read_text()
        ):
            path = ROOT / name
            assert path.exists() or any(ROOT.glob(name)), f"{document.name} names {name}"
