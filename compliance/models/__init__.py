"""Compliance's tables, one noun a file."""

from compliance.models.audits import Audit
from compliance.models.call_logs import CallLog
from compliance.models.calls import Call
from compliance.models.cases import Case, CaseItem, CaseLetter, CaseStep
from compliance.models.complaints import Complaint, ComplaintEvidence, ComplaintMatch, ComplaintStep
from compliance.models.incidents import Incident
from compliance.models.violations import Violation, ViolationResponse

__all__ = [
    "Audit",
    "Call",
    "CallLog",
    "Case",
    "CaseItem",
    "CaseLetter",
    "CaseStep",
    "Complaint",
    "ComplaintEvidence",
    "ComplaintMatch",
    "ComplaintStep",
    "Incident",
    "Violation",
    "ViolationResponse",
]
