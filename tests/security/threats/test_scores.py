"""How points add up, in Redis and without it: the two must not differ in what they find."""

import json
import random
from concurrent.futures import ThreadPoolExecutor

import pytest

from app.core.redis import Breaker
from app.security.threats import scripts
from app.security.threats.blocks import Blocks
from app.security.threats.local_scores import LocalScores
from app.security.threats.scores import Deed, Scores, describe
from app.security.threats.signals import SIGNALS, Noted

CLIENT = "203.0.113.66"
HOUR_MS = 3600 * 1000


def deed(*signals, client=CLIENT):
    return Deed(client, CLIENT, signals, "GET", "/", 404)


def of(name, *details):
    return [deed(Noted(name, detail)) for detail in details or ("",)]


class Remote:
    """The script in Redis, called as LocalScores is."""

    def __init__(self, redis):
        self.add_script = redis.register_script(scripts.ADD)

    def add(self, values):
        points, made = self.add_script(args=[json.dumps(values)])
        return points, made.decode()


@pytest.fixture(params=["redis", "local"])
def table(request, redis):
    return Remote(redis) if request.param == "redis" else LocalScores()


def add(table, deeds, ceiling="blocked"):
    """The last points, and all blocks that were made."""
    answers = [table.add({**describe(each), "ceiling": ceiling}) for each in deeds]
    return answers[-1][0], [json.loads(made) for _, made in answers if made]


@pytest.mark.parametrize(
    "name", [name for name, signal in SIGNALS.items() if not signal.free and signal.every == 1]
)
def test_a_signal_gives_its_points_and_a_detail_counts_once(table, name):
    points, _ = add(table, of(name, "one", "one", "two"))

    assert points == min(2 * SIGNALS[name].points, 100)


@pytest.mark.parametrize("name", ["not_found", "refused_input"])
def test_a_flood_is_twenty_within_a_minute(table, name):
    assert add(table, of(name, *map(str, range(19))))[0] == 0
    assert add(table, of(name, "19"))[0] == 10
    assert add(table, of(name, *map(str, range(20, 40))))[0] == 20


def test_trying_one_account_after_the_other_counts_from_the_sixth(table):
    assert add(table, of("many_accounts", *"abcde"))[0] == 0
    assert add(table, of("many_accounts", *"aabcdefg"))[0] == 40


def test_at_a_hundred_points_a_client_is_blocked_and_all_that_led_to_it_is_kept(table):
    _, blocks = add(table, [*of("attack_shape") * 4, deed(Noted("attack_shape"), Noted("bad_csrf"))])

    (block,) = blocks
    assert (block["client"], block["kind"], block["times"], block["points"]) == (CLIENT, "blocked", 1, 110)
    assert block["until"] - block["since"] == 15 * 60 * 1000
    assert [entry["points"] for entry in block["evidence"]] == [20, 20, 20, 20, 30]
    assert block["evidence"][-1]["signals"] == [["attack_shape", 20], ["bad_csrf", 10]]


def test_what_comes_while_a_block_is_made_makes_no_second_one(table):
    _, blocks = add(table, of("scanner_path") * 6)

    assert len(blocks) == 1


def test_who_is_only_logged_is_logged_once_in_a_while(table):
    _, blocks = add(table, of("scanner_path") * 6, ceiling="logged")

    assert [(block["kind"], block["times"]) for block in blocks] == [("logged", 1)]


def test_an_account_is_slowed_first_and_blocked_when_it_goes_on(table):
    deeds = [deed(Noted("scanner_path"), client="user:ab12") for _ in range(6)]

    _, blocks = add(table, deeds)

    assert [block["kind"] for block in blocks] == ["slowed", "blocked"]
    assert [block["until"] - block["since"] for block in blocks] == [HOUR_MS / 4, HOUR_MS / 2]


def test_the_two_tables_find_the_same_in_the_same_deeds(redis):
    dice, both = random.Random(8), (Remote(redis), LocalScores())
    for _ in range(400):
        names = dice.sample(sorted(SIGNALS), dice.randint(1, 3))
        signals = [Noted(name, dice.choice(["", *map(str, range(30))])) for name in names]
        client, ceiling = dice.choice(["a", "b", "user:c"]), dice.choice(["blocked", "blocked", "logged"])
        values = {**describe(deed(*signals, client=client)), "ceiling": ceiling}

        (points, made), (own_points, own_made) = (table.add(values) for table in both)

        assert points == own_points
        assert bool(made) == bool(own_made)
        if made:
            block, own = json.loads(made), json.loads(own_made)
            lasts = [each.pop("until") - each.pop("since") for each in (block, own)]
            assert lasts[0] == lasts[1]
            assert block == own


def test_who_comes_back_is_kept_out_twice_as_long_up_to_a_day(redis):
    scores, blocks = Scores(Breaker(redis)), Blocks(Breaker(redis))
    hours = []
    for _ in range(9):
        scores.add(deed(Noted("scanner_path")), "blocked")
        made = scores.add(deed(Noted("scanner_path")), "blocked").block
        hours.append((made["until"] - made["since"]) / HOUR_MS)
        blocks.free(made["id"], CLIENT)

    assert hours == [0.25, 0.5, 1, 2, 4, 8, 16, 24, 24]
    assert 0 < redis.ttl(f"threat:repeats:{CLIENT}") <= 7 * 24 * 3600


def test_of_many_who_reach_the_bar_at_once_one_makes_the_block(redis):
    scores = Scores(Breaker(redis))

    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: scores.add(deed(Noted("scanner_path")), "blocked"), range(24)))

    assert len([each for each in made if each]) == redis.xlen(scripts.MADE_KEY) == 1


def test_points_are_forgotten_after_ten_quiet_minutes(redis):
    Scores(Breaker(redis)).add(deed(Noted("scanner_path")), "blocked")

    assert 0 < redis.ttl(f"threat:points:{CLIENT}") <= 600


def test_there_are_no_more_blocks_than_fit_and_the_newest_holds(redis, monkeypatch):
    monkeypatch.setattr(scripts, "ADD", scripts.ADD.replace(f">= {scripts.MOST_BLOCKS}", ">= 3"))
    table = Remote(redis)

    for number in range(5):
        add(table, [deed(Noted("scanner_path"), client=f"203.0.113.{number}") for _ in range(2)])

    assert redis.zrange("threat:blocks", 0, -1) == [f"203.0.113.{number}".encode() for number in (2, 3, 4)]
    assert redis.hlen("threat:facts") == 3


def test_a_client_that_invents_details_fills_no_memory(redis):
    add(Remote(redis), of("many_accounts", *map(str, range(1200))))

    assert redis.scard(f"threat:known:{CLIENT}:many_accounts") < scripts.MOST_DETAILS
    assert redis.llen(f"threat:seen:{CLIENT}") <= scripts.MOST_EVIDENCE
