"""Sending to an address that a company named: where it may lead, what is signed, and how little is read of the answer.

The address is a stranger's wish. So its name is resolved once, every address it stands for must be public, and the
connection goes to one of those very addresses; nothing is redirected, no proxy is asked, little is read, and all of
it ends in seconds. Signatures are those of Standard Webhooks (standardwebhooks.com).
"""

import hmac
import http.client
import ipaddress
import os
import secrets
import socket
import ssl
import threading
import time
from base64 import b64decode, b64encode
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from functools import cache
from typing import NamedTuple
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

from registry.errors import InvalidInput

#: Seconds to connect, and for everything together.
CONNECT, WHOLE = 4.0, 10.0
#: Bytes that are read of an answer; nothing is made of them.
READ = 1024
SECRET_PREFIX = "whsec_"  # noqa: S105 - not a secret, but what each begins with
#: Names of one's own machine and network, which no resolver needs to be asked about.
_OWN = ("localhost", "local", "internal", "lan", "home", "intranet", "corp", "arpa", "onion")
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_LOOPS = ("localhost", "127.0.0.1", "::1")


class Sent(NamedTuple):
    """What became of an attempt: the HTTP status, or why there is none; how long it took; when to come back."""

    status: int | None
    error: str
    duration_ms: int
    retry_after: int | None = None

    @property
    def taken(self) -> bool:
        """Whether it was delivered: any 2xx."""
        return self.status is not None and 200 <= self.status < 300


class Refused(Exception):
    """The address leads where nothing is sent; `args[0]` says why, as a code."""


def new_secret() -> str:
    """A fresh secret: 32 random bytes."""
    return SECRET_PREFIX + b64encode(secrets.token_bytes(32)).decode()


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """`v1,` and the base64 of the HMAC-SHA-256 over `id.timestamp.body`."""
    key = b64decode(secret.removeprefix(SECRET_PREFIX))
    signed = b"%s.%d.%s" % (message_id.encode(), timestamp, body)
    return "v1," + b64encode(hmac.digest(key, signed, "sha256")).decode()


def headers(secrets_in_force: Sequence[str], message_id: str, clock: datetime, body: bytes) -> dict[str, str]:
    """The headers of a delivery; a signature for each secret, the newest first."""
    timestamp = int(clock.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "telemarketing-register/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(
            signature(secret, message_id, timestamp, body) for secret in secrets_in_force
        ),
    }


def demand(url: str, pointer: str = "/url") -> None:
    """Raise `InvalidInput` for an address that nothing will be sent to. No name is resolved yet."""
    try:
        parts = _split(url)
        literal = _literal(parts.hostname or "")
        if literal is not None and not _local(parts):
            _demand_public(literal)
    except Refused as refused:
        raise InvalidInput(f"{_WHY[refused.args[0]]}", pointer=pointer) from None


_WHY = {
    "url_malformed": "The address must be an absolute URL of a host, without user, password and fragment",
    "url_not_https": "The address must begin with https://",
    "address_not_public": "The address must be one that is reached over the public internet",
}


def _split(url: str) -> SplitResult:
    """The parts of an address. Raises `Refused`."""
    try:
        parts = urlsplit(url)
        host = (parts.hostname or "").rstrip(".").encode("idna").decode()
        parts.port  # noqa: B018 - raises for a port that is none
    except (ValueError, UnicodeError):
        raise Refused("url_malformed") from None
    plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url
    if not host or not plain or "@" in parts.netloc or "#" in url or parts.port == 0:
        raise Refused("url_malformed")
    if _local(parts):
        return parts
    if parts.scheme != "https":
        raise Refused("url_not_https")
    if host.rpartition(".")[2] in _OWN:
        raise Refused("address_not_public")
    if "." not in host and _literal(host) is None:
        raise Refused("address_not_public")
    return parts


def _local(parts: SplitResult) -> bool:
    """Whether it is this machine itself, where the settings permit that."""
    return settings.WEBHOOK_LOCAL and parts.hostname in _LOOPS and parts.scheme in ("http", "https")


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """The address that a host is, if it is no name. Also as resolvers read it: `127.1`, `0x7f000001`, `2130706433`."""
    with suppress(ValueError):
        return ipaddress.ip_address(host.partition("%")[0])
    with suppress(OSError):
        return ipaddress.ip_address(socket.inet_aton(host))
    return None


