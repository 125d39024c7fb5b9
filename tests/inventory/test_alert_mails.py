"""Who is told of an alert, when, and how often."""

import sqlalchemy as sa

from app.core import jobs
from app.core.database import db, run_transaction
from app.core.mail import Mail
from app.inventory.alert_mails import GATHER_MS, remind, send_alert_mails
from app.inventory.alerts import acknowledge
from app.security.users import disable_user
from tests.factories import make_product, make_user
from tests.inventory.alerting import DAY_MS, MIRA, age_alerts, all_alerts, move_to


def mails():
    db.session.rollback()
    return db.session.scalars(sa.select(Mail).order_by(Mail.id)).all()


def run_jobs(app):
    jobs.work(app, app.config["SETTINGS"].REDIS_URL, jobs.QUEUES, burst=True)


def run_out(sku, **options):
    make_product(sku=sku, stock=20, threshold=10, **options)
    move_to(sku, 3)


def acknowledge_all():
    return run_transaction(lambda: acknowledge([alert.id for alert in all_alerts()], MIRA))


def test_a_job_on_the_critical_queue_mails_all_active_staff_and_admins(app, redis):
    for role in ("staff", "admin", "agent", "shopper"):
        make_user(role, email=f"{role}@example.test")
    make_user("staff", email="gone@example.test")
    disable_user("gone@example.test")

    run_out("CUP", name="Harbour cup")
    assert jobs.queue_of(redis, "critical").count == 1
    run_jobs(app)

    assert sorted(mail.to for mail in mails()) == ["admin@example.test", "staff@example.test"]
    mail = mails()[0]
    assert mail.subject == "CUP is running low"
    assert "Harbour cup" in mail.body
    assert "3 left, low at 10" in mail.body
    assert "/staff/inventory/alerts" in mail.body


def test_what_ran_out_says_so(any_app):
    make_user("staff")
    make_product(sku="CUP", stock=20)
    move_to("CUP", 0)

    send_alert_mails()

    assert mails()[0].subject == "CUP is out of stock"


def test_a_job_that_runs_twice_mails_once(any_app):
    make_user("staff")
    run_out("CUP")

    assert [send_alert_mails(), send_alert_mails()] == [1, 0]
    age_alerts(GATHER_MS)

    assert send_alert_mails() == 0
    assert len(mails()) == 1


def test_several_alerts_are_one_mail_that_counts_and_names_them(any_app):
    make_user("staff")
    for sku in ("CUP", "VASE"):
        run_out(sku)

    assert send_alert_mails() == 2

    assert [mail.subject for mail in mails()] == ["2 SKUs are running out"]
    assert "(CUP)" in mails()[0].body
    assert "(VASE)" in mails()[0].body


def test_what_follows_a_mail_is_gathered_for_a_moment(any_app):
    make_user("staff")
    run_out("CUP")
    send_alert_mails()
    run_out("VASE")

    assert send_alert_mails() == 0
    age_alerts(GATHER_MS)

    assert send_alert_mails() == 1
    assert len(mails()) == 2


def test_a_burst_is_one_digest_when_it_is_over(any_app):
    make_user("staff")
    for number in range(25):
        run_out(f"CUP-{number}")

    run_jobs(any_app)
    assert mails() == []
    age_alerts(61_000)
    send_alert_mails()

    assert [mail.subject for mail in mails()] == ["25 SKUs are running out"]


def test_a_long_digest_names_the_first_and_counts_the_rest(any_app):
    make_user("staff")
    for number in range(53):
        run_out(f"CUP-{number}")
    age_alerts(61_000)

    send_alert_mails()

    assert mails()[0].subject == "53 SKUs are running out"
    assert "- and 3 more" in mails()[0].body


def test_what_is_resolved_or_acknowledged_before_the_mail_is_no_news(any_app):
    make_user("staff")
    run_out("CUP")
    move_to("CUP", 30)
    assert send_alert_mails() == 0

    run_out("VASE")
    acknowledge_all()

    assert send_alert_mails() == 0


def test_without_anybody_to_tell_the_alert_waits_for_somebody(any_app):
    run_out("CUP")
    assert send_alert_mails() == 0
    make_user("staff")

    assert send_alert_mails() == 1


def test_after_a_day_without_an_acknowledgement_there_is_one_reminder(any_app):
    make_user("staff")
    run_out("CUP")
    send_alert_mails()

    age_alerts(DAY_MS - 60_000)
    assert remind() == 0
    age_alerts(60_000)
    assert [remind(), remind()] == [1, 0]
    age_alerts(2 * DAY_MS)

    assert remind() == 0
    assert [mail.subject for mail in mails()][1:] == ["Reminder: CUP is running low"]


def test_who_acknowledged_is_not_reminded(any_app):
    make_user("staff")
    run_out("CUP")
    send_alert_mails()
    acknowledge_all()
    age_alerts(DAY_MS)

    assert remind() == 0
