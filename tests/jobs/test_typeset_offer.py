"""An offer is typeset from data alone: whatever people write is text, and never takes long."""

import io
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pypdf
import pytest
from sqlmodel import Session, select

from domain import files, offers
from domain.access import User
from domain.deals.models import Deal
from domain.estate import Unit
from domain.files.pictures import redrawn
from domain.kernel import clock
from domain.offers import documents
from domain.offers.content import Content, Drawing, Mortgage, Offered, Plan, Seller
from domain.offers.models import OfferDocument
from domain.offers.mortgages import credit
from domain.offers.payments import Period, Terms, by_terms
from domain.offers.sheet import sheet
from jobs import sweeping
from jobs.offers import typesetting
from jobs.offers.typeset_offer import typeset_offer
from jobs.offers.typesetting import NotTypeset, typeset
from jobs.work import unit_of_work
from tests.web.walls import uploads

SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 30"><rect width="30" height="20"/></svg>'
MADE = datetime(2026, 11, 28, 12, 30, 15, 123456, tzinfo=UTC)
START = date(2026, 11, 28)
ODD = (
    '#panic("x") $x^2$ *жирный* _курсив_ = заголовок @ссылка <метка> `код` \\ #sys.inputs '
    '"кавычки" \'и такие\' «ёлочки» <script>alert(1)</script> 😀 #import "a.typ": b [ ] { }'
)


def content(**changed) -> Content:
    price = Decimal(8_940_000)
    unit = Offered(
        1, "flat", "104", 2, Decimal("54.30"), Decimal(31), Decimal("12.40"), "pre_fine", 9, 2, "Дом 2",
        "ЖК «Сосновый берег»", "Санкт-Петербург", price,
    )  # fmt: skip
    plan = tuple(by_terms(price, Terms(Decimal(30), None, 11, Period.MONTHLY), start=START))
    mortgage = Mortgage(1, "Банк", "Семейная", "family", START, Decimal(2_000_000),
                        credit(Decimal(6_940_000), rate=Decimal(6), months=240))  # fmt: skip
    usual = {
        "units": (unit,), "plans": (Plan("Рассрочка", Decimal(0), price, plan),), "mortgages": (mortgage,),
        "conditions": "Две строки.\nВторая.", "seller": Seller("Анна Королёва", "+79213041822"),
        "valid_until": date(2026, 12, 5),
    }  # fmt: skip
    return Content(**usual | changed)


def printed(**changed) -> tuple[str, int]:
    """The text of the document, and its pages."""
    pdf = typeset(sheet(content(**changed), offer_id=12, version=2, made_at=MADE), made_at=MADE)
    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages
    return "\n".join(page.extract_text() for page in pages).replace("\xa0", " "), len(pages)


def test_everything_a_client_asks_about_is_in_the_document():
    text, pages = printed()

    for said in ("Предложение № 12", "версия 2", "ЖК «Сосновый берег»", "Квартира № 104", "8 940 000 ₽",
                 "Действует до 5 декабря 2026", "28.10.2027", "2 682 000,00 ₽", "Семейная", "Ставка",
                 "Анна Королёва", "+7 921 304-18-22", "Вторая.", f"Страница 1 из {pages}"):  # fmt: skip
        assert said in text, said


def test_what_looks_like_the_layout_s_language_is_printed_as_it_is():
    text, _pages = printed(conditions=ODD, seller=Seller('#panic("имя") $1$', None))

    flat = " ".join(text.split())
    assert ODD in flat and '#panic("имя") $1$' in flat


@pytest.mark.parametrize("name", ["И" * 5_000, "очень " * 800, "👩‍👩‍👧" * 500, "\u202eтворс\u202c \u200b"])
def test_a_name_without_end_makes_more_pages_and_nothing_worse(name):
    text, pages = printed(seller=Seller(name, None))

    assert pages < 15 and name.strip("\u202e")[0] in text


def test_a_plan_of_a_hundred_payments_goes_over_pages_with_its_head():
    price = Decimal(8_940_000)
    plan = tuple(by_terms(price, Terms(None, None, 119), start=START))

    text, pages = printed(plans=(Plan("Десять лет", Decimal(0), price, plan),))

    assert pages >= 3 and text.count("Доля") >= 3


