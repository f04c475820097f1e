"""The addresses of the project."""

from django.contrib import admin
from django.urls import include, path

from registry.api import health, schema
from registry.api.receipts import Keys

urlpatterns = [
    path("api/v1/", include("registry.api.urls")),
    path("api/v1/", include("compliance.api.urls")),
    path(".well-known/jwks.json", Keys.as_view()),
    path("docs", schema.Docs.as_view()),
    path("docs/problems", schema.problem_types),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("metrics", health.figures),
    path("admin/", admin.site.urls),
    path("desk/", include("compliance.desk.urls")),
    # Beside the portal belong the names it links to where they are there: `complain`, and `calls-about-me`.
    path("", include("compliance.portal.urls")),
    path("", include("registry.portal.urls")),
]

handler400 = "registry.api.problems.bad_request"
handler404 = "registry.api.problems.not_found"
handler500 = "registry.api.problems.failed"
