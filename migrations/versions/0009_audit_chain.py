"""The audit's entries as a chain that nobody changes.

The entries that are there already get their places from the clock, a few hundred at a time: a long table would hold up the
deploy. What the previous release writes while it is being replaced has none either, and gets one the same way.
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

# An entry is never deleted, and changed once at most: to get its place. SQLite drops a trigger with its table, so a later
# migration that copies audit_entry must make these again.
SQLITE_TRIGGERS = (
    """CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
    BEGIN SELECT RAISE(ABORT, 'audit entries are kept'); END""",
    """CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry
    WHEN OLD.sequence IS NOT NULL OR NEW.sequence IS NULL
    BEGIN SELECT RAISE(ABORT, 'audit entries are not changed'); END""",
)
POSTGRES_TRIGGERS = (
    """CREATE FUNCTION keep_audit_entry() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      IF TG_OP <> 'UPDATE' THEN
        RAISE EXCEPTION 'audit entries are kept';
      ELSIF OLD.sequence IS NOT NULL OR NEW.sequence IS NULL THEN
        RAISE EXCEPTION 'audit entries are not changed';
      END IF;
      RETURN NEW;
    END $$""",
    """CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
    FOR EACH ROW EXECUTE FUNCTION keep_audit_entry()""",
    """CREATE TRIGGER audit_entry_not_emptied BEFORE TRUNCATE ON audit_entry
    FOR EACH STATEMENT EXECUTE FUNCTION keep_audit_entry()""",
)


def upgrade() -> None:
    op.add_column("audit_entry", sa.Column("sequence", sa.BigInteger(), nullable=True))
    op.add_column("audit_entry", sa.Column("placed_at", sa.BigInteger(), nullable=True))
    op.add_column("audit_entry", sa.Column("prev_hash", sa.String(length=64), nullable=True))
    op.add_column("audit_entry", sa.Column("hash", sa.String(length=64), nullable=True))
    op.create_index("ix_audit_entry_sequence", "audit_entry", ["sequence"], unique=True)
    op.create_index("ix_audit_entry_actor", "audit_entry", ["actor", "at"])
    op.create_index("ix_audit_entry_action", "audit_entry", ["action", "at"])
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for trigger in SQLITE_TRIGGERS if is_sqlite else POSTGRES_TRIGGERS:
        op.execute(trigger)


def downgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_entry_kept")
        op.execute("DROP TRIGGER audit_entry_unchanged")
    else:
        op.execute("DROP TRIGGER audit_entry_kept ON audit_entry")
        op.execute("DROP TRIGGER audit_entry_not_emptied ON audit_entry")
        op.execute("DROP FUNCTION keep_audit_entry()")
    for name in ("action", "actor", "sequence"):
        op.drop_index(f"ix_audit_entry_{name}", "audit_entry")
    for name in ("hash", "prev_hash", "placed_at", "sequence"):
        op.drop_column("audit_entry", name)
