# SPDX-License-Identifier: MIT
"""Who is let in, when, and what those who wait are told about it."""

import pytest

from support.catalogue import catalogue
from support.times import instant, later, seconds_between

ENTRY_WINDOW = 120


def admitted_at(client, token):
    """The instant of an admission, from the end of its entry window."""
    state = client.poll(token).ok()
    assert state["status"] == "ADMITTED", state
    return later(state["expiresAt"], -ENTRY_WINDOW)


class TestCapacity:
    def test_admitted_and_entered_together_are_bounded(self, start):
        client = start(catalogue(maxActive=3)).client()
        tokens = [client.join(f"user-{number}").ok(201) for number in range(6)]
        assert [token["status"] for token in tokens] == ["ADMITTED"] * 3 + ["WAITING"] * 3
        for token in tokens[:2]:
            client.enter(token["token"]).ok()
        assert [client.status(token["token"]) for token in tokens[3:]] == ["WAITING"] * 3
        line = client.line().ok()
        assert (line["active"], line["maxActive"]) == (3, 3)
        client.leave(tokens[1]["token"]).ok(204)
        assert [client.status(token["token"]) for token in tokens[3:]] == ["ADMITTED", "WAITING", "WAITING"]

    def test_first_come_first_served(self, start):
        server = start(catalogue(maxActive=1))
        client = server.client()
        tokens = [client.joined(f"user-{number}") for number in range(12)]
        for number in range(11):
            # Whoever polls, and in whatever order, changes nothing.
            for token in reversed(tokens[number + 1:]):
                assert client.status(token) == "WAITING"
            client.leave(tokens[number]).ok(204)
            assert client.status(tokens[number + 1]) == "ADMITTED"

    def test_nobody_has_to_poll_to_be_admitted(self, start):
        server = start(catalogue(maxActive=1))
        client, now = server.client(), server.now()
        client.joined("ann")
        bob = client.joined("bob")
        server.advance(200)
        assert client.poll(bob).ok()["expiresAt"] == later(now, 2 * ENTRY_WINDOW)


class TestPlaces:
    def test_those_ahead_who_leave_do_not_count(self, start):
        client = start(catalogue(maxActive=1)).client()
        tokens = [client.joined(f"user-{number}") for number in range(10)]
        for leaver in (3, 8, 1):
            client.leave(tokens[leaver]).ok(204)
        remaining = [number for number in range(1, 10) if number not in (3, 8, 1)]
        assert [client.poll(tokens[number]).ok()["position"] for number in remaining] == [1, 2, 3, 4, 5, 6]
        assert [client.poll(tokens[number]).ok()["ahead"] for number in remaining] == [0, 1, 2, 3, 4, 5]
        assert client.join("user-1").ok(201)["position"] == 7

    def test_a_place_never_grows(self, start):
        server = start(catalogue(maxActive=2))
        client = server.client()
        tokens = [client.joined(f"user-{number}") for number in range(12)]
        last = {token: 99 for token in tokens}
        for step in range(6):
            server.advance(40)
            client.join(f"late-{step}").ok(201)
            if step % 2:
                client.leave(tokens[-1 - step]).ok(204)
            for token in tokens:
                answer = client.poll(token)
                if answer.status == 200:
                    assert answer.json["position"] <= last[token]
                    last[token] = answer.json["position"]
        assert min(last.values()) == 0

    def test_ticket_numbers_never_repeat(self, start):
        server = start(catalogue(maxActive=1))
        client = server.client()
        seen = []
        for number in range(4):
            joined = client.join(f"user-{number}").ok(201)
            seen.append(joined["ticketNumber"])
            client.leave(joined["token"]).ok(204)
            server.restart(kill=number % 2 == 0)
        assert seen == sorted(set(seen)) and seen[0] == 1


