"""The addresses of compliance's pages in the portal, which links to the names `complain` and `calls-about-me`."""

from django.urls import path

from compliance.portal import calls, complaints, statistics

urlpatterns = [
    path("complain/", complaints.Complain.as_view(), name="complain"),
    path("complain/track/", complaints.Track.as_view(), name="complaint-track"),
    path("complain/track/<str:code>/", complaints.ComplaintByCode.as_view(), name="complaint"),
    path("complain/track/<str:code>/withdraw/", complaints.Withdrawal.as_view(), name="complaint-withdraw"),
    path("complain/track/<str:code>/object/", complaints.Objection.as_view(), name="complaint-object"),
    path("my/complaints/", complaints.MyComplaints.as_view(), name="my-complaints"),
    path("my/calls/", calls.CallsAboutMe.as_view(), name="calls-about-me"),
    path("statistics/", statistics.Statistics.as_view(), name="statistics"),
    path("statistics/open-data/", statistics.OpenData.as_view(), name="open-data"),
    path("statistics/open-data/<str:name>", statistics.OpenFile.as_view(), name="open-file"),
]
