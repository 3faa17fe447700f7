"""A file locked by a passphrase: AES-256-GCM in chunks, so that a file of any size needs little memory.

The key is made of the passphrase by scrypt. A chunk's nonce holds its number and whether it is the last one:
chunks that are changed, swapped, left out or cut off at the end do not open.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from web.run.trouble import Trouble

MAGIC = b"karkas locked 1\n"
SALT_BYTES, PREFIX_BYTES, TAG_BYTES = 16, 7, 16
CHUNK_BYTES = 1024**2
HARDNESS = 2**17
"""Of scrypt: 128 MB and a third of a second for every guess."""
ORDINARY, LAST = b"\0", b"\1"


def is_locked(file: Path) -> bool:
    with file.open("rb") as content:
        return content.read(len(MAGIC)) == MAGIC


def lock(plain: Path, locked: Path, passphrase: str) -> None:
    head = MAGIC + os.urandom(SALT_BYTES + PREFIX_BYTES)
    cipher = _cipher(head, passphrase)
    with plain.open("rb") as source, locked.open("wb") as target:
        target.write(head)
        for nonce, chunk in _numbered(source, CHUNK_BYTES, head):
            target.write(cipher.encrypt(nonce, chunk, head))


def unlock(locked: Path, plain: Path, passphrase: str) -> None:
    """Raises Trouble: the passphrase does not fit, or the file is not what was locked."""
    with locked.open("rb") as source, plain.open("wb") as target:
        head = source.read(len(MAGIC) + SALT_BYTES + PREFIX_BYTES)
        cipher = _cipher(head, passphrase)
        for number, (nonce, chunk) in enumerate(_numbered(source, CHUNK_BYTES + TAG_BYTES, head)):
            try:
                target.write(cipher.decrypt(nonce, chunk, head))
            except InvalidTag:
                raise Trouble(
                    f"{locked} is damaged after {number} MB."
                    if number
                    else f"The passphrase does not fit {locked}, or its beginning is damaged."
                ) from None


def _cipher(head: bytes, passphrase: str) -> AESGCM:
    salt = head[len(MAGIC) :][:SALT_BYTES]
    return AESGCM(Scrypt(salt=salt, length=32, n=HARDNESS, r=8, p=1).derive(passphrase.encode()))


def _numbered(source: IO[bytes], size: int, head: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Nonces and chunks; there is a last one even of an empty file."""
    prefix, number, chunk = head[-PREFIX_BYTES:], 0, source.read(size)
    while True:
        following = source.read(size)
        yield prefix + number.to_bytes(4) + (ORDINARY if following else LAST), chunk
        if not following:
            return
        number, chunk = number + 1, following
