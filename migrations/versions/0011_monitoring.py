"""Events know the request that they were announced in.

The previous release goes on writing and reading beside it: its events have an empty one.
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not a batch: copying the table of events would hold up everybody who writes.
    op.add_column("outbox", sa.Column("request_id", sa.String(length=32), server_default="", nullable=False))


def downgrade() -> None:
    op.drop_column("outbox", "request_id")
