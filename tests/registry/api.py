"""A client of the API, as a company's program is one: JSON in, JSON out, a key in the header."""

import json
from typing import Any

from django.test import Client

PROBLEM = "application/problem+json"


class Api:
    """Requests under one key; `key=None` sends none."""

    def __init__(self, key: str | None = None, *, base: str = "/api/v1") -> None:
        self.key = key
        self.base = base
        self.client = Client(raise_request_exception=False)

    def _headers(self, headers: dict[str, str]) -> dict[str, str]:
        own = {"Authorization": f"Bearer {self.key}"} if self.key is not None else {}
        return own | headers

    def get(self, path: str, query: dict[str, Any] | None = None, **headers: str):
        return self.client.get(self.base + path, query or {}, headers=self._headers(headers))

    def post(self, path: str, body: Any = None, **headers: str):
        """POST `body` as JSON; bytes are sent as they are, and None sends nothing."""
        data = b"" if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        content_type = "" if body is None else "application/json"
        # Django's client sends no type with an empty body unless it is told twice.
        return self.client.post(
            self.base + path,
            data,
            content_type=content_type,
            headers=self._headers(headers),
            CONTENT_TYPE=content_type,
        )

    def request(self, method: str, path: str, **headers: str):
        return self.client.generic(method, self.base + path, headers=self._headers(headers))


def problem(response: Any, status: int, code: str, *pointers: str) -> dict[str, Any]:
    """The problem document of an answer, after checking that it is one, with that status, code and pointers."""
    body = response.json() if response.content else {}
    assert response.status_code == status, body
    assert response.headers["Content-Type"] == PROBLEM
    assert body["status"] == status
    assert body["code"] == code, body
    assert body["type"].endswith(f"/docs/problems#{code.replace('_', '-')}")
    assert body["request_id"] == response.headers["X-Request-ID"]
    assert body["title"]
    assert body["detail"]
    assert sorted(fault["pointer"] for fault in body["errors"]) == sorted(pointers), body["errors"]
    return body
