"""The bare Django view that a check is held against: what the server and Django cost before anybody does anything."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.csrf import csrf_exempt


@csrf_exempt
def hello(request: HttpRequest) -> HttpResponse:
    """Greet."""
    return HttpResponse(b'{"hello":"world"}', content_type="application/json")


urlpatterns = [path("api/hello", hello), path("healthz", hello)]
