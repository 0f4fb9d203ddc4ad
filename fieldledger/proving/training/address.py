"""Where this server itself is reached by a program on its machine: the simulated PC calls there."""

# A call holds one thread while others answer it.
THREADS_MIN = 4


class _Own:
    url = ""


def serve_at(url: str, *, threads: int) -> None:
    """Tell the address that the server listens on; too few threads leave no room for a call."""
    _Own.url = url if threads >= THREADS_MIN else ""


def own_url() -> str:
    """Return the server's own address; "" where it cannot call itself."""
    return _Own.url
