"""accounts: what waits for a mail's link, tries to sign in, when a login was last used, tokens that expire."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# Each may be missing: the release before this one writes rows without them.
NEW = (("login_session", "last_seen_at"), ("user_account", "last_login_at"), ("api_token", "expires_at"))


def upgrade() -> None:
    for table, column in NEW:
        with op.batch_alter_table(table) as batch:
            batch.add_column(sa.Column(column, sa.BigInteger(), nullable=True))
    op.create_table(
        "registration",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("password_hash", sa.String(length=200), nullable=False),
        sa.Column("return_to", sa.String(length=300), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_registration"),
        sa.UniqueConstraint("email", name="uq_registration_email"),
    )
    op.create_index("ix_registration_expires_at", "registration", ["expires_at"])
    op.create_table(
        "address_change",
        sa.Column("id", sa.String(length=32), nullable=False),
        sa.Column("user_id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("expires_at", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(["user_id"], ["user_account.id"], name="fk_address_change_user_id"),
        sa.PrimaryKeyConstraint("id", name="pk_address_change"),
        sa.UniqueConstraint("user_id", name="uq_address_change_user_id"),
    )
    op.create_index("ix_address_change_expires_at", "address_change", ["expires_at"])
    op.create_table(
        "login_tries",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("blocked_until", sa.BigInteger(), nullable=False),
        sa.Column("tried_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_login_tries"),
    )
    op.create_index("ix_login_tries_tried_at", "login_tries", ["tried_at"])


def downgrade() -> None:
    for table in ("login_tries", "address_change", "registration"):
        op.drop_table(table)
    for table, column in NEW:
        with op.batch_alter_table(table) as batch:
            batch.drop_column(column)