class TestPace:
    def test_admissions_are_spaced_evenly(self, start):
        server = start(catalogue(admissionsPerMinute=6))
        client, now = server.client(), server.now()
        tokens = [client.join(f"user-{number}").ok(201) for number in range(4)]
        assert [token["status"] for token in tokens] == ["ADMITTED", "WAITING", "WAITING", "WAITING"]
        server.advance(9)
        assert client.status(tokens[1]["token"]) == "WAITING"
        server.advance(1)
        assert admitted_at(client, tokens[1]["token"]) == later(now, 10)
        assert client.status(tokens[2]["token"]) == "WAITING"
        server.advance(25)
        assert admitted_at(client, tokens[2]["token"]) == later(now, 20)
        assert admitted_at(client, tokens[3]["token"]) == later(now, 30)

    def test_what_was_not_used_is_not_saved_up(self, start):
        server = start(catalogue(admissionsPerMinute=6))
        client = server.client()
        client.joined("ann")
        server.advance(100)
        statuses = [client.join(f"user-{number}").ok(201)["status"] for number in range(3)]
        assert statuses == ["ADMITTED", "WAITING", "WAITING"]

    @pytest.mark.parametrize("rate", [1, 7, 60])
    def test_no_minute_has_more_than_the_rate(self, start, rate):
        server = start(catalogue(admissionsPerMinute=rate, abandonAfterSeconds=86400))
        client = server.client()
        count = min(2 * rate + 2, 30)
        tokens = [client.joined(f"user-{number}") for number in range(count)]
        moments, waiting = [], list(tokens)
        while waiting:
            if client.status(waiting[0]) == "ADMITTED":
                moments.append(instant(admitted_at(client, waiting.pop(0))))
            else:
                server.advance(max(1, 60 // rate // 2))
        assert moments == sorted(moments)
        gaps = [(after - before).total_seconds() for before, after in zip(moments, moments[1:])]
        assert min(gaps) * rate >= 60
        assert max(gaps) * rate < 60.1 + rate * 0.001, "and no later than it may"
        for first in moments:
            assert sum(0 <= (moment - first).total_seconds() < 60 for moment in moments) <= rate

    @pytest.mark.parametrize("kill", [False, True])
    def test_the_pace_holds_across_a_restart(self, start, kill):
        server = start(catalogue(admissionsPerMinute=2))
        client = server.client()
        ann, bob = client.joined("ann"), client.joined("bob")
        first = admitted_at(client, ann)
        server.restart(kill=kill)
        assert client.status(bob) == "WAITING"
        while seconds_between(first, server.now()) < 29:
            assert client.status(bob) == "WAITING"
            server.advance(1)
        server.advance(1)
        assert seconds_between(first, admitted_at(client, bob)) == 30

    def test_the_configured_rate_holds_where_the_concert_has_none(self, start):
        client = start(catalogue(), settings={"queue.admissions_per_minute": 1}).client()
        assert [client.join(user).ok(201)["status"] for user in ("ann", "bob")] == ["ADMITTED", "WAITING"]


class TestEstimates:
    def test_from_the_pace(self, start):
        client = start(catalogue(admissionsPerMinute=6, maxActive=1000)).client()
        client.joined("ann")
        waits = [client.join(f"user-{number}").ok(201)["estimatedWaitSeconds"] for number in range(1, 8)]
        for place, wait in enumerate(waits, 1):
            assert abs(wait - 10 * place) <= 10, waits
        assert waits == sorted(waits) and waits[0] < waits[-1]

    def test_from_capacity_and_session_length(self, start):
        client = start(catalogue(maxActive=2)).client()
        for user in ("ann", "bob"):
            client.inside(user)
        waits = [client.join(f"user-{number}").ok(201)["estimatedWaitSeconds"] for number in range(1, 9)]
        for place, wait in enumerate(waits, 1):
            assert 0 < wait <= 600 * (place + 1) // 2, waits
        assert waits == sorted(waits) and waits[0] < waits[-1]

    def test_from_how_the_line_really_moved(self, start):
        server = start(catalogue(maxActive=1))
        client = server.client()
        tokens = [client.joined(f"user-{number}") for number in range(30)]
        at_first = client.poll(tokens[29]).ok()["estimatedWaitSeconds"]
        for number in range(20):
            server.advance(2)
            client.leave(tokens[number]).ok(204)
        place = client.poll(tokens[29]).ok()
        assert place["position"] == 9
        assert abs(place["estimatedWaitSeconds"] - 18) <= 6, "a person every two seconds"
        assert place["estimatedWaitSeconds"] < at_first / 10

    def test_polls_are_rarer_further_back(self, start):
        client = start(catalogue(maxActive=1)).client()
        client.inside("ann")
        tokens = [client.joined(f"user-{number}") for number in range(60)]
        after = [client.poll(token).ok()["pollAfterSeconds"] for token in tokens]
        assert after == sorted(after)
        assert after[-1] == 30

    def test_near_the_front_polls_are_five_seconds_apart(self, start):
        client = start(catalogue(admissionsPerMinute=60)).client()
        client.joined("ann")
        assert client.join("bob").ok(201)["pollAfterSeconds"] == 5


class TestOperatorsStates:
    def test_paused_lets_join_and_admits_nobody(self, gala):
        client, admin = gala.client(), gala.admin()
        ann = client.joined("ann")
        state = admin.set_line("PAUSED").ok()
        assert (state["state"], state["concertId"], state["active"]) == ("PAUSED", "gala", 1)
        bob = client.join("bob").ok(201)
        assert (bob["status"], bob["position"], bob["estimatedWaitSeconds"]) == ("WAITING", 1, None)
        assert client.enter(bob["token"]).problem(403, "not-admitted")["estimatedWaitSeconds"] is None
        gala.advance(60)
        assert client.status(bob["token"]) == "WAITING"
        assert client.enter(ann).ok()["status"] == "ENTERED", "who was called may still enter"
        assert admin.set_line("OPEN").ok()["state"] == "OPEN"
        assert admitted_at(client, bob["token"]) == gala.now(), "at once, without a poll"

    def test_closed_lets_nobody_join(self, start):
        server = start(catalogue(maxActive=1))
        client, admin = server.client(), server.admin()
        ann, bob = client.joined("ann"), client.joined("bob")
        assert admin.set_line("CLOSED").ok()["state"] == "CLOSED"
        client.join("cid").problem(409, "line-closed")
        client.leave(ann).ok(204)
        waiting = client.poll(bob).ok()
        assert (waiting["status"], waiting["estimatedWaitSeconds"]) == ("WAITING", None)
        admin.set_line("OPEN").ok()
        assert client.status(bob) == "ADMITTED"
        client.joined("cid")

    def test_a_place_is_given_up_while_paused_too(self, gala):
        client = gala.client()
        gala.admin().set_line("PAUSED").ok()
        bob = client.joined("bob")
        gala.advance(300)
        assert client.over(bob) == "ABANDONED"

    @pytest.mark.parametrize("state", ["PAUSED", "CLOSED"])
    @pytest.mark.parametrize("kill", [False, True])
    def test_the_state_outlasts_a_restart(self, start, state, kill):
        server = start(catalogue())
        server.admin().set_line(state).ok()
        server.restart(kill=kill)
        assert server.client().line().ok()["state"] == state

    @pytest.mark.parametrize("state", ["SOLD_OUT", "open", "", None, 1])
    def test_other_states_are_refused(self, gala, state):
        refusal = gala.admin().set_line(state).problem(400, "invalid-request")
        assert refusal["field"] == "state"
        assert gala.client().line().ok()["state"] == "OPEN"

    def test_a_concert_that_is_none(self, gala):
        gala.admin().set_line("PAUSED", "nowhere").problem(404, "no-such-concert")
