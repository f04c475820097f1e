"""System checks: settings the register cannot start safely without, each with an id and a hint."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import Error, register

GATEWAY = "registry.messages.http.GatewayBackend"
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


@register()
def messages_reach_people(**_: Any) -> list[Error]:
    """A register in earnest must send its codes to telephones, and show none on its pages."""
    if settings.EMBEDDED or settings.TESTING:
        return []
    found = []
    if settings.MESSAGE_BACKEND != GATEWAY:
        found.append(
            Error(
                f"DATABASE_URL is set, but messages go to {settings.MESSAGE_BACKEND}, and not to people.",
                hint="Set MESSAGE_GATEWAY_URL and MESSAGE_GATEWAY_TOKEN (docs/OPERATIONS.md).",
                id="registry.E002",
            )
        )
    if settings.DEMO:
        found.append(
            Error(
                "DEMO shows the codes that prove a number on the page, and DATABASE_URL is set.",
                hint="Take DEMO out of the environment.",
                id="registry.E003",
            )
        )
    return found
