"""Compliance's tables, one noun a file."""

from compliance.models.audit_runs import AuditRun
from compliance.models.audits import Audit
from compliance.models.call_logs import CallLog
from compliance.models.calls import Call
from compliance.models.campaigns import Campaign, CampaignNote
from compliance.models.carrier_calls import CarrierCall
from compliance.models.carrier_records import CarrierCoverage, CarrierRecord
from compliance.models.cases import Case, CaseItem, CaseLetter, CaseStep
from compliance.models.complaints import Complaint, ComplaintEvidence, ComplaintMatch, ComplaintStep
from compliance.models.counts import CallCount, CheckCount, ChecksCounted, CountDue, ViolationCount
from compliance.models.discrepancies import Discrepancy, DiscrepancyAct
from compliance.models.incidents import Incident
from compliance.models.reconciliations import Reconciliation
from compliance.models.replays import Replay
from compliance.models.reports import Report
from compliance.models.violations import Violation, ViolationResponse, ViolationVersion

__all__ = [
    "Audit",
    "AuditRun",
    "Call",
    "CallCount",
    "CallLog",
    "Campaign",
    "CampaignNote",
    "CarrierCall",
    "CarrierCoverage",
    "CarrierRecord",
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
    "Discrepancy",
    "DiscrepancyAct",
    "Incident",
    "Reconciliation",
    "Replay",
    "Report",
    "Violation",
    "ViolationCount",
    "ViolationResponse",
    "ViolationVersion",
]
