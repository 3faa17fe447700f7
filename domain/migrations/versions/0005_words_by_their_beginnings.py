"""words by their beginnings"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SEPARATORS = "«»„“”\"'`.,;:!?()[]{}<>/\\|+*=&%#№@_-–—\t\n\r"
"""As `domain.kernel.seeking` has them."""

WORDS_OF = """
create function words_of(text) returns tsvector immutable parallel safe language sql as $$
    select array_to_tsvector(array_remove(string_to_array(
        translate(lower($1), {given}, {blank}), ' '), ''))
$$
"""
WORDS = (("person", "name"), ("company", "name"), ("deal", "title"))
ENDS = (("person", "phone"), ("company", "phone"))
BEGINNINGS = (("person", "phone"), ("company", "phone"), ("person", "inn"), ("company", "inn"))


def upgrade() -> None:
    given, blank = "ё" + SEPARATORS, "е" + " " * len(SEPARATORS)
    quoted = [
        sa.literal(text).compile(dialect=op.get_bind().dialect, compile_kwargs={"literal_binds": True})
        for text in (given, blank)
    ]
    statement = WORDS_OF.format(given=quoted[0], blank=quoted[1])
    op.get_bind().exec_driver_sql(statement.replace("%", "%%"))
    for table, column in WORDS:
        op.create_index(f"ix_{table}_words", table, [sa.text(f"words_of({column})")], postgresql_using="gin")
    op.drop_index("ix_person_phone", table_name="person")
    for table, column in ENDS:
        op.create_index(f"ix_{table}_{column}_end", table, [sa.text(f"reverse({column}) text_pattern_ops")])
    for table, column in BEGINNINGS:
        op.create_index(f"ix_{table}_{column}", table, [sa.text(f"{column} text_pattern_ops")])
    op.execute("analyze person, company, deal")  # without figures about words the planner reads everything


def downgrade() -> None:
    for table, column in BEGINNINGS:
        op.drop_index(f"ix_{table}_{column}", table_name=table)
    for table, column in ENDS:
        op.drop_index(f"ix_{table}_{column}_end", table_name=table)
    op.create_index("ix_person_phone", "person", ["phone"], unique=False)
    for table, _column in WORDS:
        op.drop_index(f"ix_{table}_words", table_name=table)
    op.execute("drop function words_of(text)")