def _demand_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    """Raise `Refused` unless an address, and each that is packed into it, is public."""
    inner = [address]
    if isinstance(address, ipaddress.IPv6Address):
        inner += filter(None, [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())])
        if address in _NAT64:
            inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if address.packed[:12] == bytes(12):
            inner.append(ipaddress.IPv4Address(address.packed[12:]))
    for each in inner[1:] or inner:
        if not each.is_global or each.is_multicast or each.is_reserved or each.is_unspecified:
            raise Refused("address_not_public")


def _addresses(parts: SplitResult) -> list[str]:
    """What the host of an address stands for, all of it public. Raises `Refused`."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo((parts.hostname or "").rstrip("."), port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Refused("name_not_found") from None
    addresses = list(dict.fromkeys(str(entry[4][0]).partition("%")[0] for entry in found))
    for address in addresses:
        parsed = ipaddress.ip_address(address)
        if _local(parts) and parsed.is_loopback:
            continue
        _demand_public(parsed)
    return addresses


@cache
def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def post(url: str, body: bytes, sent_headers: dict[str, str]) -> Sent:
    """POST a body; what became of it. Raises nothing."""
    begun = time.monotonic()
    status, error, retry_after = None, "", None
    try:
        parts = _split(url)
        status, retry_after = _exchange(parts, _addresses(parts), body, sent_headers)
        if 300 <= status < 400:
            error = "redirect_not_followed"
        elif not 200 <= status < 300:
            error = "not_taken"
    except Refused as refused:
        error = refused.args[0]
    except ssl.SSLError:
        error = "tls_failed"
    except TimeoutError:
        error = "timed_out"
    except ConnectionRefusedError:
        error = "connection_refused"
    except (OSError, http.client.HTTPException, ValueError):
        error = "connection_failed"
    spent = time.monotonic() - begun
    if error in ("connection_failed", "tls_failed") and spent >= WHOLE:
        error = "timed_out"
    return Sent(status, error, int(spent * 1000), retry_after)


def _exchange(
    parts: SplitResult, addresses: Sequence[str], body: bytes, sent_headers: dict[str, str]
) -> tuple[int, int | None]:
    """The status of the answer, and its Retry-After in seconds."""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = (parts.hostname or "").rstrip(".")
    raw = _connected(addresses, port)
    # Each read has its timeout; a sender of one byte at a time is ended by the whole.
    handle = socket.socket(fileno=os.dup(raw.fileno()))
    ended = threading.Event()
    ender = threading.Timer(WHOLE, _shut, [handle, ended])
    ender.daemon = True
    ender.start()
    try:
        raw.settimeout(WHOLE)
        stream = _tls().wrap_socket(raw, server_hostname=host) if parts.scheme == "https" else raw
        connection = http.client.HTTPConnection(host, port)
        connection.sock = stream
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.putrequest("POST", path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", parts.netloc)
        for name, value in sent_headers.items():
            connection.putheader(name, value)
        connection.putheader("content-length", str(len(body)))
        connection.putheader("connection", "close")
        connection.endheaders(body)
        answer = connection.getresponse()
        answer.read(READ)
        if ended.is_set():
            # What was cut off looks like the end of an answer.
            raise TimeoutError
        after = answer.getheader("retry-after", "")
        stream.close()
        return answer.status, int(after) if after.isascii() and after.isdigit() and len(after) < 7 else None
    finally:
        ender.cancel()
        handle.close()
        raw.close()


def _connected(addresses: Sequence[str], port: int) -> socket.socket:
    """A connection to the first of the addresses that takes one. Raises `OSError`."""
    failed: OSError = ConnectionRefusedError()
    for address in addresses[:2]:
        try:
            return socket.create_connection((address, port), timeout=CONNECT)
        except OSError as error:
            failed = error
    raise failed


def _shut(handle: socket.socket, ended: threading.Event) -> None:
    ended.set()
    with suppress(OSError):
        handle.shutdown(socket.SHUT_RDWR)
