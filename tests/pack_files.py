"""Policy pack files written for a test: a complete, strict base, and whatever the test changes about it."""

from datetime import date
from json import dumps
from pathlib import Path
from typing import Any

#: A value for every parameter that decides.
STRICT: dict[str, Any] = {
    "basis": "consent_required",
    "exempt_purposes": [],
    "relationship": {},
    "consent_confirmation": "required",
    "consent_survives_opt_out": False,
    "consent_grace": "P1D",
    "consent_lasts": "P1Y",
    "windows": {"mon_fri": [["10:00", "12:00"]], "sat_sun": []},
    "caps": [],
    "check_validity": "PT1H",
}


def toml(value: Any) -> str:
    """`value` as an inline TOML value."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, list):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key} = {toml(item)}" for key, item in value.items()) + "}"
    return dumps(value)


def dated(value: Any, start: str | None = None, until: str | None = None, **more: Any) -> dict[str, Any]:
    """One `[[parameter]]` table. A member given as None is left out."""
    table = {"value": value, "source": "a law book", "evidence": "C", "citation": "section 1", **more}
    if start:
        table["from"] = date.fromisoformat(start)
    if until:
        table["until"] = date.fromisoformat(until)
    return {key: member for key, member in table.items() if member is not None}


def write_pack(folder: Path, name: str, *, head: dict[str, Any] | None = None, **tables: Any) -> Path:
    """Write `name`.toml: an overlay if `head` says what it extends, else a base with every value of `STRICT`.

    `tables` are parameters: a list of `dated` tables, or None to leave the parameter out.
    """
    keys = {
        "id": name,
        "title": f"The law of {name}",
        "jurisdictions": ["CN"],
        "authority": "an authority",
        "language": "en",
        **(head or {}),
    }
    stated = {} if keys.get("extends") else {key: [dated(value)] for key, value in STRICT.items()}
    stated.update(tables)
    lines = [f"{key} = {toml(value)}" for key, value in keys.items() if value is not None]
    for parameter, entries in stated.items():
        for entry in entries or ():
            lines += ["", f"[[{parameter}]]", *(f"{key} = {toml(value)}" for key, value in entry.items())]
    path = folder / f"{name}.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path
