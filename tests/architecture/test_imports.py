"""The arrows run one way: config → compliance → registry, and the rule imports nothing of ours."""

import ast
import re
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FORBIDDEN = {"registry": {"compliance", "config"}, "compliance": {"config"}}
#: Pure modules, and all they may import of ours.
PURE = {
    "registry/decision.py": set(),
    "registry/codes.py": set(),
    "registry/durations.py": set(),
    "registry/hours.py": {"registry.codes", "registry.decision", "registry.shapes", "registry.durations"},
}
#: What celery[redis] is made of: its messages, and its client of the broker.
BROUGHT_ALONG = {"kombu", "redis"}
#: Longer, and why: all settings stand in one file.
LONG = {"config/settings.py"}
#: Names that say nothing of what is inside.
BLAND = {"services", "utils", "helpers", "common", "misc", "lib"}


def sources(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    """The modules a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


@pytest.mark.parametrize("package", FORBIDDEN)
def test_it_imports_only_downwards(package):
    for path in sources(package):
        tops = {name.partition(".")[0] for name in imported(path)}
        assert not tops & FORBIDDEN[package], f"{path.relative_to(ROOT)} imports {tops & FORBIDDEN[package]}"


def test_it_requires_what_it_imports():
    """What another package happened to bring along is gone on a new machine: requirements.txt names it."""
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    required = {name.lower().replace("_", "-") for name in re.findall(r"(?m)^([\w.-]+)", text)}
    ours = {*FORBIDDEN, "config", "benchmarks"} | BROUGHT_ALONG | sys.stdlib_module_names
    brings = packages_distributions()
    for path in (path for package in (*FORBIDDEN, "config") for path in sources(package)):
        for top in {name.partition(".")[0] for name in imported(path)} - ours:
            owners = {owner.lower().replace("_", "-") for owner in brings.get(top, ())}
            assert owners & required, f"{path.relative_to(ROOT)} imports {top}, which is not required"


def test_it_names_no_compliance_in_the_register():
    """Strings are imports that no linter sees: SQL, templates, reversed addresses, task names."""
    allowed = {"registry/roles.py"}  # permissions of staff are granted by app label, in one table
    for suffix in ("*.py", "*.sql", "*.html", "*.toml", "*.txt"):
        for path in (ROOT / "registry").rglob(suffix):
            name = str(path.relative_to(ROOT))
            if name in allowed or "/policies/" in name:
                continue
            text = re.sub(
                r"#.*|--.*|\"\"\".*?\"\"\"",
                "",
                path.read_text(encoding="utf-8"),
                flags=re.DOTALL if suffix == "*.py" else 0,
            )
            assert not re.search(r"\bcompliance[._]\w", text), f"{name} names compliance"


@pytest.mark.parametrize("module", PURE)
def test_it_keeps_the_pure_modules_pure(module):
    names = imported(ROOT / module)
    tops = {name.partition(".")[0] for name in names}
    assert "django" not in tops
    ours = {name for name in names if name.startswith("registry")}
    assert {".".join(name.split(".")[:2]) for name in ours} <= PURE[module]


def test_it_reads_the_clock_only_in_faces():
    """`now()` below a face is a bug: an audit could not ask about yesterday."""
    faces = ("api/", "portal/", "desk/", "tasks.py", "management/", "admin", "migrations/", "demo.py")
    for package in ("registry", "compliance"):
        for path in sources(package):
            name = str(path.relative_to(ROOT))
            if any(face in name for face in faces):
                continue
            text = path.read_text(encoding="utf-8")
            assert not re.search(r"timezone\.now\(|datetime\.now\(|datetime\.utcnow\(|time\.time\(", text), (
                name
            )
    for path in [*(ROOT / "registry").rglob("*.sql"), *(ROOT / "compliance").rglob("*.sql")]:
        code = re.sub(r"--.*", "", path.read_text(encoding="utf-8"))
        assert not re.search(r"\bnow\(\)|current_timestamp|clock_timestamp", code, re.IGNORECASE), path.name


def test_it_calls_things_by_their_names():
    for package in ("registry", "compliance", "config"):
        for path in sources(package):
            assert path.stem not in BLAND, path
            assert path.parent.name not in BLAND, path


def test_it_keeps_files_and_functions_small():
    """Guard the tail: a file over 340 lines is split by noun, a function over 70 by step."""
    for package in ("registry", "compliance", "config"):
        for path in sources(package):
            if "migrations" in path.parts:
                continue
            if str(path.relative_to(ROOT)) in LONG:
                continue
            text = path.read_text(encoding="utf-8")
            assert text.count("\n") <= 340, f"{path.relative_to(ROOT)} has {text.count(chr(10))} lines"
            for node in ast.walk(ast.parse(text)):
                if isinstance(node, ast.FunctionDef):
                    length = (node.end_lineno or 0) - node.lineno
                    assert length <= 70, f"{path.relative_to(ROOT)}:{node.name} has {length} lines"


def test_it_says_what_each_module_is():
    for package in ("registry", "compliance", "config"):
        for path in sources(package):
            if path.name == "__init__.py" or "migrations" in path.parts:
                continue
            assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))), path.relative_to(ROOT)