def test_the_same_sheet_is_the_same_bytes():
    one = sheet(content(), offer_id=12, version=2, made_at=MADE)

    assert typeset(one, made_at=MADE) == typeset(one, made_at=MADE)


def test_a_sheet_that_is_none_is_an_error_of_ours_in_one_line():
    with pytest.raises(NotTypeset) as no:
        typeset({"title": "мало"}, made_at=MADE)

    assert "\n" not in str(no.value)


def test_typesetting_that_does_not_end_is_ended(monkeypatch, tmp_path):
    endless = tmp_path / "offer.typ"
    endless.write_text("#let n = 0\n#while true { n = n + 1; if n < 0 { break } }", "utf-8")
    monkeypatch.setattr(typesetting, "SECONDS", 1)
    monkeypatch.setattr(typesetting, "PROGRAM", [*typesetting.PROGRAM, str(endless)])

    with pytest.raises(NotTypeset):
        typeset({}, made_at=MADE)


@pytest.fixture
def document(database, session: Session) -> int:
    deal = session.exec(select(Deal)).one()
    anna = session.get_one(User, deal.responsible_id)
    unit = session.exec(select(Unit).where(Unit.number == "1")).one()
    now = clock.now()
    wanted = offers.Wanted([unit.id], now.date() + timedelta(days=3))
    made = offers.compose(session, deal, wanted, seller=anna.name, now=now).content
    number = offers.make(session, deal, made, by=anna, now=now).document_id
    session.commit()
    return number


def test_the_job_keeps_the_document_once(document, session):
    typeset_offer.fn(document)
    typeset_offer.fn(document)

    kept = session.get_one(OfferDocument, document)
    pdf = files.path_of(kept.sha256).read_bytes()
    assert pdf.startswith(b"%PDF-") and kept.made_at
    with unit_of_work(read_only=True) as reading:
        assert documents.due(reading, now=clock.now() + timedelta(days=1)) == []


def test_the_clock_makes_what_nobody_was_woken_for(document, session, monkeypatch):
    monkeypatch.setattr(sweeping.queue, "enqueue", lambda *_: False)
    monkeypatch.setattr(sweeping.queue, "is_crowded", lambda _: False)

    sweeping.typeset_offers()

    assert session.get_one(OfferDocument, document).sha256


def test_a_failure_is_put_off_and_told(document, session, monkeypatch):
    def broken(*_, **__):
        raise NotTypeset("so")

    monkeypatch.setattr("jobs.offers.typeset_offer.typeset", broken)

    typeset_offer.fn(document)

    put_off = session.get_one(OfferDocument, document)
    assert put_off.tries == 1 and put_off.sha256 is None and put_off.due_at > clock.now()
    assert json.dumps(put_off.source)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP", "SVG"])
def test_drawings_of_every_kind_stand_beside_the_price(session, kind):
    picture = io.BytesIO(SVG if kind == "SVG" else uploads.picture(kind, (300, 200)))
    kept = redrawn(picture, f"plan.{kind.lower()}")
    sha256 = files.keep(session, [kept.content], media_type=kept.media_type, now=MADE).sha256
    corners = ((0.5, 0.1), (0.9, 0.1), (0.9, 0.8))
    plan = Drawing(sha256, sha256, kept.media_type, kept.width, kept.height)
    unit = replace(content().units[0], plan=plan, on_floor=replace(plan, corners=corners))

    text, pages = printed(units=(unit,))

    assert "8 940 000 ₽" in text and "54,3" in text and pages <= 2
    pdf = typeset(sheet(content(units=(unit,)), offer_id=1, version=1, made_at=MADE), made_at=MADE)
    assert len(pdf) > len(typeset(sheet(content(), offer_id=1, version=1, made_at=MADE), made_at=MADE))


def test_a_drawing_that_is_lost_is_an_error_of_ours_and_not_another_offer(session):
    lost = Drawing("0" * 64, "0" * 64, "image/png", 8, 8)
    unit = replace(content().units[0], plan=lost)

    with pytest.raises(NotTypeset):
        printed(units=(unit,))
