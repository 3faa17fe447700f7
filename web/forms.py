"""A form of a record, as it opens and as it comes back: what was typed stays, each sentence at its field."""

from typing import Any

from litestar import Request, Response

from domain.kernel.errors import DomainError, Invalid, Refused, Stale
from web import replies


def page(
    request: Request[Any, Any, Any],
    template: str,
    /,
    *,
    given: Any,
    record: Any = None,
    no: DomainError | None = None,
    **context: Any,
) -> Response[str]:
    """200 when it opens, 422 with `fields`, 409 with `stale` or `refusal`.

    After a stale save it carries the present version: saving again is a choice made with both in sight.
    """
    stale = no if isinstance(no, Stale) else None
    if stale and record is not None and hasattr(given, "version"):
        given.version = str(record.version)
    return replies.page(
        request,
        template,
        status=200 if no is None else 422 if isinstance(no, Invalid) else 409,
        given=given,
        fields=no.fields if isinstance(no, Invalid) else {},
        stale=stale,
        refusal=no if isinstance(no, Refused) and not stale else None,
        **context,
    )
