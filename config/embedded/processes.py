"""Child processes that never outlive their parent, and are stopped in good order.

Linux only in one respect: PR_SET_PDEATHSIG makes the kernel signal the child when the thread that started it dies,
even on `kill -9`. Start children from a thread that lives as long as they should, which is the main one.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

PR_SET_PDEATHSIG = 1

# Loaded here and not in the child: between fork and exec nothing may allocate or import.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def die_with_parent(sig: int = signal.SIGKILL, *, parent: int | None = None) -> None:
    """Ask the kernel to send `sig` to this process when its parent dies.

    `parent` is the pid the caller believes to be its parent: if it has died before the request, the process ends
    at once, because the signal would never come.
    """
    if _libc is None:
        return
    _libc.prctl(PR_SET_PDEATHSIG, sig)
    if parent is not None and os.getppid() != parent:
        os._exit(1)


def _tie(sig: int) -> Callable[[], None]:
    """What the child does between fork and exec; the account was switched before, which clears the request."""
    parent = os.getpid()
    return lambda: die_with_parent(sig, parent=parent)


def spawn(
    args: Sequence[str | os.PathLike[str]],
    *,
    log: Path | None,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    account: tuple[int, int] | None = None,
    die: int = signal.SIGTERM,
) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own that gets the signal `die` when this process dies.

    `account` is (uid, gid) to run as, only for root. Output is appended to `log`, or discarded without one.
    Being in its own session, the child does not see the Ctrl-C of our terminal: we stop it, in order.
    """
    switch = {"user": account[0], "group": account[1], "extra_groups": []} if account else {}
    with (log or Path(os.devnull)).open("ab") as out:
        return subprocess.Popen(
            [os.fspath(arg) for arg in args],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            preexec_fn=_tie(die),  # noqa: PLW1509 - one prctl call, prepared before the fork
            **switch,
        )


def stop(process: subprocess.Popen[bytes], *steps: tuple[int, float]) -> int:
    """Send each (signal, seconds to wait) in turn until the child has ended; SIGKILL to its session at the end.

    Returns the exit code of the child.
    """
    for sig, seconds in steps:
        if process.poll() is not None:
            break
        process.send_signal(sig)
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            continue
    kill_session(process)
    return process.wait()


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """Kill what is left of a child and of what it started; its session is its process group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def command_line(pid: int) -> str:
    """The command line of a process, words joined by spaces; empty if it does not exist or is a zombie."""
    try:
        raw = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return ""
    return raw.replace(b"\0", b" ").decode(errors="replace").strip()


def wait_until(done: Callable[[], bool], *, seconds: float, pause: float = 0.02) -> bool:
    """Poll `done` until it is true; False when `seconds` have passed first."""
    end = time.monotonic() + seconds
    while not done():
        if time.monotonic() > end:
            return False
        time.sleep(pause)
    return True
