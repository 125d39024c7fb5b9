"""Pictures that are still prepared, when a product was edited, and files of products to import."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "catalogue_import",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("file_name", sa.String(length=120), nullable=False),
        sa.Column("actor", sa.String(length=80), nullable=False),
        sa.Column("actor_role", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=300), server_default="", nullable=False),
        sa.Column("created_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=True),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_catalogue_import")),
    )
    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.add_column(sa.Column("edited_at", sa.BigInteger(), nullable=True))

    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.add_column(sa.Column("large", sa.String(length=120), nullable=True))
        batch_op.add_column(sa.Column("state", sa.String(length=10), server_default="ready", nullable=False))
        batch_op.add_column(sa.Column("problem", sa.String(length=120), server_default="", nullable=False))
        batch_op.create_check_constraint(
            op.f("ck_picture_state"), "state IN ('preparing', 'ready', 'failed')"
        )


def downgrade() -> None:
    with op.batch_alter_table("picture", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_picture_state"))
        batch_op.drop_column("problem")
        batch_op.drop_column("state")
        batch_op.drop_column("large")

    with op.batch_alter_table("product", schema=None) as batch_op:
        batch_op.drop_column("edited_at")

    op.drop_table("catalogue_import")
