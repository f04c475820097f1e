"""Evidence: recordings and pictures sent with a complaint, known by their content and kept below the files folder.

Whatever its name and its sender say, a file is what its bytes say (`puremagic`). Files are never shown in a page: they
are handed out as attachments, to staff, with the type found here.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import BinaryIO, NamedTuple

from compliance.errors import EvidenceNotAccepted
from compliance.models import Complaint, ComplaintEvidence
from registry import contents, uploads
from registry.errors import FileTooLarge

#: The largest file, in bytes: ten minutes of a telephone's recording.
MAX_BYTES = 15_000_000
MAX_FILES = 3

#: What is taken, by the extension that `puremagic` gives a content: its kind and the type it is kept as.
TAKEN = {
    **dict.fromkeys((".jpg", ".jpeg", ".jpe", ".jfif"), ("picture", "image/jpeg")),
    ".png": ("picture", "image/png"),
    ".webp": ("picture", "image/webp"),
    **dict.fromkeys((".heif", ".heic"), ("picture", "image/heif")),
    **dict.fromkeys((".mp3", ".mpga"), ("recording", "audio/mpeg")),
    **dict.fromkeys((".m4a", ".f4a"), ("recording", "audio/mp4")),
    ".aac": ("recording", "audio/aac"),
    ".amr": ("recording", "audio/amr"),
    ".wav": ("recording", "audio/wav"),
    ".flac": ("recording", "audio/flac"),
    **dict.fromkeys((".ogg", ".oga", ".opus"), ("recording", "audio/ogg")),
    **dict.fromkeys((".3ga", ".3gp", ".3gpp"), ("recording", "audio/3gpp")),
    ".mp4": ("recording", "video/mp4"),
}


class Attachment(NamedTuple):
    """A file as it was sent: its bytes, seekable, and what its sender calls it."""

    stream: BinaryIO
    name: str


def recognise(head: bytes) -> tuple[str, str]:
    """Kind and media type of a file that begins with `head`. Raises `EvidenceNotAccepted`."""
    found = contents.recognised(head, TAKEN)
    if found is None:
        raise EvidenceNotAccepted(
            "Send a recording (MP3, M4A, AAC, AMR, WAV, OGG, 3GP, MP4) or a picture (JPEG, PNG, WebP, HEIC)",
            pointer="/evidence",
        )
    return found


def keep(
    complaint: Complaint, attachments: Sequence[Attachment], *, clock: datetime
) -> list[ComplaintEvidence]:
    """Store what was sent with a complaint, all of it or nothing, as the last act of the caller's transaction.

    Raises `EvidenceNotAccepted`, `FileTooLarge`.
    """
    if len(attachments) > MAX_FILES:
        raise EvidenceNotAccepted(f"Send at most {MAX_FILES} files", pointer="/evidence")
    kept: list[ComplaintEvidence] = []
    try:
        for stream, name in attachments:
            kind, media_type = recognise(stream.read(contents.HEAD_BYTES))
            stream.seek(0)
            stored = uploads.store(stream, folder=f"complaints/{complaint.pk}", limit=MAX_BYTES)
            kept.append(
                ComplaintEvidence(
                    complaint=complaint,
                    kind=kind,
                    media_type=media_type,
                    file=stored.name,
                    file_name=name[:255],
                    bytes_total=stored.bytes_total,
                    sha256=stored.sha256,
                    added_at=clock,
                )
            )
        return ComplaintEvidence.objects.bulk_create(kept)
    except BaseException as error:
        for row in kept:
            uploads.remove(row.file)
        if isinstance(error, FileTooLarge):
            raise FileTooLarge(f"A file may have {MAX_BYTES:,} bytes", pointer="/evidence") from error
        raise
