"""What can go wrong in compliance, one class each; the shape and its rules are those of `registry/errors.py`."""

from registry.errors import RegistryError, TooManyRequests


class CallLogEnded(RegistryError):
    """The call log is loaded, failed or cancelled already, so there is nothing to stop."""

    status = 409
    title = "The loading of that call log has ended"


class CarriersOnly(RegistryError):
    """Only a carrier, or the regulator for one, sends the records of carriers."""

    status = 403
    title = "Records of carriers come from carriers and the regulator"


class LoadingGaveUp(RegistryError):
    """The call log could not be loaded in a whole day of attempts."""

    status = 503
    title = "The call log could not be loaded"


class LoadingBroke(RegistryError):
    """A defect of the register stopped the loading; no call of the file was taken."""

    status = 500
    title = "The register failed while it loaded the call log"


class ReportGaveUp(RegistryError):
    """The report could not be made in a whole day of attempts."""

    status = 503
    title = "The report could not be made"


class ReportMakingBroke(RegistryError):
    """A defect of the register stopped the making of the report."""

    status = 500
    title = "The register failed while it made the report"


class ViolationSettled(RegistryError):
    """The violation was confirmed, dismissed or withdrawn, so that its status does not change any more."""

    status = 409
    title = "The violation is settled"


class IncidentResolved(RegistryError):
    """The incident was resolved before; what was noted then stands."""

    status = 409
    title = "The incident is resolved already"


class ComplaintNotOpen(RegistryError):
    """The complaint's state does not allow that step."""

    status = 409
    title = "The complaint's state does not allow that"


class TooManyComplaints(TooManyRequests):
    """So many complaints came from one network, or about one number, that more are not taken for a while."""

    title = "Too many complaints came from there"


class EvidenceNotAccepted(RegistryError):
    """What was sent with a complaint is no recording and no picture, by its content, or is too much."""

    status = 422
    title = "What was sent is no recording and no picture"


class DraftNotAccepted(RegistryError):
    """The draft of a policy pack is refused, for the reason in the detail."""

    status = 422
    title = "The draft is not accepted"


class ReplayNeedsSession(RegistryError):
    """A replay holds its draft in tables of its own session, and a pooler in transaction mode gives it none."""

    status = 503
    title = "Replays need a direct connection to the database"


class ReplayEnded(RegistryError):
    """The replay is completed, failed or cancelled already, so there is nothing to stop."""

    status = 409
    title = "That replay has ended"


class ReplayBroke(RegistryError):
    """A defect of the register stopped the replay; nothing of it is kept."""

    status = 500
    title = "The register failed while it replayed the period"


class ReplayGaveUp(RegistryError):
    """The replay could not be finished in a whole day of attempts."""

    status = 503
    title = "The replay could not be finished"


class CaseNotOpen(RegistryError):
    """The case's state does not allow that step, or not to who asks."""

    status = 409
    title = "The case's state does not allow that"


class CaseTooEarly(RegistryError):
    """A clock that the company has still runs: its answer or its appeal is waited for first."""

    status = 409
    title = "The company still has time"


class CampaignClosed(RegistryError):
    """The special action was closed: what is on record of it stays as it is."""

    status = 409
    title = "The special action is closed"


class FourEyesNeeded(RegistryError):
    """Who proposed a penalty does not decide on it, and who did either does not decide on the appeal."""

    status = 409
    title = "Somebody else has to decide that"


class HeldInAnotherCase(RegistryError):
    """A violation or complaint is held against the company in another case already."""

    status = 409
    title = "That is part of another case already"


class DiscrepancySettled(RegistryError):
    """The discrepancy's state does not allow that: it was explained, dismissed, put into a case, or withdrawn."""

    status = 409
    title = "The discrepancy's state does not allow that"


class LogMayStillCome(RegistryError):
    """The company's log for that day may still come in, so that nothing can be held against it yet."""

    status = 409
    title = "A call log that explains it may still come in"
