"""The register's tables, one noun a file."""

from registry.models.access_records import AccessRecord
from registry.models.announcements import Announcement
from registry.models.applications import Application, ApplicationStep
from registry.models.carers import Carer, CarerAct
from registry.models.changes import Change, ChangeHead
from registry.models.checks import Check
from registry.models.companies import ApiKey, Caller, Company, CompanyChange, Licence, Member
from registry.models.consent_files import ConsentFile
from registry.models.consents import Consent, Notice
from registry.models.disputes import DisputeStep
from registry.models.documents import Document
from registry.models.idempotency import IdempotencyKey
from registry.models.opt_outs import OptOut
from registry.models.places import FormerRange, NumberRange
from registry.models.policies import Policy, PolicyPack
from registry.models.reassignments import Reassignment
from registry.models.relationships import Relationship
from registry.models.rules import Decision, RuleSet
from registry.models.sandbox import SandboxRecord
from registry.models.scrubs import Scrub, ScrubPart
from registry.models.staff import GivenPassword
from registry.models.subscribers import Erasure, InboundMessage, NumberProof, Subscriber
from registry.models.timetables import Holiday, Schedule, Segment
from registry.models.webhooks import Webhook, WebhookDelivery

__all__ = [
    "AccessRecord",
    "Announcement",
    "ApiKey",
    "Application",
    "ApplicationStep",
    "Caller",
    "Carer",
    "CarerAct",
    "Change",
    "ChangeHead",
    "Check",
    "Company",
    "CompanyChange",
    "Consent",
    "ConsentFile",
    "Decision",
    "DisputeStep",
    "Document",
    "Erasure",
    "FormerRange",
    "GivenPassword",
    "Holiday",
    "IdempotencyKey",
    "InboundMessage",
    "Licence",
    "Member",
    "Notice",
    "NumberProof",
    "NumberRange",
    "OptOut",
    "Policy",
    "PolicyPack",
    "Reassignment",
    "Relationship",
    "RuleSet",
    "SandboxRecord",
    "Schedule",
    "Scrub",
    "ScrubPart",
    "Segment",
    "Subscriber",
    "Webhook",
    "WebhookDelivery",
]
