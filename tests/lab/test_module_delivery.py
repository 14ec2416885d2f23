"""mod_kabinet's queue on a real Prosody: order is kept and nothing is lost, whatever happens to either side."""

from __future__ import annotations

import pytest

from lab import Lab, Receiver, wait_for
from lab.kabinet import MODULES, SECRET, assert_whole, joins, options


def test_nothing_is_lost_while_the_backend_is_away_or_failing():
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, config=options(receiver)) as lab:  # not even there at the start
            lab.focus()
            host = lab.specialist("away-1", "Анна")
            lab.guest("away-1", "первый").leave()
            lab.wait_log("does not take events")
            assert not receiver.requests
            receiver.up()
            receiver.wait("occupant_left", "первый")
            for trouble in (503, 401, 404, 429, None):
                receiver.answer = trouble
                count = len(receiver.requests)
                lab.guest("away-1", f"при {trouble}").leave()
                wait_for(lambda: len(receiver.requests) >= count + 2, "a second attempt")
                receiver.answer = 200
                receiver.wait("occupant_left", f"при {trouble}")
            retried = [r for r in receiver.requests if r.answered == 503]
            assert len({r.headers["webhook-id"] for r in retried}) == 1 and len({r.body for r in retried}) == 1
            assert all(receiver.verify(r) for r in receiver.requests)
            host.leave()
            receiver.wait("room_destroyed")
            assert_whole(receiver)
            assert joins(receiver) == ["Анна", "первый"] + [f"при {t}" for t in (503, 401, 404, 429, None)]
            assert "is kabinet_secret the backend's" in lab.log() and "is kabinet_url right" in lab.log()
            # Prosody was not kept from its work, and the list on disk is empty again.
            assert len((lab.folder / "data" / "kabinet-queue.journal").read_bytes()) < 2_000_000
    finally:
        receiver.down()


def test_a_slow_backend_is_given_up_after_five_seconds_and_asked_again_with_the_same_id():
    with Receiver(SECRET) as receiver, Lab(**MODULES, config=options(receiver)) as lab:
        receiver.wait("server_snapshot")
        lab.focus()
        receiver.slow = 8
        before = len(receiver.requests)
        host = lab.specialist("slow-1", "Анна")

        def attempts() -> list[float] | None:
            ids = [r.headers["webhook-id"] for r in receiver.requests[before:]]
            return next(([r.at for r in receiver.requests if r.headers["webhook-id"] == id] for id in ids if ids.count(id) > 1), None)

        first, again, *_ = wait_for(attempts, "a second attempt with the same id")
        assert again - first > 4.5
        receiver.slow = 0
        receiver.wait("affiliation_changed", "Анна")
        assert_whole(receiver)
        host.leave()


def test_a_batch_that_is_refused_for_good_is_dropped_and_counted():
    with Receiver(SECRET) as receiver, Lab(**MODULES, config=options(receiver)) as lab:
        receiver.wait("server_snapshot")
        lab.focus()
        receiver.answer = 422
        host = lab.specialist("refused-1", "Анна")
        wait_for(lambda: receiver.requests[-1].answered == 422, "the refusal")
        receiver.answer = 200
        host.rename("Анна П.")
        receiver.wait("name_changed", "Анна П.")
        lost = sum(len(r.json["events"]) for r in receiver.requests if r.answered == 422)
        assert receiver.accepted()[-1].json["dropped"] == lost
        lab.wait_log("for good .status 422.")
        seen = [e["seq"] for e in receiver.events()]
        assert seen == sorted(seen) and len(seen) == seen[-1] - lost, "the gap shows in the numbers"


