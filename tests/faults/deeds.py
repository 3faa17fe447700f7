"""What runs by itself, and a moment for each of it in which it has something to do.

A new actor, duty of the clock, courier or listener of events without a moment here turns R8 red.
"""

import io
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import sqlalchemy as sa
from sqlmodel import Session, col, select

from domain import deals, events, files, leads, offers
from domain.access.models import LoginThrottle, User
from domain.activities.models import Task
from domain.deals.models import Deal, Stage, StageKind
from domain.estate import Booking, BookingKind, Project, Unit, booking, extending, waiting
from domain.estate.chessboard import Filter
from domain.estate.pricing import Criteria, lists
from domain.estate.pricing.master import keep_rules
from domain.estate.pricing.models import Master, PriceList, ProjectPricing, Rule
from domain.estate.sheets import asking
from domain.estate.sheets import receiving as receiving_sheets
from domain.estate.sheets import working as sheets
from domain.estate.sheets.exporting import Wanted
from domain.estate.sheets.models import ImportStep, StockImport
from domain.estate.waiting import Waiting
from domain.exchange import messages, outbox, polling, receiving
from domain.exchange.accepting import CATALOG, VANISHED, XML
from domain.exchange.models import Connection, ConnectionKind, Direction, Message
from domain.kernel import clock
from domain.leads import consents
from domain.parties.models import Company, Person
from jobs import main as jobs
from jobs import schedule
from jobs.couriers import COURIERS
from jobs.deliver import deliver
from jobs.estate.carry_price_list import carry_price_list
from jobs.onec.pull_units import pull
from jobs.subscribers import SUBSCRIBERS
from jobs.work import unit_of_work
from tests.domain.estate.workbooks import book
from tests.faults.scenes import Demo1C
from tests.jobs.conftest import PASSWORD_VARIABLE, drain
from tests.world import commerceml as xml

EVERY_EVENT = tuple(f"event:{name}" for name in SUBSCRIBERS)
Prepare = Callable[[Demo1C], list[Any]]


@dataclass(frozen=True)
class Deed:
    runs: str
    """What is called: an actor or a duty."""
    covers: tuple[str, ...]
    prepare: Prepare
    """Returns the arguments."""

    @property
    def name(self) -> str:
        return self.prepare.__name__


DEEDS: list[Deed] = []


def deed(*runs: str, covers: tuple[str, ...] = ()) -> Callable[[Prepare], Prepare]:
    """The same moment may be met by several deeds: a wake-up and the clock."""

    def register(prepare: Prepare) -> Prepare:
        DEEDS.extend(Deed(name, (name, *covers), prepare) for name in runs)
        return prepare

    return register


def everything_that_runs() -> set[str]:
    return {
        *(f"actor:{name}" for name in jobs.broker.actors),
        *(f"duty:{duty.__name__}" for duty in schedule.JOBS),
        *(f"courier:{kind}" for kind in COURIERS),
        *EVERY_EVENT,
    }


def unprepared(running: set[str]) -> list[str]:
    return sorted(running - {covered for each in DEEDS for covered in each.covers})


def acquaint(base_1c: Demo1C) -> list[Any]:
    """The moment all others begin with: 1C and we know each other's units and catalogue."""
    with unit_of_work() as session:
        odata = Connection(
            name="1С тестов",
            kind=ConnectionKind.ODATA,
            base_url=f"{base_1c.address}/base",
            login=base_1c.login,
            secret_name=PASSWORD_VARIABLE,
            mapping={"timeout_seconds": 10},
        )
        session.add_all([odata, Connection(name="1С: каталог", kind=ConnectionKind.COMMERCEML, login="onec")])
    pull(odata.id)
    drain()
    carry(lambda session: _file(session, xml.flats(range(101, 105)), "import0_1.xml"))
    drain()
    return []


