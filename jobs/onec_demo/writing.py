"""What a client may do to a set: create, change, replace, delete, post and unpost."""

import uuid
from typing import Any

from jobs.onec_demo import filling, rules
from jobs.onec_demo.base import Base
from jobs.onec_demo.errors import BadRequest, BusinessError, Code, EntityMissing, ODataError
from jobs.onec_demo.schema import Shape
from jobs.onec_demo.store import Row
from jobs.onec_demo.values import EMPTY_GUID, accept_guid

Body = dict[str, Any]


def create(base: Base, shape: Shape, body: Body) -> Row:
    with base.store.transaction():
        key = _new_key(base, body)
        if base.store.get(shape.name, key):
            raise BadRequest(
                Code.KEY_EXISTS, f'Экземпляр сущности "{shape.title}" с таким ключом уже существует.'
            )
        row = filling.blank(shape) | {"Ref_Key": key}
        saved = _save(base, shape, _filled(base, shape, row, body), before=None)
        return post(base, shape, key) if _asks_to_post(base, shape, body) else saved


def change(base: Base, shape: Shape, key: str, body: Body, *, if_match: str = "") -> Row:
    with base.store.transaction():
        row = existing(base, shape, key)
        _check_version(base, row, if_match)
        changed = _filled(base, shape, row, body)
        _refuse_posted_rows(base, shape, row, changed)
        return _save(base, shape, changed, before=row)


def replace(base: Base, shape: Shape, key: str, body: Body, *, if_match: str = "") -> Row:
    """What the body leaves out becomes empty; the number stays, it is 1C's."""
    with base.store.transaction():
        row = existing(base, shape, key)
        _check_version(base, row, if_match)
        kept = {name: row[name] for name in ("Ref_Key", "Number", "Code", "Date", "Posted") if name in row}
        changed = _filled(base, shape, filling.blank(shape) | kept, body)
        _refuse_posted_rows(base, shape, row, changed)
        return _save(base, shape, changed, before=row)


def delete(base: Base, shape: Shape, key: str) -> None:
    """Physical, with no look at what refers to it."""
    if base.quirks["delete_fails"]:
        raise BusinessError("Ошибка при удалении объекта: недостаточно прав.")
    with base.store.transaction():
        row = existing(base, shape, key)
        base.store.delete(shape.name, key)
        rules.after_write(base, shape, row)


def post(base: Base, shape: Shape, key: str) -> Row:
    with base.store.transaction():
        row = existing(base, shape, key)
        if row["DeletionMark"]:
            raise BusinessError("Не удалось провести: документ помечен на удаление.")
        rules.before_posting(base, shape, row)
        return _save(base, shape, row | {"Posted": True}, before=row)


def unpost(base: Base, shape: Shape, key: str) -> Row:
    with base.store.transaction():
        row = existing(base, shape, key)
        return _save(base, shape, row | {"Posted": False}, before=row)


def existing(base: Base, shape: Shape, key: str) -> Row:
    row = base.store.get(shape.name, key)
    if row is None:
        raise EntityMissing(shape.title)
    return row


def _save(base: Base, shape: Shape, row: Row, *, before: Row | None) -> Row:
    if row.get("DeletionMark") and row.get("Posted"):
        row = row | {"Posted": False}
    saved = base.store.save(shape.name, rules.before_write(base, shape, row, before))
    rules.after_write(base, shape, saved)
    return saved


def _filled(base: Base, shape: Shape, row: Row, body: Body) -> Row:
    own = {name: value for name, value in body.items() if name not in ("Ref_Key", "Posted")}
    return filling.fill(shape, row, own, strict=not base.quirks["unknown_properties_ignored"])


def _new_key(base: Base, body: Body) -> str:
    """A client may bring its own key: a repeat of the same POST is then seen as one (FACTS 1.6)."""
    given = body.get("Ref_Key")
    if not given or given == EMPTY_GUID or base.quirks["no_own_ref_key"]:
        return str(uuid.uuid4())
    try:
        return accept_guid(given)
    except ValueError:
        raise BadRequest(Code.BAD_VALUE, 'Недопустимое значение свойства "Ref_Key".') from None


def _asks_to_post(base: Base, shape: Shape, body: Body) -> bool:
    return shape.is_document and body.get("Posted") is True and base.quirks["posted_in_body_posts"]


def _check_version(base: Base, row: Row, if_match: str) -> None:
    wanted = if_match.removeprefix("W/").strip('"')
    if wanted not in ("", "*", row["DataVersion"]) and not base.quirks["ignore_if_match"]:
        raise ODataError(Code.BAD_REQUEST, "Версия данных объекта отличается от указанной в If-Match.", 412)


def _refuse_posted_rows(base: Base, shape: Shape, before: Row, after: Row) -> None:
    if not before.get("Posted") or not base.quirks["posted_rows_locked"]:
        return
    if any(before[table.section] != after[table.section] for table in shape.tables):
        raise BusinessError("Нельзя изменить строки: документ проведен.")