@pytest.mark.parametrize("how", ["terminate", "kill"])
def test_nothing_is_lost_over_an_end_of_prosody(how):
    receiver = Receiver(SECRET)
    try:
        receiver.up()
        with Lab(**MODULES, config=options(receiver)) as lab:
            lab.focus()
            lab.specialist("end-1", "Анна")
            receiver.wait("affiliation_changed", "Анна")
            receiver.down()
            lab.guest("end-1", "Иван")
            lab.guest("end-1", "Мария").leave()
            # What was reported is on disk at the end of the turn in which it happened, before any attempt to send it.
            journal = lab.folder / "data" / "kabinet-queue.journal"
            wait_for(lambda: '"occupant_left"' in journal.read_text() and "Мария" in journal.read_text(), "the journal")
            getattr(lab, how)()
            lab.start()
            receiver.up()
            boots = lambda: {e["boot"] for e in receiver.events("server_snapshot")}
            wait_for(lambda: len(boots()) == 2, "the second start's snapshot")
            assert_whole(receiver)
            assert len({r.json["server"]["id"] for r in receiver.requests}) == 1, "it is the same server"
            assert joins(receiver) == ["Анна", "Иван", "Мария"]
            kinds = [e["type"] for e in receiver.events()]
            if how == "terminate":
                assert kinds.index("stopping") < kinds.index("started", 1)
                after = receiver.events()[kinds.index("stopping") :]
                gone = {e["occupant"]["name"]: e["reason"] for e in after if e["type"] == "occupant_left"}
                assert gone.get("Анна") == gone.get("Иван") == "unknown", "nobody hung up: the server went"
            else:
                assert "stopping" not in kinds
            lab.focus()
            lab.specialist("end-1", "Анна")
            wait_for(lambda: len([n for n in joins(receiver) if n == "Анна"]) == 2, "business as usual")
    finally:
        receiver.down()


def test_a_torn_journal_costs_the_torn_line_only():
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, config=options(receiver)) as lab:
            lab.focus()
            lab.specialist("torn-1", "Анна")
            journal = lab.folder / "data" / "kabinet-queue.journal"
            wait_for(lambda: "affiliation_changed" in journal.read_text(), "the journal")
            lab.kill()
            with open(journal, "ab") as file:
                file.write(b'+0000 {"type":"half of an ev')
            lab.start()
            receiver.up()
            wait_for(lambda: len({e["boot"] for e in receiver.events("server_snapshot")}) == 2, "both starts")
            assert_whole(receiver)
            assert joins(receiver) == ["Анна"]
    finally:
        receiver.down()


def test_the_queue_is_bounded_and_drops_the_oldest():
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, config=options(receiver, kabinet_queue_limit=100)) as lab:
            lab.focus()
            host = lab.specialist("full-1", "Анна")
            for number in range(160):
                host.rename(f"Анна {number}")
            lab.wait_log("The queue is full")
            host.rename("последняя")
            wait_for(lambda: "последняя" in (lab.folder / "data" / "kabinet-queue.journal").read_text(), "the last event")
            receiver.up()
            receiver.wait("name_changed", "последняя")
            wait_for(lambda: receiver.accepted()[-1].json["queued"] == 0, "the end of the queue")
            arrived = receiver.events()
            assert len(arrived) <= 101
            assert arrived[-1]["seq"] - len(arrived) == receiver.accepted()[-1].json["dropped"] > 0
            assert [e["seq"] for e in arrived] == sorted(e["seq"] for e in arrived)
            for request in receiver.requests:
                assert len(request.body) <= 60 * 1024
    finally:
        receiver.down()


def test_a_disk_that_cannot_be_written_to_stops_nothing():
    with Receiver(SECRET) as receiver, Lab(**MODULES, config=options(receiver)) as lab:
        receiver.wait("server_snapshot")
        lab.terminate()
        journal = lab.folder / "data" / "kabinet-queue.journal"
        journal.unlink()
        journal.mkdir()  # nothing can be opened, nor renamed, there
        (journal / "in the way").touch()
        lab.start()
        lab.wait_log("Cannot keep the queue on disk")
        lab.focus()
        lab.specialist("disk-1", "Анна").leave()
        receiver.wait("room_destroyed", room="disk-1")


def test_forty_rooms_at_once_arrive_in_order_and_in_batches():
    """A burst while the backend is away goes out in few requests, none larger than the backend takes."""
    receiver = Receiver(SECRET)
    try:
        with Lab(**MODULES, auth="anonymous", config=options(receiver), log_level="info") as lab:
            focus = lab.focus("open")
            for number in range(40):
                focus.enter(f"burst-{number}@muc.meet.jitsi")
            receiver.up()
            wait_for(lambda: len(receiver.events("occupant_joined")) == 40, "all joins")
            assert_whole(receiver)
            assert len(receiver.accepted()) < 12
            assert max(len(r.body) for r in receiver.requests) <= 60 * 1024
    finally:
        receiver.down()
