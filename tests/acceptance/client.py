"""A small client of the API over real HTTP, on one kept connection."""

import http.client
import json
import uuid
from typing import Any


class Client:
    """Asks the API of a running server with one key."""

    def __init__(self, port: int, key: str = "") -> None:
        self.port, self.key = port, key
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)

    def close(self) -> None:
        """Let the connection go."""
        self.connection.close()

    def request(
        self, method: str, path: str, body: bytes = b"", headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        """Status, and the JSON (or text) of the answer."""
        named = {"Authorization": f"Bearer {self.key}"} if self.key else {}
        try:
            self.connection.request(method, path, body or None, named | (headers or {}))
            answer = self.connection.getresponse()
            text = answer.read().decode()
        except (http.client.HTTPException, OSError):
            self.connection.close()
            raise
        is_json = "json" in (answer.headers.get("Content-Type") or "")
        return answer.status, json.loads(text) if is_json and text else text

    def get(self, path: str) -> Any:
        """The answer of a GET, which must be 200."""
        status, answer = self.request("GET", path)
        assert status == 200, (status, answer)
        return answer

    def post(self, path: str, data: dict[str, Any]) -> tuple[int, Any]:
        """Status and answer of a POST with a JSON body."""
        return self.request("POST", path, json.dumps(data).encode(), {"Content-Type": "application/json"})

    def upload(self, path: str, content: bytes, name: str = "calls.csv", **fields: str) -> tuple[int, Any]:
        """Status and answer of a multipart upload."""
        mark = uuid.uuid4().hex
        parts = [
            f'--{mark}\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
            for key, value in fields.items()
        ]
        parts.append(
            f'--{mark}\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n'
            f"Content-Type: text/csv\r\n\r\n".encode()
            + content
            + b"\r\n"
        )
        body = b"".join(parts) + f"--{mark}--\r\n".encode()
        return self.request("POST", path, body, {"Content-Type": f"multipart/form-data; boundary={mark}"})
