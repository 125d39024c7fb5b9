"""Where a push may go: to the push services that are known, however an address is written."""

import pytest

from app.notifications.devices import endpoints
from app.notifications.devices.endpoints import BlockedEndpoint


@pytest.mark.parametrize(
    "url",
    [
        "https://fcm.googleapis.com/fcm/send/abc",
        "https://updates.push.services.mozilla.com/wpush/v2/abc",
        "https://web.push.apple.com/abc",
        "https://wns2-par02p.notify.windows.com/w/?token=abc",
        "https://fcm.googleapis.com:443/fcm/send/abc",
    ],
)
def test_the_push_services_are_known(app, url):
    found = endpoints.check_endpoint(url)

    assert found.url == url
    assert found.origin == f"https://{found.host}"


@pytest.mark.parametrize(
    "url",
    [
        "http://fcm.googleapis.com/fcm/send/abc",
        "https://fcm.googleapis.com:8443/abc",
        "https://fcm.googleapis.com.evil.tld/abc",
        "https://evilfcm.googleapis.com/abc",
        "https://fcm.googleapis.com@10.0.0.5/abc",
        "https://user@fcm.googleapis.com/abc",
        "https://10.0.0.5/x.google.com/",
        "https://127.0.0.1/abc",
        "https://2130706433/abc",
        "https://0x7f.1/abc",
        "https://[::1]/abc",
        "https://[::ffff:127.0.0.1]/abc",
        "https://localhost/abc",
        "https://push.apple.com./abc",
        "https://fcm.googleapis.com/abc#part",
        "https://fcm.googleapis.com\\@127.0.0.1/abc",
        "https://fcm.googleapis.com/a b",
        "https://fcm.googleapis.com/\r\nHost: x",
        "https://fcm.googleapis.com",
        "https://fcm.googleapis.com:99999/abc",
        "https://fcm.googleap\u0131s.com/abc",
        "ftp://fcm.googleapis.com/abc",
        "javascript:alert(1)",
        "",
        "https://fcm.googleapis.com/" + "a" * 1024,
    ],
)
def test_anything_else_is_refused_and_not_told_why(app, url):
    with pytest.raises(BlockedEndpoint) as refused:
        endpoints.check_endpoint(url)

    assert refused.value.detail == BlockedEndpoint.title


def test_extra_services_are_those_of_the_settings_alone(make_app):
    app = make_app(PUSH_EXTRA_ORIGINS="http://127.0.0.1:9000")
    with app.app_context():
        assert endpoints.check_endpoint("http://127.0.0.1:9000/abc").origin == "http://127.0.0.1:9000"
        with pytest.raises(BlockedEndpoint):
            endpoints.check_endpoint("http://127.0.0.1:9001/abc")
