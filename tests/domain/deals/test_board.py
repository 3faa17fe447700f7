"""The board: figures and cards agree, rows come through the person, filters say what they leave."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from domain import deals, estate
from domain.activities.models import Task
from domain.deals.board import FIRST_CARDS, board, columns, listing
from domain.deals.cards import Lens, Pace, Which
from domain.deals.funnels import heads_of, outlines
from domain.deals.models import Funnel

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def open_deal(session, flats, client, by, **more):
    return deals.open_deal(
        session, funnel=flats, title=more.pop("title", "Квартира"), client=client, by=by, now=NOW, **more
    )


def look(session, user, funnel, **lens):
    return board(session, user, heads_of(session, funnel.id), Lens(**lens), now=NOW)


def plan(session, deal, due_at):
    session.add(Task(deal_id=deal.id, title="Позвонить", due_at=due_at, responsible_id=deal.responsible_id))
    session.flush()


def test_every_stage_tells_its_count_and_sum_also_when_empty(session, anna, flats, ivanov, ivanov_deal):
    open_deal(session, flats, ivanov, anna, amount=Decimal("2000000.50"))

    first, second, *_rest = look(session, anna, flats).columns

    assert (first.name, first.count, first.sum) == ("Новый", 2, Decimal("10000000.50"))
    assert [card.client for card in first.cards] == [ivanov.name, ivanov.name]
    assert (second.count, second.sum, second.cards) == (0, 0, ())


def test_figures_count_all_deals_though_only_the_first_cards_are_shown(session, anna, flats, ivanov):
    for _number in range(FIRST_CARDS + 4):
        open_deal(session, flats, ivanov, anna, amount=Decimal(1))

    first = look(session, anna, flats).columns[0]

    assert (first.count, len(first.cards), first.more) == (FIRST_CARDS + 5, FIRST_CARDS, 5)


def test_a_column_unrolls_and_never_repeats_a_card(session, anna, flats, ivanov, new_stage):
    for _number in range(FIRST_CARDS + 4):
        open_deal(session, flats, ivanov, anna)

    (whole,) = columns(session, anna, heads_of(session, flats.id), [new_stage.id], Lens(), shown=60, now=NOW)

    assert len({card.id for card in whole.cards}) == FIRST_CARDS + 5
    assert whole.more == 0


def test_activity_figures_follow_the_nearest_open_step(session, anna, flats, ivanov, ivanov_deal):
    late, today, later, without = (open_deal(session, flats, ivanov, anna) for _ in range(4))
    plan(session, late, NOW - timedelta(hours=1))
    plan(session, late, NOW + timedelta(days=3))
    plan(session, today, NOW + timedelta(hours=2))
    plan(session, later, NOW + timedelta(days=1))
    session.add(Task(deal_id=without.id, title="Было", due_at=NOW, done_at=NOW, responsible_id=anna.id))
    session.flush()

    first = look(session, anna, flats).columns[0]

    assert first.paces == {Pace.OVERDUE: 1, Pace.TODAY: 1, Pace.PLANNED: 1, Pace.NONE: 2}
    told = {card.id: card.pace for card in first.cards}
    assert [told[deal.id] for deal in (late, today, later, without)] == list(Pace)


@pytest.mark.parametrize("which, left", [(Which.OVERDUE, 1), (Which.NO_STEP, 1), (Which.ALL, 2)])
def test_a_filter_leaves_what_its_count_promised(session, anna, flats, ivanov, ivanov_deal, which, left):
    plan(session, open_deal(session, flats, ivanov, anna), NOW - timedelta(days=1))

    shown = look(session, anna, flats, which=which)

    assert shown.seen[which] == shown.count == len(shown.columns[0].cards) == left


def test_a_manager_sees_own_deals_a_head_the_subtree_a_stranger_and_an_engineer_nothing(
    session, flats, ivanov_deal, anna, maria, boris, stas, vera, olga
):
    counts = {who.login: look(session, who, flats).count for who in (anna, maria, boris, stas, vera, olga)}

    assert counts == {"anna": 1, "maria": 0, "boris": 1, "stas": 0, "vera": 0, "olga": 1}


def test_mine_for_a_head_is_what_the_head_keeps(session, flats, ivanov, boris, ivanov_deal):
    open_deal(session, flats, ivanov, boris)

    shown = look(session, boris, flats, which=Which.MINE)

    assert shown.count == 1 and shown.seen[Which.ALL] == 2


@pytest.mark.parametrize("words", ["иванов", "ДВУХКОМНАТНАЯ", "петр", "№ {id}", "{id}"])
def test_words_find_by_number_title_and_client(session, anna, flats, ivanov_deal, mayak, words):
    other = open_deal(session, flats, mayak, anna, title="Офис")

    cards = look(session, anna, flats, words=words.format(id=ivanov_deal.id)).columns[0].cards

    assert other.id != ivanov_deal.id and [card.id for card in cards] == [ivanov_deal.id]


@pytest.mark.parametrize("words", ["%", "_", "\\", "'", "9" * 40])
def test_words_are_words_and_not_a_pattern(session, anna, flats, ivanov_deal, words):
    assert look(session, anna, flats, words=words).count == 0


def test_a_closed_stage_counts_this_month_only_and_shows_no_cards(
    session, anna, flats, ivanov, ivanov_deal, lost
):
    for deal, moment in ((ivanov_deal, NOW), (open_deal(session, flats, ivanov, anna), NOW - timedelta(40))):
        deals.move(session, deal, to=lost, version=deal.version, by=anna, now=moment)

    refused = look(session, anna, flats).columns[-1]

    assert (refused.name, refused.count, refused.cards) == ("Отказ", 1, ())


def test_a_card_tells_its_booking_its_days_and_the_rules_it_lacks(
    session, anna, flats, ivanov_deal, flat_1, new_stage
):
    new_stage.norm_days = 3
    ivanov_deal.stage_entered_at = NOW - timedelta(days=4)
    booking = estate.book(session, flat_1, deal_id=ivanov_deal.id, days=3, by=anna, now=datetime.now(UTC))

    (card,) = look(session, anna, flats).columns[0].cards

    assert (card.booked_unit, card.booked_until) == ("1", booking.until)
    assert (card.days, card.late) == (4, True)
    assert card.unmet == {"next_step"}


def test_the_board_asks_once_for_everything_and_once_a_rule(session, anna, flats, ivanov, queries):
    for _number in range(FIRST_CARDS):
        open_deal(session, flats, ivanov, anna)
    session.flush()

    with queries(2):
        look(session, anna, flats)


def test_a_funnel_without_stages_is_chosen_among_as_well(session, flats):
    session.add(Funnel(name="Пустая", position=flats.position + 100))
    session.flush()

    *_others, empty = outlines(session)

    assert (empty.name, empty.heads) == ("Пустая", [])
    assert next(one for one in outlines(session) if one.id == flats.id).heads == heads_of(session, flats.id)


def test_the_list_has_the_deals_of_the_board_in_its_order(session, anna, flats, ivanov, ivanov_deal, talks):
    second = open_deal(session, flats, ivanov, anna)
    deals.move(session, second, to=talks, version=1, by=anna, now=NOW)

    rows = listing(session, anna, flats.id, Lens(), now=NOW)

    assert [(row.id, row.stage) for row in rows] == [(ivanov_deal.id, "Новый"), (second.id, "Переговоры")]
