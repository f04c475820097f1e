"""The addresses of the desk."""

from django.urls import path

from compliance.desk import unmask, what_if

urlpatterns = [
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
    path("what-if/", what_if.WhatIf.as_view(), name="desk-what-if"),
    path("what-if/<int:pk>/", what_if.Replayed.as_view(), name="desk-replay"),
    path("what-if/<int:pk>/cancel/", what_if.Cancel.as_view(), name="desk-replay-cancel"),
]