@deed("actor:relay", "duty:relay_events", covers=EVERY_EVENT)
def everything_listened_to_has_happened(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        boris, deal = _of(session, User, User.login == "boris"), _of(session, Deal)
        task = Task(
            deal_id=deal.id, title="Позвонить", due_at=clock.now(), responsible_id=deal.responsible_id
        )
        session.add(task)
        base_id = _base(session, ConnectionKind.COMMERCEML).id
        message = messages.put(session, base_id, kind=VANISHED, key="dead", direction=Direction.IN)
        place = Waiting(unit_id=_of(session, Unit).id, deal_id=deal.id, who_id=boris.id, since=clock.now())
        session.add(place)
        subjects = {
            "unit": _book(session, "1"),
            "booking": _book(session, "2"),
            "company": _of(session, Company),
            "person": _of(session, Person),
            "deal": deal,
            "task": task,
            "waiting": place,
            "exchange": message,
            "offer": _offer(session).offer,
            "lead": _request(session),
        }
        subjects["approval"] = extending.ask(
            session, subjects["booking"], days=7, reason="Ждёт банк", by=subjects["booking"].booked_by,
            now=clock.now(),
        )  # fmt: skip
        session.flush()
        for name in SUBSCRIBERS:
            kind = name.partition(".")[0]
            assert kind in subjects, f"say in tests/faults/deeds.py what {name} is about"
            events.record(session, name, subjects[kind], by=boris, deal=deal.id)
    return []


@deed("actor:deliver", covers=("courier:reservation",))
def a_booking_goes_to_1c(_base_1c: Demo1C) -> list[Any]:
    return carry(lambda session: _send(session, _book(session, "1")))


@deed("actor:deliver")
def an_extended_booking_goes_to_1c(base_1c: Demo1C) -> list[Any]:
    _booked_there(base_1c)
    with unit_of_work() as session:
        held = _of(session, Booking)
        booking.extend(session, held, days=3, by=held.booked_by, now=clock.now())
        _send(session, held, "extended")
    return [_newest()]


@deed("actor:deliver")
def a_cancelled_booking_goes_to_1c(base_1c: Demo1C) -> list[Any]:
    _booked_there(base_1c)
    with unit_of_work() as session:
        held = _of(session, Booking)
        booking.cancel(session, held, by=held.booked_by, now=clock.now())
        _send(session, held, "cancelled")
    return [_newest()]


@deed("actor:deliver", covers=("courier:counterparty",))
def a_client_with_a_booking_goes_to_1c(base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        deal, mayak = _of(session, Deal), _of(session, Company)
        deal.company_id, deal.person_id = mayak.id, None
        base_id = _base(session, ConnectionKind.ODATA).id
    _booked_there(base_1c)
    return carry(
        lambda session: messages.put(
            session, base_id, kind=outbox.COUNTERPARTY, key="company", order_key="company",
            subject=_of(session, Company),
        )
    )  # fmt: skip


@deed("actor:deliver", covers=("courier:connection",))
def a_base_is_checked(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        base = _base(session, ConnectionKind.ODATA)
        polling.check(session, base.id, now=clock.now())
        return [_of(session, Message, Message.kind == "connection").id]


@deed("actor:deliver", covers=("courier:catalog",))
def a_full_catalogue_has_come(_base_1c: Demo1C) -> list[Any]:
    """Flats new, changed and gone, with their prices, and a service."""
    flats = [xml.flat(101, area="60,1"), xml.flat(102, status=xml.STATUSES["sold"])]
    flats += [xml.flat(103), *(xml.flat(number, floor=5 + number // 20) for number in range(201, 231))]
    goods = (*flats, xml.good("service-1", "Кладовая доска"))
    prices = xml.offers(*(xml.offer(f"flat-{number}", 7_000_000 + number) for number in (101, 103, 201, 999)))
    whole = xml.document(xml.classifier(), xml.catalogue(*goods, only_changes=False), prices)
    return carry(lambda session: _file(session, whole, "import0_1.xml", full=True))


@deed("actor:deliver", covers=("courier:vanished",))
def a_full_exchange_has_ended(_base_1c: Demo1C) -> list[Any]:
    since = clock.now()
    whole = xml.document(xml.classifier(), xml.catalogue(*map(xml.flat, range(101, 104)), only_changes=False))
    with unit_of_work() as session:
        base = _base(session, ConnectionKind.COMMERCEML)
        base.mapping = {"vanished_at_most": 50}
        base_id = base.id
    for message_id in carry(lambda session: _file(session, whole, "import0_1.xml")):
        deliver.fn(message_id)
    return carry(
        lambda session: messages.put(
            session, base_id, kind=VANISHED, key="vanished", direction=Direction.IN,
            payload={"since": since.isoformat()},
        )
    )  # fmt: skip


@deed("actor:pull_units")
def prices_changed_in_1c(base_1c: Demo1C) -> list[Any]:
    _changed_in_1c(base_1c)
    with unit_of_work() as session:
        base = _base(session, ConnectionKind.ODATA)
        base.polled_at = None
        return [base.id]


@deed("duty:look_into_bases")
def it_is_time_to_look_into_1c(base_1c: Demo1C) -> list[Any]:
    prices_changed_in_1c(base_1c)
    return []


@deed("duty:wake_messages")
def messages_wait_that_nobody_was_woken_for(base_1c: Demo1C) -> list[Any]:
    a_booking_goes_to_1c(base_1c)
    a_full_catalogue_has_come(base_1c)
    return []


@deed("duty:expire_bookings")
def bookings_have_run_out(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        for number in ("1", "2", "3"):
            held = _book(session, number)
            held.booked_at -= timedelta(days=5)
            held.until = clock.now() - timedelta(days=1)
    return []


@deed("duty:expire_bookings")
def booked_and_offered_units_have_lines(_base_1c: Demo1C) -> list[Any]:
    """One booking that ran out, and one offer, each with somebody who waits behind it."""
    with unit_of_work() as session:
        booked, offered = _book(session, "1"), _book(session, "2")
        deals = _deals_in_line(session)
        for held in (booked, offered):
            for deal in deals:
                _wait(session, held, deal)
        booking.cancel(session, offered, by=offered.booked_by, now=clock.now())
        session.flush()
        offer = _of(session, Booking, Booking.kind == BookingKind.OFFER)
        for held in (booked, offer):
            held.booked_at -= timedelta(days=5)
            held.until = clock.now() - timedelta(days=1)
    return []


@deed("duty:offer_units")
def a_deal_in_the_line_of_a_free_unit_is_open_again(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        held = _book(session, "1")
        first, second = _deals_in_line(session)
        opened = first.stage_id
        for deal in (first, second):
            _wait(session, held, deal)
            deal.stage_id = _of(session, Stage, Stage.kind != StageKind.OPEN).id
        session.flush()
        booking.cancel(session, held, by=held.booked_by, now=clock.now())
        second.stage_id = opened
    return []


@deed("actor:relay")
def a_deal_loses_its_last_unit_and_goes_back(_base_1c: Demo1C) -> list[Any]:
    """It had followed the booking to its stage by itself; a step is planned, once."""
    with unit_of_work() as session:
        deal = _of(session, Deal)
        anna, now = session.get_one(User, deal.responsible_id), clock.now()
        funnel = deal.stage.funnel
        talks = _of(session, Stage, Stage.name == "Переговоры")
        deals.funnels.follow_bookings(session, funnel, stage=talks, steps_back=True, calls_back=True, by=None)
        held = deals.book(session, deal, _of(session, Unit, Unit.number == "1"), days=3, by=anna, now=now)
        booking.cancel(session, held, by=anna, now=now)
    return []


def _a_price_list(state: str) -> int:
    """Of eleven flats, in batches of a thousand: begun, due, or to be undone."""
    now = clock.now()
    with unit_of_work() as session:
        boris, river = _of(session, User, User.login == "boris"), _of(session, Project)
        if not session.exec(select(ProjectPricing)).first():
            keep_rules(session, river, master=Master.LISTS, floor_metre=None, version=0, by=boris)
        wanted = lists.Wanted(Rule.PERCENT, Decimal(3), Decimal(1000), Criteria())
        document = lists.draft(session, river, wanted, by=boris, now=now)
        if state == "due":
            lists.schedule(session, document, at=now + timedelta(days=1), by=boris, now=now)
            document.effect_at = now - timedelta(hours=1)
        else:
            lists.start(session, document, by=boris, now=now)
        number = document.id
    if state == "undo":
        carry_price_list.fn(number)
        with unit_of_work() as session:
            document = session.get_one(PriceList, number)
            lists.undo(session, document, by=_of(session, User, User.login == "boris"), now=now)
    return number


@deed("actor:carry_price_list")
def a_price_list_was_begun(_base_1c: Demo1C) -> list[Any]:
    return [_a_price_list("begun")]


@deed("actor:carry_price_list")
def a_price_list_is_to_be_undone(_base_1c: Demo1C) -> list[Any]:
    return [_a_price_list("undo")]


@deed("duty:carry_price_lists")
def price_lists_are_due_and_left_behind(_base_1c: Demo1C) -> list[Any]:
    """One whose date came while nobody worked, and one whose worker died."""
    _a_price_list("begun")
    _a_price_list("due")
    return []


@deed("actor:typeset_offer")
def an_offer_was_made(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        return [_offer(session).document_id]


@deed("duty:typeset_offers")
def offers_wait_that_nobody_was_woken_for(base_1c: Demo1C) -> list[Any]:
    an_offer_was_made(base_1c)
    return []


@deed("duty:seal_history")
def things_happened_that_are_not_sealed(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        events.record(session, "company.edited", _of(session, Company), by=None, changes={})
    return []


@deed("duty:prune")
def old_things_lie_about(_base_1c: Demo1C) -> list[Any]:
    long_ago = clock.now() - timedelta(days=60)
    with unit_of_work() as session:
        session.add(LoginThrottle(key="login:ivan", failures=3, since=long_ago))
        receiving.begin(session, "an old visit", now=long_ago)
        receiving.append(session, "an old visit", "import0_1.xml", b"<?xml", now=long_ago)
    return []


@deed("actor:stock_import")
def a_workbook_waits_to_be_looked_into(_base_1c: Demo1C) -> list[Any]:
    return [_workbook(ImportStep.CHECKING)]


@deed("actor:stock_import")
def a_workbook_waits_to_be_taken_over(_base_1c: Demo1C) -> list[Any]:
    return [_workbook(ImportStep.APPLYING)]


@deed("actor:stock_import")
def a_workbook_waits_to_be_taken_back(_base_1c: Demo1C) -> list[Any]:
    number = _workbook(ImportStep.APPLYING)
    with unit_of_work() as session:
        file = session.get_one(StockImport, number)
        sheets.carry(session, file, now=clock.now(), told=lambda _passed: None)
    with unit_of_work() as session:
        file = session.get_one(StockImport, number)
        receiving_sheets.ask_to_undo(
            session, file, by=_of(session, User, User.login == "admin"), now=clock.now()
        )
    return [number]


@deed("actor:stock_export")
def a_workbook_is_asked_for(_base_1c: Demo1C) -> list[Any]:
    with unit_of_work() as session:
        anna = _of(session, User, User.login == "anna")
        project = _of(session, Project)
        wanted = Wanted(project.id, None, Filter())
        return [asking.ask(session, project, wanted, by=anna, now=clock.now()).id]


@deed("duty:look_for_files")
def workbooks_wait_that_nobody_was_woken_for(base_1c: Demo1C) -> list[Any]:
    """One of each kind; what is taken out does not depend on what is looked into."""
    a_workbook_waits_to_be_looked_into(base_1c)
    a_workbook_is_asked_for(base_1c)
    return []


def _workbook(step: ImportStep) -> int:
    """Brought in by the administrator: a price, a new unit and a mistake."""
    with unit_of_work() as session:
        admin, flat = _of(session, User, User.login == "admin"), _of(session, Unit, Unit.number == "2")
        place = {"ЖК": "Речной квартал", "Дом": "Дом 1", "Подъезд": 1, "Этаж": 1, "Площадь": 30}
        content = book(
            {"Код": flat.id, "Цена": 7_777_000},
            {**place, "Номер": "900", "Цена": 5},
            {"Код": 10**9, "Цена": 1},
        )
        file = receiving_sheets.receive(session, "stock.xlsx", io.BytesIO(content), by=admin, now=clock.now())
        if step is not ImportStep.CHECKING:
            receiving_sheets.check(session, file, now=clock.now())
            receiving_sheets.ask_to_apply(session, file, by=admin)
        return file.id


def _deals_in_line(session: Session) -> list[Deal]:
    """Two more deals of the one there is."""
    like = _of(session, Deal)
    deals = [
        Deal(
            title=f"Ждёт {number}", stage_id=like.stage_id, rank=like.rank + number,
            responsible_id=like.responsible_id, person_id=like.person_id,
        )
        for number in (1, 2)
    ]  # fmt: skip
    session.add_all(deals)
    session.flush()
    return deals


def _wait(session: Session, held: Booking, deal: Deal) -> None:
    flat = session.get_one(Unit, held.unit_id)
    waiting.join(session, flat, deal_id=deal.id, by=held.booked_by, now=clock.now())


def _request(session: Session) -> leads.Lead:
    """Somebody has asked about a flat on the site."""
    anna = _of(session, User, User.login == "anna")
    words = "Согласен на обработку имени и телефона, чтобы мне перезвонили по моему вопросу."
    wording = consents.word(
        session, text=words, policy_url="https://river.example/policy", by=anna, now=clock.now()
    )
    return leads.receive(
        session,
        name="Нина",
        phone="+79215550011",
        source="widget",
        unit_id=_of(session, Unit, Unit.number == "3").id,
        consent=leads.Consent(wording.id, clock.now()),
        now=clock.now(),
    )


def carry(put: Callable[[Session], Any]) -> list[Any]:
    """The number of the message that was put, for `deliver`."""
    with unit_of_work() as session:
        put(session)
    return [_newest()]


def _newest() -> int:
    with unit_of_work(read_only=True) as session:
        return int(session.execute(sa.select(sa.func.max(col(Message.id)))).scalar_one())


def _of(session: Session, kind: type[Any], *where: Any) -> Any:
    return session.exec(select(kind).where(*where).order_by(col(kind.id).desc())).first()


def _base(session: Session, kind: ConnectionKind) -> Connection:
    return _of(session, Connection, Connection.kind == kind)


def _send(session: Session, held: Booking, cause: str = "booked") -> None:
    outbox.queue_booking(session, held, [_base(session, ConnectionKind.ODATA).id], cause=cause)


def _book(session: Session, number: str) -> Booking:
    deal = _of(session, Deal)
    anna = session.get_one(User, deal.responsible_id)
    flat = _of(session, Unit, Unit.number == number)
    return booking.book(session, flat, deal_id=deal.id, days=3, by=anna, now=clock.now())


def _offer(session: Session) -> offers.OfferVersion:
    deal, now = _of(session, Deal), clock.now()
    anna = session.get_one(User, deal.responsible_id)
    wanted = offers.Wanted([_of(session, Unit, Unit.number == "3").id], now.date() + timedelta(days=3))
    content = offers.compose(session, deal, wanted, seller=anna.name, now=now).content
    return offers.make(session, deal, content, by=anna, now=now)


def _booked_there(base_1c: Demo1C) -> None:
    for message_id in a_booking_goes_to_1c(base_1c):
        deliver.fn(message_id)


def _file(session: Session, text: str, name: str, *, full: bool = False) -> Message:
    stored = files.keep(session, [text.encode()], media_type=XML, now=clock.now())
    since = clock.now().isoformat() if full else None
    return messages.put(
        session, _base(session, ConnectionKind.COMMERCEML).id, kind=CATALOG, direction=Direction.IN,
        key=f"{name}:{stored.sha256[:20]}", file_sha256=stored.sha256,
        payload={"filename": name, "exchange": "1", "full_since": since},
    )  # fmt: skip


CHANGES = ({"Цена": 9_100_000}, {"Цена": 9_200_000}, {"СтатусПомещения": "Продана"})


def _changed_in_1c(base_1c: Demo1C) -> None:
    """By its own people."""
    auth = httpx.BasicAuth(base_1c.login.encode(), base_1c.password.encode())
    units = "/base/odata/standard.odata/Catalog_Помещения"
    with httpx.Client(base_url=base_1c.address, auth=auth, trust_env=False) as http:
        rows = http.get(f"{units}?$format=json&$orderby=Ref_Key").json()["value"]
        for row, change in zip(rows, CHANGES, strict=False):
            asked = http.patch(f"{units}(guid'{row['Ref_Key']}')?$format=json", json=change)
            assert asked.status_code == 200
