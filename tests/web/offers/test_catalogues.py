"""Templates of payments and mortgage programmes: kept by the head, seen by the sellers."""

import pytest
from sqlmodel import select

from domain.events import Event
from domain.offers.models import MortgageProgramme, PaymentTemplate
from tests.web.offers.conftest import today

TEMPLATE = {"name": "На год", "first_percent": "30", "payments": "12", "extra_percent": "4,5"}
PROGRAMME = {
    "bank": "Банк", "name": "ИТ", "kind": "it", "rate": "6,5", "least_down_percent": "20,1",
    "longest_months": "360", "valid_from": str(today()), "rates_of": str(today()),
}  # fmt: skip


@pytest.mark.parametrize(
    ("path", "form", "kind", "named"),
    [("/payment-templates", TEMPLATE, PaymentTemplate, "30 % сразу, затем 12 платежей раз в месяц"),
     ("/mortgage-programmes", PROGRAMME, MortgageProgramme, "ИТ, для ИТ, 6,5 %")],
)  # fmt: skip
def test_the_head_keeps_one_and_sellers_see_it(open_client, session, path, form, kind, named):
    boris = open_client("boris")

    assert boris.post(path, data=form).status_code == 303
    again = boris.post(path, data=form)

    made = session.exec(select(kind)).one()
    assert again.status_code == 409 and "уже есть" in again.text
    assert named in open_client("anna").get(path).text.replace("\xa0", " ")
    for login, status in (("anna", 403), ("vera", 403), ("olga", 303), ("stas", 403)):
        assert open_client(login).post(f"{path}/{made.id}/retirement").status_code == status
    assert open_client("boris").post(f"{path}/{made.id}/return").status_code == 303
    of_it = select(Event.name).where(Event.subject_kind == kind.__name__.lower())
    names = session.exec(of_it.order_by(Event.id)).all()
    assert [name.rpartition(".")[2] for name in names] == ["added", "retired", "returned"]


@pytest.mark.parametrize(
    ("path", "form", "wrong"),
    [
        ("/payment-templates", TEMPLATE | {"name": ""}, "от 1 до 100 знаков"),
        ("/payment-templates", TEMPLATE | {"first_amount": "500 000"}, "одно из двух"),
        ("/payment-templates", TEMPLATE | {"first_percent": "100"}, "меньше 100"),
        ("/payment-templates", TEMPLATE | {"first_percent": "тридцать"}, "цифрами"),
        ("/payment-templates", TEMPLATE | {"payments": "120"}, "От 0 до 119"),
        ("/payment-templates", TEMPLATE | {"last_on": "2026-02-31"}, "Выберите дату"),
        ("/mortgage-programmes", PROGRAMME | {"rate": ""}, "Заполните это поле"),
        ("/mortgage-programmes", PROGRAMME | {"rate": "101"}, "От 0 до 100"),
        ("/mortgage-programmes", PROGRAMME | {"longest_months": "0"}, "От 1 до 600"),
        (
            "/mortgage-programmes",
            PROGRAMME | {"least_credit": "2", "most_credit": "1"},
            "наименьшего кредита",
        ),
        ("/mortgage-programmes", PROGRAMME | {"valid_to": "2001-01-01"}, "Не раньше первого дня"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_kept(open_client, session, path, form, wrong):
    answer = open_client("boris").post(path, data=form)

    assert answer.status_code == 422 and wrong in answer.text and 'aria-invalid="true"' in answer.text
    assert not session.exec(select(PaymentTemplate)).all() + session.exec(select(MortgageProgramme)).all()


def test_a_save_over_somebody_else_s_shows_both(open_client, session, instalments):
    boris, path = open_client("boris"), f"/payment-templates/{instalments.id}"
    assert 'name="version" value="1"' in boris.get(f"{path}/edit").text
    boris.post(path, data=TEMPLATE | {"version": "1", "name": "Первое"})

    late = boris.post(path, data=TEMPLATE | {"version": "1", "name": "Второе"})

    assert late.status_code == 409
    assert "Сейчас: «Первое»" in late.text and 'value="Второе"' in late.text
    session.refresh(instalments)
    assert instalments.name == "Первое"


def test_programmes_answer_side_by_side(open_client, family):
    open_client("boris").post("/mortgage-programmes", data=PROGRAMME)
    anna = open_client("anna")

    told = anna.get("/mortgage-programmes?price=9 000 000&down=25 %25&years=20").text.replace("\xa0", " ")
    assert "50 326,19 ₽" in told and "Кредит — не больше 6 000 000 ₽" in told
    assert "цифрами" in anna.get("/mortgage-programmes?price=много").text
    assert "Первый взнос меньше цены" in anna.get("/mortgage-programmes?price=10&down=10").text


def test_what_is_not_offered_any_more_is_not_in_the_composer(open_client, flat_1, instalments, family):
    boris = open_client("boris")
    boris.post(f"/payment-templates/{instalments.id}/retirement")
    boris.post(f"/mortgage-programmes/{family.id}/retirement")

    page = open_client("anna").get(f"/offers/new?units={flat_1.id}").text

    assert 'name="template"' not in page and 'name="programme"' not in page
