"""SQL kept in files: read one, or run one in a migration."""

from functools import cache
from pathlib import Path

from django.db.migrations.operations import RunSQL


@cache
def read(path: Path) -> str:
    """The text of a .sql file, read once a process."""
    return path.read_text(encoding="utf-8")


class RunSQLFile(RunSQL):
    """Run `sql/<name>` of the app that owns the migration; `sql/<name>_undo` style files are not kept.

    The files are versioned (`append_only_v1.sql`) and never edited once released: a change is a new file.
    """

    def __init__(self, file: Path, reverse_sql: str = RunSQL.noop) -> None:
        super().__init__(read(file), reverse_sql)
