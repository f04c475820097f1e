"""Everything that can go wrong in the register, one class each; a class is one problem type of the API.

The class name in kebab case is the problem's `type`, in snake case its `code`. `api/problems.py` is the only place
that turns one into an answer (RFC 9457). A message is API: clear, about the caller's own input, free of numbers.
"""

import re
from collections.abc import Sequence
from typing import ClassVar, NamedTuple


class Fault(NamedTuple):
    """One field at fault: JSON pointer (RFC 6901) to it, a code for machines, a sentence for people."""

    pointer: str
    code: str
    detail: str


class RegistryError(Exception):
    """The request could not be carried out."""

    status: ClassVar[int] = 400
    title: ClassVar[str] = "The request could not be carried out"

    def __init__(self, detail: str = "", *, pointer: str = "", faults: Sequence[Fault] = ()) -> None:
        super().__init__(detail or self.title)
        self.detail = detail or self.title
        #: JSON pointer to the field at fault, or empty.
        self.pointer = pointer
        #: Every field at fault, where more is known than one pointer.
        self.faults = tuple(faults) or ((Fault(pointer, self.code(), self.detail),) if pointer else ())

    @classmethod
    def slug(cls) -> str:
        """The class name in kebab case: the last part of the problem's `type`."""
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def code(cls) -> str:
        """The class name in snake case: the problem's `code`."""
        return cls.slug().replace("-", "_")


class InvalidInput(RegistryError):
    """A field's value is not acceptable; `pointer` says which."""

    status = 422
    title = "A value in the request is not acceptable"


class NumberNotAccepted(InvalidInput):
    """A phone number could not be read, or lies outside what the register covers."""

    title = "The number could not be read"


class MalformedRequest(RegistryError):
    """The body is not JSON in UTF-8, or names a member twice, or a multipart body is broken."""

    title = "The request could not be read"


class MediaTypeNotSupported(RegistryError):
    """The body is of a media type this address does not read."""

    status = 415
    title = "The body is of a media type that is not read here"


class NotAcceptable(RegistryError):
    """The `Accept` header asks for a media type this address does not write."""

    status = 406
    title = "No answer can be given in the media types asked for"


class BodyTooLarge(RegistryError):
    """The body is larger than the server accepts."""

    status = 413
    title = "The body is too large"


class MethodNotAllowed(RegistryError):
    """The address is there, but not for that method; the `Allow` header lists those it knows."""

    status = 405
    title = "That method is not allowed here"


class NotAuthenticated(RegistryError):
    """No key was sent."""

    status = 401
    title = "A key is needed"


class KeyNotValid(RegistryError):
    """The key is unknown, expired or revoked."""

    status = 401
    title = "The key is not valid"


class ScopeMissing(RegistryError):
    """The key is valid, and does not carry the scope that this request needs."""

    status = 403
    title = "The key does not carry the scope needed"


class TooManyRequests(RegistryError):
    """The key's (or, without a key, the address's) quota is used up; `Retry-After` says for how long."""

    status = 429
    title = "Too many requests"

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        #: Whole seconds until the next request is let through.
        self.retry_after = retry_after


class ServiceUnavailable(RegistryError):
    """Something the register depends on does not answer. Nothing was decided; do not dial."""

    status = 503
    title = "The register cannot answer now; do not dial"


class InternalError(RegistryError):
    """The register failed in a way nobody foresaw. Nothing of the inside is told; the `request_id` finds it in logs."""

    status = 500
    title = "The register failed"


class NotFound(RegistryError):
    """No such thing, or it belongs to somebody else."""

    status = 404
    title = "There is no such thing here"


class Undecidable(RegistryError):
    """The register could not establish every fact, so it gives no verdict. Treat it as a denial."""

    status = 503
    title = "No verdict can be given now; do not dial"


class PolicyGap(Undecidable):
    """No policy is in force for that place, sector and time."""

    title = "No policy is in force for that call; do not dial"


class RuleNotLoaded(Undecidable):
    """The rule in this program and the table in the database differ: run `manage.py load_policies`."""

    title = "The register's rule is not loaded; do not dial"


