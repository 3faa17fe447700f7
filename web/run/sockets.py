"""Sockets in the file system, whose paths may not be long, and the listening socket of the site."""

import hashlib
import os
import socket
import tempfile
from pathlib import Path

from web.run.trouble import Trouble

LONGEST = 103  # macOS; Linux allows 107
BACKLOG = 512


def folder_for(data: Path, name: str) -> Path:
    """The data folder itself, or a private one under /tmp when the path would be too long."""
    if len(os.fsencode(data / name)) <= LONGEST:
        return data
    folder = Path(tempfile.gettempdir()) / f"karkas-{hashlib.sha256(os.fsencode(data)).hexdigest()[:12]}"
    folder.mkdir(mode=0o700, exist_ok=True)
    if folder.stat().st_uid != os.geteuid() and os.geteuid() != 0:
        raise Trouble(f"The folder {folder} belongs to another user; choose a shorter path for KARKAS_HOME.")
    return folder


def nobody_listens(path: Path) -> bool:
    """Nobody at all: one that is too busy to answer still listens."""
    with socket.socket(socket.AF_UNIX) as caller:
        caller.setblocking(False)
        try:
            caller.connect(str(path))
        except (ConnectionRefusedError, FileNotFoundError):
            return True
        except BlockingIOError:
            return False
    return False


def listening(host: str, port: int) -> socket.socket:
    """The socket all web processes accept from; bound first, so that a busy port is known at once."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(BACKLOG)
    except socket.gaierror:
        raise Trouble(f"KARKAS_HOST “{host}” is not an address of this machine.") from None
    except OSError as problem:
        raise Trouble(
            f"{host}:{port} cannot be used: {problem.strerror}; choose another KARKAS_PORT."
        ) from None
    return listener
