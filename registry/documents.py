"""Documents of companies: known by their content, kept below the files folder, handed out as attachments."""

from typing import Any, BinaryIO

from registry import contents, uploads
from registry.errors import DocumentNotAccepted
from registry.models import Company, Document
from registry.periods import Moment

#: The largest document, in bytes.
MAX_BYTES = 20_000_000
#: What is taken, by the extension that `puremagic` gives a content.
TAKEN = {
    ".pdf": "application/pdf",
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), "image/jpeg"),
    ".png": "image/png",
}


def keep(
    *, stream: BinaryIO, name: str, moment: Moment, company: Company | None = None, user: Any = None
) -> Document:
    """Store a document, as the last act of the caller's transaction. Raises `DocumentNotAccepted`, `FileTooLarge`."""
    media_type = recognise(stream.read(contents.HEAD_BYTES))
    stream.seek(0)
    stored = uploads.store(stream, folder="documents", limit=MAX_BYTES)
    try:
        return Document.objects.create(
            company=company,
            file=stored.name,
            file_name=name[:255],
            media_type=media_type,
            bytes_total=stored.bytes_total,
            sha256=stored.sha256,
            added_at=moment.at,
            user=user,
        )
    except BaseException:
        uploads.remove(stored.name)
        raise


def recognise(head: bytes) -> str:
    """The media type of a file that begins with `head`. Raises `DocumentNotAccepted`."""
    media_type = contents.recognised(head, TAKEN)
    if media_type is None:
        raise DocumentNotAccepted(pointer="/document")
    return media_type
