"""What a file is by its content, whatever its name and its sender say."""

from collections.abc import Mapping
from typing import TypeVar

import puremagic

#: What is looked at to tell what a file is, in bytes.
HEAD_BYTES = 16 * 1024

Taken = TypeVar("Taken")


def recognised(head: bytes, taken: Mapping[str, Taken]) -> Taken | None:
    """What `taken` says of a file that begins with `head`, by the extension `puremagic` gives it; None for no such."""
    try:
        guesses = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    for guess in sorted(guesses, key=lambda guess: -guess.confidence):
        if guess.extension in taken:
            return taken[guess.extension]
    return None
