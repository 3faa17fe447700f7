"""What the place of installation decides: read once from the environment and `.env`."""

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

LOCALES = ("ru", "en")
SECRET_LENGTH = 32
DEMO_ONEC_SECRET, DEMO_ONEC_PASSWORD = "KARKAS_DEMO_ONEC_PASSWORD", "karkas"
"""The variable and the password of the stand-in of 1C, which listens on loopback only."""
SWITCH = {
    "1": True,
    "true": True,
    "yes": True,
    "on": True,
    "0": False,
    "false": False,
    "no": False,
    "off": False,
}


class BadSetting(Exception):
    """A setting cannot be used; the text is one sentence for the person who typed it."""


@dataclass(frozen=True)
class Settings:
    home: Path
    host: str
    port: int
    database_url: str  # of the site and the workers; empty: the embedded PostgreSQL inside home
    database_owner_url: str  # of migrations and copies; empty: the same as database_url
    redis_url: str  # empty: the embedded Valkey inside home
    files_root: Path
    demo: bool
    locale: str
    timezone: str
    web_processes: int
    worker_threads: int
    answer_hours: int  # within which the first of a waiting list answers an offer
    trusted_origins: tuple[str, ...]
    given_secret: str = field(repr=False)

    @cached_property
    def secret(self) -> str:
        """The signing key: KARKAS_SECRET, or one kept in home since the first run."""
        return self.given_secret or _kept_secret(self.home / "secret")

    @property
    def owner_url(self) -> str:
        """Of the login that owns the tables: it migrates, copies and restores."""
        return self.database_owner_url or self.database_url

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def url(self) -> str:
        """Where a person on this machine opens the site."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(self.host, self.host)  # noqa: S104
        return f"http://{host}:{self.port}"

    @property
    def onec_demo_port(self) -> int:
        """The stand-in of 1C listens beside the site: on 8001 when that is on 8000."""
        return self.port + 1

    @property
    def onec_demo_url(self) -> str:
        return f"http://127.0.0.1:{self.onec_demo_port}"

    @property
    def onec_demo_units(self) -> Path:
        """What the stand-in's base is filled from, so that its flats are ours."""
        return self.home / "onec-demo-units.json"


@cache
def settings() -> Settings:
    return read({**_dotenv(Path(".env")), **os.environ})


def password_named(name: str) -> str:
    """A password that a record only names: its value is in the environment or `.env`, never in the base."""
    return os.environ.get(name) or _dotenv(Path(".env")).get(name, "")


def read(values: Mapping[str, str]) -> Settings:
    """Settings from plain values; the first one that cannot be used is named in BadSetting."""
    given = {name: value.strip() for name, value in values.items() if value.strip()}
    home = Path(given.get("KARKAS_HOME", ".karkas")).expanduser().absolute()
    cores = os.cpu_count() or 1
    return Settings(
        home=home,
        host=given.get("KARKAS_HOST", "127.0.0.1"),
        port=_number(given, "KARKAS_PORT", 8000, 1, 65534),
        database_url=_database_url("DATABASE_URL", given),
        database_owner_url=_database_url("DATABASE_OWNER_URL", given),
        redis_url=_redis_url(given.get("REDIS_URL", "")),
        files_root=_files_root(given.get("FILES_URL", ""), home),
        demo=_switch(given, "KARKAS_DEMO"),
        locale=_one_of(given, "KARKAS_LOCALE", LOCALES),
        timezone=_timezone(given.get("KARKAS_TZ", "Europe/Moscow")),
        web_processes=_number(given, "KARKAS_WEB_PROCESSES", min(cores, 4), 1, 64),
        worker_threads=_number(given, "KARKAS_WORKER_THREADS", min(cores * 2, 8), 1, 64),
        answer_hours=_number(given, "KARKAS_ANSWER_HOURS", 24, 1, 720),
        trusted_origins=tuple(
            map(_origin, given.get("KARKAS_TRUSTED_ORIGINS", "").replace(",", " ").split())
        ),
        given_secret=_secret(given.get("KARKAS_SECRET", "")),
    )


def _dotenv(path: Path) -> dict[str, str]:
    """`NAME=value` lines; comments and quotes as everybody writes them."""
    if not path.is_file():
        return {}
    lines = (line.strip().removeprefix("export ") for line in path.read_text("utf-8").splitlines())
    pairs = (line.partition("=") for line in lines if line and not line.startswith("#"))
    return {name.strip(): _unquoted(value.strip()) for name, _, value in pairs}


def _unquoted(value: str) -> str:
    quoted = len(value) >= 2 and value[0] == value[-1] and value[0] in "'\""
    return value[1:-1] if quoted else value


def _number(given: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = given.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise BadSetting(f"{name} must be a whole number from {low} to {high}, not “{text}”.")
    return int(text)


def _switch(given: Mapping[str, str], name: str) -> bool:
    text = given.get(name, "0").lower()
    if text not in SWITCH:
        raise BadSetting(f"{name} must be 1 or 0, not “{text}”.")
    return SWITCH[text]


def _one_of(given: Mapping[str, str], name: str, allowed: tuple[str, ...]) -> str:
    text = given.get(name, allowed[0])
    if text not in allowed:
        raise BadSetting(f"{name} must be one of {', '.join(allowed)}, not “{text}”.")
    return text


def _timezone(text: str) -> str:
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise BadSetting(f"KARKAS_TZ must name a time zone such as Europe/Moscow, not “{text}”.") from None


def _database_url(name: str, given: Mapping[str, str]) -> str:
    text = given.get(name, "")
    scheme, separator, rest = text.partition("://")
    if not text:
        return ""
    if not separator or scheme.split("+")[0] not in ("postgresql", "postgres"):
        raise BadSetting(f"{name} must begin with postgresql://.")
    return f"postgresql://{rest}"


def _redis_url(text: str) -> str:
    if text and urlsplit(text).scheme not in ("redis", "rediss", "unix"):
        raise BadSetting("REDIS_URL must begin with redis://, rediss:// or unix://.")
    return text


def _files_root(text: str, home: Path) -> Path:
    if not text:
        return home / "files"
    parts = urlsplit(text)
    if parts.scheme == "s3":
        raise BadSetting(
            "FILES_URL with s3:// is not supported yet; use a file:// folder that all machines share."
        )
    if parts.scheme != "file" or parts.netloc not in ("", "localhost") or not parts.path:
        raise BadSetting("FILES_URL must look like file:///path/to/folder.")
    return Path(unquote(parts.path))


def _origin(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.netloc or parts.path not in ("", "/"):
        raise BadSetting(
            f"KARKAS_TRUSTED_ORIGINS must list origins such as https://crm.example.ru, not “{text}”."
        )
    return f"{parts.scheme}://{parts.netloc}".lower()


def _secret(text: str) -> str:
    if text and len(text) < SECRET_LENGTH:
        raise BadSetting(f"KARKAS_SECRET must be at least {SECRET_LENGTH} characters long.")
    return text


def _kept_secret(path: Path) -> str:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(SECRET_LENGTH))
        return path.read_text("ascii")
    except OSError as problem:
        raise BadSetting(f"The folder {path.parent} cannot be used: {problem.strerror}.") from None


def _write_once(path: Path, text: str) -> None:
    """Put the whole text there unless a file is there already; two processes at once are safe."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    if path.exists():
        return
    draft.touch(mode=0o600)
    draft.write_text(text, "ascii")
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
