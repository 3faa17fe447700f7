"""agents"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ROLES = ("manager", "head", "engineer", "accountant", "admin", "exchange")


def upgrade() -> None:
    _allow((*ROLES, "agent"))


def downgrade() -> None:
    op.execute(
        "update app_user set role = 'engineer', disabled_at = coalesce(disabled_at, now()) where role = 'agent'"
    )
    _allow(ROLES)


def _allow(roles: tuple[str, ...]) -> None:
    op.drop_constraint("role", "app_user", type_="check")
    listed = ", ".join(f"'{role}'" for role in roles)
    op.create_check_constraint("role", "app_user", f"role in ({listed})")
