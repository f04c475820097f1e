"""The addresses of the desk."""

from django.urls import path

from compliance.desk import calls, numbers, unmask, what_if

urlpatterns = [
    path("unmask/<str:kind>/<int:pk>/", unmask.Unmask.as_view(), name="desk-unmask"),
    path("calls/", calls.CallList.as_view(), name="desk-calls"),
    path("calls/<int:pk>/", calls.CallPage.as_view(), name="desk-call"),
    path("checks/<int:pk>/", calls.CheckPage.as_view(), name="desk-check"),
    path("numbers/", numbers.Numbers.as_view(), name="desk-numbers"),
    path("what-if/", what_if.WhatIf.as_view(), name="desk-what-if"),
    path("what-if/<int:pk>/", what_if.Replayed.as_view(), name="desk-replay"),
    path("what-if/<int:pk>/cancel/", what_if.Cancel.as_view(), name="desk-replay-cancel"),
]
