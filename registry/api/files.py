"""Files over the API: an upload with its options as multipart/form-data, and a file as an answer."""

from collections.abc import Callable, Sequence
from hashlib import sha256

import msgspec
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.http.multipartparser import MultiPartParserError
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from registry import uploads
from registry.api.endpoint import JSONOnly
from registry.errors import (
    Fault,
    FileMissing,
    FileTooLarge,
    InvalidInput,
    MalformedRequest,
    MediaTypeNotSupported,
)

#: What the parts around the file may weigh, in bytes.
AROUND_BYTES = 1_000_000


def form(request: HttpRequest, options: Sequence[str]) -> tuple[UploadedFile, dict[str, str]]:
    """The file of an upload, and those of `options` that it names; empty ones are left out.

    Raises `MediaTypeNotSupported`, `FileTooLarge` before anything is read, `MalformedRequest`, `InvalidInput`,
    `FileMissing`.
    """
    if request.content_type != "multipart/form-data":
        raise MediaTypeNotSupported("Send multipart/form-data with the part `file`")
    if int(request.META.get("CONTENT_LENGTH") or 0) > uploads.max_bytes() + AROUND_BYTES:
        raise FileTooLarge(pointer="/file")
    try:
        fields, files = request.POST, request.FILES
    except MultiPartParserError:
        raise MalformedRequest("The multipart body is broken") from None
    faults = [
        Fault(f"/{name}", "unknown_field", "No such member is known here")
        for name in sorted({*fields, *files} - {*options, "file"})
    ]
    faults += [
        Fault(f"/{name}", "wrong_type", "It must be sent once, as text")
        for name in options
        if name in files or len(fields.getlist(name)) > 1
    ]
    if len(files.getlist("file")) > 1:
        faults.append(Fault("/file", "wrong_type", "Send one file a request"))
    if faults:
        raise InvalidInput(faults=faults)
    if "file" not in files:
        raise FileMissing("Send the file as the part `file`, with a file name", pointer="/file")
    return files["file"], {name: fields[name] for name in options if fields.get(name)}


def content_of(options: Sequence[str]) -> Callable[[HttpRequest], bytes]:
    """What tells two uploads apart: their options, and the name and digest of the file. For `idempotent`."""

    def content(request: HttpRequest) -> bytes:
        file, given = form(request, options)
        digest = sha256()
        for chunk in file.chunks(uploads.CHUNK_BYTES):
            digest.update(chunk)
        file.seek(0)
        return msgspec.json.encode([sorted(given.items()), file.name, digest.hexdigest()])

    return content


class AnyType(JSONOnly):
    """A file is answered whatever the Accept header admits: it is what the address names."""

    def select_renderer(
        self, request: Request, renderers: Sequence[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        return JSONRenderer(), "application/json"
