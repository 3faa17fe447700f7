"""GET /health/live and /health/ready: for whoever starts, watches and balances the processes."""

import psycopg
from anyio import fail_after, to_thread
from litestar import MediaType, Response, get

from domain import migrations
from domain.access import Permission
from domain.kernel.settings import settings
from web.live import hub

PATIENCE_SECONDS = 2
TEXT = MediaType.TEXT


@get("/health/live", media_type=TEXT, permission=Permission.PUBLIC)
async def live() -> str:
    """The process answers; it touches nothing else, or one dependency would restart them all."""
    return "live"


@get("/health/ready", media_type=TEXT, permission=Permission.PUBLIC)
async def ready() -> Response[str]:
    """The process may be sent people: it is not leaving, and its database answers and is migrated."""
    fit = not hub.closing and await database_is_fit()
    return Response("ready" if fit else "not ready", status_code=200 if fit else 503, media_type=TEXT)


async def database_is_fit() -> bool:
    try:
        with fail_after(PATIENCE_SECONDS):
            return await to_thread.run_sync(_is_at_head, abandon_on_cancel=True)
    except (psycopg.Error, TimeoutError):
        return False


def _is_at_head() -> bool:
    """By a connection of its own: a busy pool is no reason to be taken out."""
    with psycopg.connect(
        settings().database_url,
        connect_timeout=PATIENCE_SECONDS,
        options=f"-c statement_timeout={PATIENCE_SECONDS}s",
    ) as connection:
        found = connection.execute("select version_num from alembic_version").fetchone()
    return found is not None and found[0] == migrations.newest()
