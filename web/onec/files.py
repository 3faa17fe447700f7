"""Files on their way in: init, file, import, deactivate."""

import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime

from domain.exchange import accepting, receiving, visiting
from domain.exchange.accepting import Exchange
from domain.exchange.catalogue.report import sentence
from domain.exchange.commerceml.source import ROOT
from domain.exchange.models import Message, MessageState
from domain.exchange.visiting import Visitor
from domain.kernel import clock
from domain.kernel.text import _
from jobs.work import glance, unit_of_work
from web.onec import answers
from web.onec.answers import Answer

FILE_LIMIT = 1_000_000
"""Bytes of a chunk: below the usual limit of a proxy in front of us."""
PATIENCE, PAUSE = 2.0, 0.1
"""Seconds we wait for the job before saying «progress»: 1C repeats at once, without a pause of its own."""
SALE_VERSION = "2.09"
ENDINGS = tuple(f"</{ROOT}>".encode(encoding) for encoding in ("utf-8", "windows-1251"))
"""Old modules never ask to import the orders they send back: their end is the sign."""


def begin(visitor: Visitor, query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        receiving.begin(session, visitor.key, now=clock.now())
    limits = ["zip=yes", f"file_limit={FILE_LIMIT}"]
    if query.get("type") == "sale" and "version" in query:
        limits += [f"sessid={visitor.key[:16]}", f"version={SALE_VERSION}"]
    return answers.lines(*limits)


def receive(visitor: Visitor, query: Mapping[str, str], body: bytes) -> Answer:
    name, now = query.get("filename", ""), clock.now()
    with unit_of_work() as session:
        receiving.append(session, visitor.key, name, body, now=now)
        if query.get("type") == "sale" and body.rstrip().endswith(ENDINGS):
            exchange = visiting.current(session, visitor, now=now)
            accepting.accept(session, exchange, name, now=now)
    return answers.success()


def take_over(visitor: Visitor, query: Mapping[str, str], _body: bytes) -> Answer:
    now = clock.now()
    with unit_of_work() as session:
        exchange = visiting.current(session, visitor, now=now)
        message = accepting.accept(session, exchange, query.get("filename", ""), now=now)
    return outcome(message)


def withdraw_unlisted(visitor: Visitor, query: Mapping[str, str], _body: bytes) -> Answer:
    with unit_of_work() as session:
        exchange = visiting.current(session, visitor, now=clock.now())
        moment = began(exchange, query.get("timestamp", ""))
        message = accepting.withdraw_unlisted(session, exchange, moment=moment)
    return (
        outcome(message) if message else answers.progress(_("Files of this exchange are still being taken"))
    )


def began(exchange: Exchange, timestamp: str) -> datetime:
    """The second we named in checkauth, to the fraction that we know and 1C does not."""
    ours = int(exchange.since.timestamp())
    named = int(timestamp) if re.fullmatch("[0-9]{1,10}", timestamp) else ours
    return exchange.since if named == ours else datetime.fromtimestamp(named, UTC)


def outcome(message: Message) -> Answer:
    """What has come of the message, waiting a little for the job."""
    deadline = time.monotonic() + PATIENCE
    while message.state in (MessageState.QUEUED, MessageState.WORKING) and time.monotonic() < deadline:
        time.sleep(PAUSE)
        with glance() as session:
            message = session.get_one(Message, message.id)
    match message.state:
        case MessageState.DONE:
            return answers.success(sentence(message.report))
        case MessageState.DEAD:
            return answers.failure(message.error)
        case MessageState.DISMISSED:
            return answers.success(_("Set aside by a person"))
    return answers.progress(_("Being taken: %(name)s", name=message.payload.get("filename", "")))
