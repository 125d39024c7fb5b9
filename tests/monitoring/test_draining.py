"""A web server that is told to stop: proxies hear of it before it goes."""

import signal
import subprocess
import urllib.error
import urllib.request

import pytest

from tests.support.shop import open_shop
from tests.support.waiting import PATIENCE_S, wait_for

pytestmark = [pytest.mark.processes, pytest.mark.slow]


def test_proxies_hear_that_it_goes_while_it_still_serves():
    with open_shop(WEB_DRAIN_SECONDS="4") as shop:
        web: subprocess.Popen[bytes] = shop.processes["web"]
        web.send_signal(signal.SIGTERM)
        wait_for(lambda: shop.health().get("status") == "draining", what="the word that it goes")

        with urllib.request.urlopen(f"{shop.url}/", timeout=PATIENCE_S) as page:
            assert page.status == 200
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(f"{shop.url}/api/health/ready", timeout=PATIENCE_S)
        refused.value.close()

        assert refused.value.code == 503
        assert web.wait(PATIENCE_S) == 0


def test_whoever_cannot_wait_tells_it_twice():
    with open_shop(WEB_DRAIN_SECONDS="60") as shop:
        web = shop.processes["web"]
        web.send_signal(signal.SIGTERM)
        wait_for(lambda: shop.health().get("status") == "draining", what="the word that it goes")

        web.send_signal(signal.SIGTERM)

        assert web.wait(PATIENCE_S) == 0
