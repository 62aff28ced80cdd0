"""Waiting for facts, never for time to pass."""
import threading
import time

_pause = threading.Event()


def until(fact, what: str, timeout: float = 60.0, every: float = 0.05):
    """Asks `fact` until it answers with something true, and returns that; fails with `what` after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    last = None
    while time.monotonic() < deadline:
        try:
            last = fact()
        except (OSError, ConnectionError) as error:
            last = error
        if last and not isinstance(last, Exception):
            return last
        _pause.wait(every)
    raise AssertionError(f"after {timeout:.0f} s still not true: {what} (last: {last!r})")
