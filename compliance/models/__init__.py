"""Compliance's tables, one noun a file."""

from compliance.models.audit_runs import AuditRun
from compliance.models.audits import Audit
from compliance.models.call_logs import CallLog
from compliance.models.calls import Call
from compliance.models.cases import Case, CaseItem, CaseLetter, CaseStep
from compliance.models.complaints import Complaint, ComplaintEvidence, ComplaintMatch, ComplaintStep
from compliance.models.counts import CallCount, CheckCount, ChecksCounted, CountDue, ViolationCount
from compliance.models.incidents import Incident
from compliance.models.replays import Replay
from compliance.models.reports import Report
from compliance.models.violations import Violation, ViolationResponse, ViolationVersion

__all__ = [
    "Audit",
    "AuditRun",
    "Call",
    "CallCount",
    "CallLog",
    "Case",
    "CaseItem",
    "CaseLetter",
    "CaseStep",
    "CheckCount",
    "ChecksCounted",
    "Complaint",
    "ComplaintEvidence",
    "ComplaintMatch",
    "ComplaintStep",
    "CountDue",
    "Incident",
    "Replay",
    "Report",
    "Violation",
    "ViolationCount",
    "ViolationResponse",
    "ViolationVersion",
]
