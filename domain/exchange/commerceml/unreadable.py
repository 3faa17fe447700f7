"""Why a file was refused: the line and one sentence."""

from typing import TYPE_CHECKING

from domain.kernel.errors import DomainError
from domain.kernel.text import _

if TYPE_CHECKING:
    from lxml import etree


class Unreadable(DomainError):
    """The whole file is refused; nothing of it was taken."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(_("Line %(line)s: %(reason)s", line=line, reason=reason) if line else reason)
        self.line = line
        self.reason = reason


def of_syntax(error: "etree.XMLSyntaxError", *, begun: bool, cut_off: bool, after: int) -> Unreadable:
    """`begun`: the root was met; `cut_off`: it was never closed; `after`: the last line understood."""
    return Unreadable(error.lineno or after or None, _reason(error.code, begun, cut_off))


def _reason(code: int, begun: bool, cut_off: bool) -> str:
    """The first that fits: a file may be wrong in several ways."""
    from lxml import etree

    errors = etree.ErrorTypes
    entity = {errors.ERR_UNDECLARED_ENTITY, errors.ERR_INTERNAL_ERROR, errors.ERR_DOCUMENT_EMPTY}
    reasons = (
        (
            code in {errors.ERR_INVALID_ENCODING, errors.ERR_INVALID_CHAR},
            _("a character that does not fit the encoding named in the first line"),
        ),
        (code == errors.ERR_RESOURCE_LIMIT, _("elements are nested too deep or a text is too long")),
        (code == errors.ERR_DOCUMENT_EMPTY and not begun, _("this is not XML")),
        (code == errors.ERR_DOCUMENT_END, _("something follows the end of the document")),
        (cut_off, _("the file is cut off: its end is missing")),
        # An entity that is left unresolved ends as any of these.
        (code in entity, _("own entities (&name;) are not accepted")),
        (code == errors.ERR_TAG_NAME_MISMATCH, _("an element is closed by the name of another")),
    )
    return next((sentence for fits, sentence in reasons if fits), _("the XML is damaged"))
