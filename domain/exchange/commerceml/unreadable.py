"""Why a file was refused: the line and one sentence."""

from lxml import etree

from domain.kernel.errors import DomainError
from domain.kernel.text import _


class Unreadable(DomainError):
    """The whole file is refused; nothing of it was taken."""

    def __init__(self, line: int | None, reason: str) -> None:
        super().__init__(_("Line %(line)s: %(reason)s", line=line, reason=reason) if line else reason)
        self.line = line
        self.reason = reason


def of_syntax(error: etree.XMLSyntaxError, *, cut_off: bool) -> Unreadable:
    return Unreadable(error.lineno or None, _reason(error.code, cut_off))


def _reason(code: int, cut_off: bool) -> str:
    errors = etree.ErrorTypes
    if code in (errors.ERR_INVALID_ENCODING, errors.ERR_INVALID_CHAR):
        return _("a character that does not fit the encoding named in the first line")
    if code == errors.ERR_RESOURCE_LIMIT:
        return _("elements are nested too deep or a text is too long")
    if code == errors.ERR_DOCUMENT_EMPTY:
        return _("this is not XML")
    if code == errors.ERR_DOCUMENT_END:
        return _("something follows the end of the document")
    if cut_off:
        return _("the file is cut off: its end is missing")
    if code in (errors.ERR_UNDECLARED_ENTITY, errors.ERR_INTERNAL_ERROR):  # unresolved entities end as "internal"
        return _("own entities (&name;) are not accepted")
    if code == errors.ERR_TAG_NAME_MISMATCH:
        return _("an element is closed by the name of another")
    return _("the XML is damaged")
