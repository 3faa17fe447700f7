"""Moving: rules explain themselves, stale moves are refused, a lost deal frees its flats."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlmodel import select

from domain import deals, estate
from domain.activities.models import Task
from domain.deals import StageStay
from domain.estate import BookingState
from domain.events import Event
from domain.kernel.errors import Refused, Stale

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def move(session, deal, to, by, **how):
    deals.move(
        session, deal, to=to, version=how.pop("version", deal.version), by=by, now=how.pop("now", NOW), **how
    )


def test_a_deal_moves_and_every_stay_is_written_down(session, ivanov_deal, talks, anna):
    move(session, ivanov_deal, talks, anna)

    stays = session.exec(
        select(StageStay).where(StageStay.deal_id == ivanov_deal.id).order_by(StageStay.id)
    ).all()
    assert [stay.left_at for stay in stays] == [NOW, None]
    assert (ivanov_deal.stage.name, ivanov_deal.version) == ("Переговоры", 2)


def test_a_move_locks_its_deal_and_writes_four_rows(session, ivanov_deal, talks, anna, queries):
    left = ivanov_deal.stage

    with queries(5) as sent:
        move(session, ivanov_deal, talks, anna)

    assert sorted(one.split()[0] for one in sent) == ["INSERT", "INSERT", "SELECT", "UPDATE", "UPDATE"]
    assert left is not ivanov_deal.stage


def test_a_card_moved_comes_on_top(session, ivanov_deal, talks, anna, ivanov, flats):
    other = deals.open_deal(session, funnel=flats, title="Вторая", client=ivanov, by=anna, now=NOW)
    move(session, ivanov_deal, talks, anna)
    move(session, other, talks, anna)

    assert other.rank < ivanov_deal.rank


def test_of_a_board_the_two_columns_look_again_and_no_other(session, ivanov_deal, talks, anna):
    left, funnel = ivanov_deal.stage_id, ivanov_deal.stage.funnel_id
    move(session, ivanov_deal, talks, anna)
    session.flush()

    told = session.exec(select(Event).where(Event.name == "deal.moved")).one()
    board = {f"stage-{left}", f"stage-{talks.id}", f"funnel-{funnel}"}
    assert set(told.topics) == board | {f"deal-{ivanov_deal.id}"}


def test_a_stage_says_everything_the_deal_lacks_and_nothing_changes(
    session, ivanov_deal, booking_stage, anna
):
    ivanov_deal.amount = None
    session.flush()

    with pytest.raises(Refused) as no:
        move(session, ivanov_deal, booking_stage, anna)

    assert len(no.value.reasons) == 3 and any("сумм" in reason for reason in no.value.reasons)
    assert (ivanov_deal.stage.name, ivanov_deal.version) == ("Новый", 1)


def test_with_everything_in_place_the_stage_opens(session, ivanov_deal, booking_stage, flat_1, anna):
    session.add(Task(deal_id=ivanov_deal.id, title="Звонок", due_at=NOW, responsible_id=anna.id))
    estate.book(session, flat_1, deal_id=ivanov_deal.id, days=7, by=anna, now=datetime.now(UTC))

    move(session, ivanov_deal, booking_stage, anna)

    assert ivanov_deal.stage.name == "Бронь"


def test_a_rule_nobody_knows_keeps_the_stage_closed(session, ivanov_deal, talks, anna):
    talks.rules = ["signed_by_the_moon"]
    session.flush()

    with pytest.raises(Refused):
        move(session, ivanov_deal, talks, anna)


def test_a_stale_move_names_the_present_place_and_who_moved_it(
    session, ivanov_deal, talks, lost, anna, boris
):
    seen = ivanov_deal.version
    move(session, ivanov_deal, talks, boris)
    session.flush()

    with pytest.raises(Stale, match=r"Переговоры.*Борис Громов"):
        move(session, ivanov_deal, lost, anna, version=seen)


def test_another_funnel_is_no_place_to_drop_on(session, ivanov_deal, anna):
    other = deals.arrange(session, "Агентские", [deals.StagePlan("Заявка")], by=None)

    with pytest.raises(Refused):
        move(session, ivanov_deal, deals.stages_of(session, other.id)[0], anna)


def test_a_lost_deal_frees_its_flats_at_once(session, ivanov_deal, lost, flat_1, anna):
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=7, by=anna, now=NOW)

    move(session, ivanov_deal, lost, anna)

    assert booking.state is BookingState.CANCELLED


def test_the_last_own_move_is_undone_while_nothing_else_happened(session, ivanov_deal, talks, anna, boris):
    move(session, ivanov_deal, talks, anna, now=datetime.now(UTC))
    session.flush()

    deals.step_back(session, ivanov_deal, by=anna, now=datetime.now(UTC))

    assert ivanov_deal.stage.name == "Новый"
    with pytest.raises(Refused):
        deals.step_back(session, ivanov_deal, by=boris, now=datetime.now(UTC))


def test_a_card_lands_right_below_the_one_it_was_dropped_under(session, flats, ivanov, talks, anna):
    cards = [
        deals.open_deal(session, funnel=flats, title=name, client=ivanov, by=anna, now=NOW) for name in "абвг"
    ]
    for card in cards:
        move(session, card, talks, anna)
    _first, second, _third, fourth = cards

    move(session, fourth, talks, anna, after_id=second.id)

    assert in_order(session, talks) == ["в", "б", "г", "а"]


def test_order_survives_more_drops_between_two_cards_than_a_number_has_digits(
    session, flats, ivanov, talks, anna
):
    top, bottom, runner = (
        deals.open_deal(session, funnel=flats, title=name, client=ivanov, by=anna, now=NOW, stage=talks)
        for name in ("верх", "низ", "бегун")
    )
    move(session, bottom, talks, anna, after_id=top.id)
    for _ in range(120):
        move(session, runner, talks, anna, after_id=top.id)
        move(session, bottom, talks, anna, after_id=top.id)

    assert in_order(session, talks) == ["верх", "низ", "бегун"]


def in_order(session, stage):
    session.flush()
    session.expire_all()
    cards = select(deals.Deal.title).where(deals.Deal.stage_id == stage.id).order_by(deals.Deal.rank)
    return list(session.exec(cards))


def test_saving_over_somebody_shows_both_values(session, ivanov_deal, anna, boris):
    seen = ivanov_deal.version
    save = {"title": "Квартира", "responsible_id": anna.id, "now": NOW}
    deals.edit(session, ivanov_deal, version=seen, amount=Decimal(9_000_000), by=boris, **save)

    with pytest.raises(Stale) as no:
        deals.edit(session, ivanov_deal, version=seen, amount=Decimal(7_000_000), by=anna, **save)

    assert any(
        "9\u00a0000\u00a0000" in reason and "7\u00a0000\u00a0000" in reason for reason in no.value.reasons
    )
