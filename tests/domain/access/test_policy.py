"""The one access policy: roles give verbs, the reporting tree gives rows, everything else is denied."""

import pytest
from sqlmodel import col, select

from domain.access import GRANTS, Permission, Role, User, may, rows_of

EVERYBODY = {"anna", "maria", "timur", "boris", "vera", "gleb", "olga", "stas", "admin", "agata", "onec"}


def seen_by(session, user):
    """Whose records this person sees."""
    return set(session.exec(select(User.login).where(rows_of(user, col(User.id)))))


@pytest.mark.parametrize(
    ("login", "rows"),
    [
        ("anna", {"anna"}),
        ("stas", {"stas"}),
        ("boris", {"boris", "anna", "maria", "timur"}),
        ("olga", EVERYBODY),
        ("vera", set()),
        ("admin", set()),
        ("agata", set()),
        ("onec", set()),
    ],
)
def test_the_role_and_the_tree_decide_whose_records_are_seen(session, login, rows):
    user = session.exec(select(User).where(User.login == login)).one()

    assert seen_by(session, user) == rows


def test_a_head_sees_through_every_level_of_the_tree(session, boris, anna, maria):
    maria.chief_id = anna.id
    session.flush()

    assert "maria" in seen_by(session, boris)


def test_an_unknown_role_may_do_nothing(anna):
    anna.role = "wizard"

    assert not any(may(anna, permission) for permission in Permission if permission is not Permission.PUBLIC)


def test_nobody_and_the_disabled_may_only_what_is_public(anna):
    anna.disabled_at = anna.created_at

    for person in (None, anna):
        assert {p for p in Permission if may(person, p)} == {Permission.PUBLIC}


def test_every_role_is_listed_and_the_exchange_user_has_only_its_address():
    assert set(GRANTS) == set(Role)
    assert GRANTS[Role.EXCHANGE] == {Permission.ONEC_SITE}
