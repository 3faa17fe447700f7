"""Every text a person or 1C can write, replaced by an attempt to run a script in somebody else's browser.

Columns are found in the models, so that a new one is poisoned the day it is born; those that hold no
free text are named here with the reason.
"""

import json
import re
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlmodel import SQLModel

from domain import tables  # noqa: F401  every table is known

MARK = "data-planted"
"""An attribute of every planted element: one in the page was understood as markup."""
PROBE = "/planted-request"

PAYLOADS = (
    f"<img {MARK} src=x onerror=alert(1)>",
    f"<script {MARK}>alert(1)</script>",
    f"<svg {MARK} onload=alert(1)>",
    f"\"><img {MARK} src=x onerror=alert(1)>",
    f"'><img {MARK} src=x onerror=alert(1)>",
    f"</title><script {MARK}>alert(1)</script>",
    f"</textarea><svg {MARK} onload=alert(1)>",
    f"</script><script {MARK}>alert(1)</script>",
    f"--><img {MARK} src=x onerror=alert(1)>",
    f"<!--><img {MARK} src=x onerror=alert(1)>-->",
    f"<b {MARK} hx-get={PROBE} hx-trigger=load>а</b>",
    f"<b {MARK} data-hx-get={PROBE} data-hx-trigger=load>а</b>",
    f"<b {MARK} hx-on:htmx:load=alert(1)>а</b>",
    f"<b {MARK} hx-on::after-process=alert(1)>а</b>",
    f"<b {MARK} hx-get='javascript:alert(1)' hx-trigger=load>а</b>",
    f"<b {MARK} hx-vals='js:{{a:alert(1)}}' hx-post={PROBE} hx-trigger=load>а</b>",
    f"<b {MARK} hx-sse:connect={PROBE}>а</b>",
    f"<hx-partial {MARK} hx-target=body>а</hx-partial>",
    f"<template {MARK} hx type=partial hx-target=body>а</template>",
    f"<div {MARK} id=toasts hx-swap-oob=innerHTML>а</div>",
    f"<a {MARK} href=javascript:alert(1)>а</a>",
    f"<iframe {MARK} src=javascript:alert(1)></iframe>",
    f"<iframe {MARK} srcdoc='<script>alert(1)</script>'></iframe>",
    f"<object {MARK} data=javascript:alert(1)></object>",
    f"<embed {MARK} src={PROBE}>",
    f"<link {MARK} rel=stylesheet href={PROBE}>",
    f"<style {MARK}>@import '{PROBE}';</style>",
    f"<base {MARK} href={PROBE}/>",
    f"<meta {MARK} http-equiv=refresh content='0;url={PROBE}'>",
    f"<form {MARK} action={PROBE}><button autofocus onfocus=alert(1)>а</button></form>",
    f"<input {MARK} autofocus onfocus=alert(1)>",
    f"<details {MARK} open ontoggle=alert(1)>а</details>",
    f"<video {MARK} src=x onerror=alert(1)></video>",
    f"<math {MARK}><mtext><img src=x onerror=alert(1)></mtext></math>",
    f"<svg {MARK}><use href={PROBE}#x /></svg>",
    f"<svg {MARK}><animate onbegin=alert(1) attributeName=x dur=1s>",
    f"<marquee {MARK} onstart=alert(1)>а</marquee>",
    f"<x {MARK} style=animation-name:spin onanimationstart=alert(1)>а</x>",
    f"<x {MARK} contenteditable autofocus onfocus=alert(1)>а</x>",
    f"<dialog {MARK} open oncancel=alert(1)>а</dialog>",
    f"<button {MARK} popovertarget=x onclick=alert(1)>а</button>",
    f"\" autofocus onfocus=alert(1) {MARK} x=\"",
    f"' autofocus onfocus=alert(1) {MARK} x='",
    f"` autofocus onfocus=alert(1) {MARK} x=`",
    "{{ 7 * 7 }}{% raw %}${alert(1)}{% endraw %}",
    "javascript:alert(1)//%0aalert(1)",
    f"\x09<im\u017f {MARK}>&lt;img {MARK} src=x onerror=alert(1)&gt;",
    f"＜img {MARK} src=x onerror=alert(1)＞<ſcript {MARK}>alert(1)</ſcript>",
)  # fmt: skip
SHORT = (f"<b {MARK}>", f"'<b {MARK}>", f'"<b {MARK}>', '"onfocus="a()"')