class OptOutOnRecord(RegistryError):
    """The same opt-out is on record already."""

    status = 409
    title = "That opt-out is on record already"


class OptOutNotYours(RegistryError):
    """A company may only write opt-outs of scope `company`, for itself."""

    status = 403
    title = "A company may only register opt-outs from itself"


class ConsentOverlaps(RegistryError):
    """A consent for the same number, company, sectors and channels is on record for that time."""

    status = 409
    title = "A consent is on record for that time already"


class ConsentNotOpen(RegistryError):
    """The consent's status does not allow that step."""

    status = 409
    title = "The consent's status does not allow that"


class RelationshipNotAdmitted(RegistryError):
    """The policy for that number does not admit such a relationship as a ground for calls."""

    status = 422
    title = "The policy there does not admit such a relationship"


class LicenceOverlaps(RegistryError):
    """The company holds a licence for that sector and time already."""

    status = 409
    title = "The company holds a licence for that sector and time already"


class LicenceBarred(RegistryError):
    """A decision takes the company's leave to call for that sector and time; only an appeal gives it back."""

    status = 409
    title = "A decision takes the company's leave to call for that time"


class CallerTaken(RegistryError):
    """The calling number is registered to a company for that time already."""

    status = 409
    title = "That calling number is registered already"


class ApplicationNotOpen(RegistryError):
    """The application's state does not allow that step."""

    status = 409
    title = "The application's state does not allow that"


class DocumentNotAccepted(RegistryError):
    """The document is no PDF and no picture, by its content."""

    status = 422
    title = "Send a PDF, or a picture (JPEG, PNG)"


class PolicyOverlaps(RegistryError):
    """Two sets of terms claim the same place, sector and time."""

    status = 409
    title = "Two policies claim the same place, sector and time"


class IdempotencyKeyReused(RegistryError):
    """The Idempotency-Key was used before, with another request."""

    status = 422
    title = "That Idempotency-Key was used with another request"


class RequestInFlight(RegistryError):
    """The first request with that Idempotency-Key is still running."""

    status = 409
    title = "The first request with that Idempotency-Key is still running"


class CodeNotRight(RegistryError):
    """The code is not the one that was sent; `tries_left` says how often another may be tried."""

    status = 422
    title = "That is not the code that was sent"

    def __init__(self, detail: str = "", *, tries_left: int = 0) -> None:
        super().__init__(detail)
        self.tries_left = tries_left


class CodeSpent(RegistryError):
    """The code was used, has lapsed, or was tried too often; a new one must be asked for."""

    status = 409
    title = "That code works no longer"


class ReceiptNotValid(RegistryError):
    """The receipt was not signed by this register, or was changed."""

    status = 422
    title = "The receipt does not verify"


class FileMissing(RegistryError):
    """The request holds no file."""

    status = 422
    title = "The request holds no file"


class FileTooLarge(RegistryError):
    """The file is larger than the register takes in one piece."""

    status = 413
    title = "The file is too large"


class FileLost(RegistryError):
    """The stored file is not where the register put it; send it again."""

    status = 503
    title = "The stored file cannot be found"


class ScrubEnded(RegistryError):
    """The scrub is completed, failed or cancelled already, so there is nothing to stop."""

    status = 409
    title = "That scrub has ended"


class ScrubGaveUp(RegistryError):
    """The scrub could not be completed in a whole day of attempts; the rows it lists as done have left checks."""

    status = 503
    title = "The scrub could not be completed; do not dial"


class ScrubBroke(RegistryError):
    """A defect of the register stopped the scrub; the rows it lists as done have left checks."""

    status = 500
    title = "The register failed while it scrubbed the file"


#: Named constraints of the database and what their violation means (`registry.sql` and the migrations name them).
BY_CONSTRAINT: dict[str, type[RegistryError]] = {
    "opt_out_one_at_a_time": OptOutOnRecord,
    "consent_one_at_a_time": ConsentOverlaps,
    "licence_one_at_a_time": LicenceOverlaps,
    "caller_one_at_a_time": CallerTaken,
    "policy_one_at_a_time": PolicyOverlaps,
}
