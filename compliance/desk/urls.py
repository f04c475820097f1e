"""The addresses of the desk."""

from django.urls import path

from compliance.desk import cases, unmask

urlpatterns = [
    path("cases/", cases.Queue.as_view(), name="desk-cases"),
    path("cases/<int:pk>/", cases.CasePage.as_view(http_method_names=["get", "head"]), name="desk-case"),
    path("cases/<int:pk>/letters/<int:letter>/", cases.Letter.as_view(), name="desk-case-letter"),
    path(
        "cases/<int:pk>/<str:step>/",
        cases.CasePage.as_view(http_method_names=["post"]),
        name="desk-case-step",
    ),
    path("companies/<int:company>/cases/open/", cases.OpenCase.as_view(), name="desk-case-open"),
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
]
