"""Every address of the register's API, below `/api/v1/`. None ends in a slash."""

from django.urls import path

from registry.api.changes import Changes
from registry.api.check_batches import CheckBatches
from registry.api.checks import CheckById, Checks
from registry.api.consent_batches import ConsentBatches
from registry.api.consent_files import ConsentFileById, ConsentFileRejected, ConsentFiles
from registry.api.consents import ConsentById, ConsentRevocation, Consents
from registry.api.disputes import DisputeResponses
from registry.api.opt_outs import OptOutById, OptOuts, OptOutWithdrawal
from registry.api.policies import PolicyByPack, PolicyList
from registry.api.receipts import ReceiptVerification
from registry.api.relationships import RelationshipById, Relationships
from registry.api.rules import RuleList
from registry.api.schema import Docs, Schema
from registry.api.scrubs import Preflights, ScrubById, ScrubResult, Scrubs
from registry.api.webhooks import WebhookById, WebhookDeliveries, Webhooks, WebhookSecret, WebhookTest

urlpatterns = [
    path("checks", Checks.as_view()),
    path("checks/batch", CheckBatches.as_view()),
    path("checks/<str:check>", CheckById.as_view()),
    path("scrubs", Scrubs.as_view()),
    path("scrubs/<str:scrub>", ScrubById.as_view()),
    path("scrubs/<str:scrub>/results/<str:result>", ScrubResult.as_view()),
    path("preflights", Preflights.as_view()),
    path("receipts/verify", ReceiptVerification.as_view()),
    path("opt-outs", OptOuts.as_view()),
    path("opt-outs/<str:opt_out>", OptOutById.as_view()),
    path("opt-outs/<str:opt_out>/withdraw", OptOutWithdrawal.as_view()),
    path("consents", Consents.as_view()),
    path("consents/batch", ConsentBatches.as_view()),
    path("consents/files", ConsentFiles.as_view()),
    path("consents/files/<str:consent_file>", ConsentFileById.as_view()),
    path("consents/files/<str:consent_file>/rejected", ConsentFileRejected.as_view()),
    path("consents/<str:consent>", ConsentById.as_view()),
    path("consents/<str:consent>/revoke", ConsentRevocation.as_view()),
    path("consents/<str:consent>/responses", DisputeResponses.as_view()),
    path("relationships", Relationships.as_view()),
    path("relationships/<str:relationship>", RelationshipById.as_view()),
    path("changes", Changes.as_view()),
    path("webhooks", Webhooks.as_view()),
    path("webhooks/<str:webhook>", WebhookById.as_view()),
    path("webhooks/<str:webhook>/secret", WebhookSecret.as_view()),
    path("webhooks/<str:webhook>/test", WebhookTest.as_view()),
    path("webhooks/<str:webhook>/deliveries", WebhookDeliveries.as_view()),
    path("rules", RuleList.as_view()),
    path("policies", PolicyList.as_view()),
    path("policies/<str:pack>", PolicyByPack.as_view()),
    path("schema", Schema.as_view(), name="schema"),
    path("docs", Docs.as_view(), name="docs"),
]