NO_FREE_TEXT = {
    "app_user.locale": "one of our languages",
    "app_user.login": "people sign in by it",
    "app_user.password_hash": "of argon2",
    "catalogue_entry.ref": "found again by equality alone",
    "characteristic.code": "small Latin letters, checked",
    "company.inn": "digits, checked",
    "company.kpp": "digits, checked",
    "company.ogrn": "digits, checked",
    "company.phone": "kept as +digits",
    "app_user.phone": "kept as +digits",
    "approval.kind": "a name of `approvals.kinds`",
    "connection.base_url": "an address the administrator wrote",
    "connection.timezone": "a name of a zone",
    "event.name": "from domain/events/names.py",
    "event.subject_kind": "a name of a model",
    "external_id.entity": "a name in 1C of a kind of things",
    "external_id.local_kind": "a name of a model",
    "offer_document.fingerprint": "of SHA-256",
    "feed.token": "made by us",
    "fixation.phone": "kept as +digits, the database checks it",
    "lead.phone": "kept as +digits, the database checks it",
    "public_site.origin": "an origin, made canonical",
    "publication.phone": "kept as +digits",
    "message.kind": "picks the courier",
    "message.subject_kind": "a name of a model",
    "person.inn": "digits, checked",
    "plan.media_type": "of a picture we made ourselves",
    "person.phone": "kept as +digits, the database checks it",
    "service.vat": "one of the rates",
}
INSIDE = {
    "event": ("payload",),
    "message": ("payload", "report"),
    "unit": ("characteristics",),
    "characteristic": ("options",),
    "offer_version": ("content",),
}
"""Columns of JSON with words in them."""
NOT_WORDS = re.compile(r"^[\d.,:+\-TZ\s]*$|^\d{4}-\d\d-\d\d")
"""Amounts, moments and numbers kept as text in JSON."""


def columns() -> Iterator[sa.Column[Any]]:
    """Those that hold words somebody chose."""
    for table in SQLModel.metadata.sorted_tables:
        for column in table.columns:
            is_text = isinstance(column.type, sa.String) and not isinstance(column.type, sa.Enum)
            named = f"{table.name}.{column.name}" in NO_FREE_TEXT
            digest = column.name.endswith(("sha256", "_hash")) or bool(column.foreign_keys)
            if is_text and not named and not digest:
                yield column


def poison(engine: sa.Engine) -> int:
    """Plant something in every row of every such column; returns how many columns were poisoned.

    The connection must be a superuser's: history is not to be changed by anyone else.
    """
    with engine.begin() as connection:
        connection.exec_driver_sql("set session_replication_role = replica")
        found = list(columns())
        for number, column in enumerate(found):
            _plant(connection, column, number)
        for table in INSIDE:
            _plant_inside(connection, table)
        return len(found)


def _plant(connection: sa.Connection, column: sa.Column[Any], number: int) -> None:
    room = getattr(column.type, "length", None) or 5000
    fitting = [payload for payload in PAYLOADS if len(payload) + 8 <= room] or SHORT
    planted = "(cast(:payloads as text[]))[(row_number + :number) % :count + 1]"
    if column.name in {"name", "code", "number", "external_id", "idempotency_key"}:
        planted += " || row_number"  # where equal ones are refused
    table = column.table.name
    connection.execute(
        sa.text(
            f"update {table} set {column.name} = left({planted}, :room) "
            f"from (select ctid as place, row_number() over () from {table}) numbered "
            f"where {table}.ctid = place"
        ),
        {"payloads": list(fitting), "number": number, "count": len(fitting), "room": room},
    )


def _plant_inside(connection: sa.Connection, table: str) -> None:
    """Words inside JSON: names in the history, remarks and refusals of 1C, what is told of a unit."""
    for column in INSIDE[table]:
        rows = connection.execute(sa.text(f"select id, {column} from {table}")).all()
        for id_, value in rows:
            poisoned = json.dumps(_words(value, id_), ensure_ascii=False)
            connection.execute(
                sa.text(f"update {table} set {column} = cast(:value as jsonb) where id = :id"),
                {"value": poisoned, "id": id_},
            )


def _words(value: Any, number: int) -> Any:
    if isinstance(value, dict):
        return {key: _words(inner, number) for key, inner in value.items()}
    if isinstance(value, list):
        return [_words(inner, number + place) for place, inner in enumerate(value)]
    if isinstance(value, str) and not NOT_WORDS.match(value):
        return PAYLOADS[number % len(PAYLOADS)]
    return value
