"""System checks: settings the register cannot start safely without, each with an id and a hint."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, register

PACKS = Path(__file__).parent / "policies"


@register()
def default_policy_exists(**_: Any) -> list[Error]:
    """The pack that governs numbers without a pack of their own must be among the packs."""
    names = sorted(path.stem for path in PACKS.glob("*.toml"))
    if settings.DEFAULT_POLICY in names:
        return []
    return [
        Error(
            f"There is no policy pack {settings.DEFAULT_POLICY!r}.",
            hint=f"Set DEFAULT_POLICY to one of: {', '.join(names)}.",
            id="registry.E001",
        )
    ]
