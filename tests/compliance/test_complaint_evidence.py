"""What is sent with a complaint: known by its content, kept below the files folder, or nothing of it."""

import io
from hashlib import sha256

import pytest

from compliance import complaint_evidence
from compliance.complaint_evidence import Attachment
from compliance.errors import EvidenceNotAccepted
from compliance.models import Complaint, ComplaintEvidence
from registry.errors import FileTooLarge
from tests.compliance.complaints_made import PNG, WAV, filed

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("files")]


def sent(content: bytes, name: str = "IMG_1.png") -> Attachment:
    return Attachment(io.BytesIO(content), name)


def stored(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


def test_it_keeps_pictures_and_recordings(files):
    row = filed(evidence=[sent(PNG), sent(WAV, "call.mp3")])
    picture, recording = ComplaintEvidence.objects.all()
    assert (picture.kind, picture.media_type, picture.file_name) == ("picture", "image/png", "IMG_1.png")
    assert (recording.kind, recording.media_type) == ("recording", "audio/wav")
    assert (picture.bytes_total, picture.sha256) == (len(PNG), sha256(PNG).hexdigest())
    assert (files / picture.file).read_bytes() == PNG
    assert picture.file.startswith(f"complaints/{row.pk}/")
    assert "IMG" not in picture.file


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"hello",
        b"<html><script>alert(1)</script></html>",
        b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>",
        b"%PDF-1.4\n",
        b"MZ\x90\0" + b"\0" * 80,
        b"PK\x03\x04" + b"\0" * 80,
        b"GIF89a" + b"\0" * 20,
    ],
)
def test_it_refuses_everything_else_whole(files, content):
    with pytest.raises(EvidenceNotAccepted):
        filed(evidence=[sent(PNG), sent(content, "photo.png")])
    assert not Complaint.objects.exists()
    assert stored(files) == []


def test_it_refuses_what_is_too_large(files, monkeypatch):
    monkeypatch.setattr(complaint_evidence, "MAX_BYTES", 100)
    with pytest.raises(FileTooLarge):
        filed(evidence=[sent(PNG), sent(PNG + b"\0" * 100)])
    assert stored(files) == []
    assert not ComplaintEvidence.objects.exists()


def test_it_refuses_too_many(files):
    with pytest.raises(EvidenceNotAccepted):
        filed(evidence=[sent(PNG)] * 4)
    assert stored(files) == []


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\0" * 40, "image/jpeg"),
        (b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40, "image/webp"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + b"\0" * 40, "image/heif"),
        (b"ID3\x03\0\0\0\0\0\x00\xff\xfb\x90" + b"\0" * 40, "audio/mpeg"),
        (b"\xff\xfb\x90\x64" + b"\0" * 400, "audio/mpeg"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom" + b"\0" * 40, "audio/mp4"),
        (b"#!AMR\n" + b"\0" * 40, "audio/amr"),
        (b"OggS\0\x02" + b"\0" * 60, "audio/ogg"),
        (b"\0\0\0\x18ftyp3gp4\0\0\0\x003gp4" + b"\0" * 40, "audio/3gpp"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom" + b"\0" * 40, "video/mp4"),
    ],
)
def test_it_knows_what_telephones_write(head, expected):
    assert complaint_evidence.recognise(head)[1] == expected
