"""The addresses of the desk."""

from django.urls import path

from compliance.desk import unmask

urlpatterns = [
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
]
