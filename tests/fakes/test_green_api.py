"""GREEN-API's instances: sending, statuses, polling, webhooks, settings and limits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any, Iterator

import pytest

from lab import Receiver, wait_for

from . import Clock, GreenApi
from .asking import Reply, ask
from .green_api import MAX_ID, MAX_TOKEN

CLIENT, CHAT = "79001234568", "79001234568@c.us"
TOKEN = "5f2b8c0d9e4a47b1"


@pytest.fixture
def green() -> Iterator[GreenApi]:
    with GreenApi(clock=Clock(1_795_253_000), sending_takes=0, longest_poll=0.05) as fake:
        yield fake


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as it:
        yield it


def call(green: GreenApi, verb: str, method: str, body: Any = None, kind: str = "whatsapp", query: str = "") -> Reply:
    it = green.instance(kind)
    return ask(verb, f"{green.url}/waInstance{it.id}/{method}/{it.token}{query}", body)


def send(green: GreenApi, message: str = "Здравствуйте!", chat: str = CHAT, kind: str = "whatsapp", **more: Any) -> Reply:
    return call(green, "POST", "sendMessage", {"chatId": chat, "message": message, **more}, kind)


def set_up(green: GreenApi, **settings: Any) -> None:
    """Settings, and the time they take."""
    assert call(green, "POST", "setSettings", settings).json == {"saveSettings": True}
    green.clock.advance(300)


def poll(green: GreenApi, kind: str = "whatsapp") -> Any:
    return call(green, "GET", "receiveNotification", kind=kind, query="?receiveTimeout=5").json


def drained(green: GreenApi, kind: str = "whatsapp") -> list[dict[str, Any]]:
    """Every notification, each taken and deleted."""
    found = []
    while (one := poll(green, kind)) is not None:
        found.append(one["body"])
        it = green.instance(kind)
        assert ask("DELETE", f"{green.url}/waInstance{it.id}/deleteNotification/{it.token}/{one['receiptId']}").json["result"] is True
    return found


def statuses(green: GreenApi) -> list[str]:
    return [it["status"] for it in drained(green) if it["typeWebhook"] == "outgoingMessageStatus"]


def tell(green: GreenApi, what: str, do: str, **more: Any) -> Any:
    reply = ask("POST", f"{green.url}/_fake/edit", {"what": what, "do": do, **more})
    assert reply.status == 200, reply.text
    return reply.json["edited"]


# -- sending


def test_a_message_goes_through_its_states(green: GreenApi):
    id = send(green).json["idMessage"]
    assert statuses(green) == ["sent"]
    assert tell(green, "message", "read", id=id)["status"] == "read"
    assert statuses(green) == ["delivered", "read"]


@pytest.mark.parametrize(("progress", "told"), [("queued", []), ("sent", ["sent"]), ("read", ["sent", "delivered", "read"])])
def test_how_far_it_goes_by_itself(green: GreenApi, progress: str, told: list[str]):
    green.set(progress=progress)
    send(green)
    assert statuses(green) == told


def test_a_message_may_take_a_moment(green: GreenApi):
    green.set(sending_takes=0.05)
    send(green)
    wait_for(lambda: green.whatsapp.messages[0].status == "sent", "the message to go out")


def test_what_waits_is_in_the_queue_and_then_in_the_journal(green: GreenApi):
    green.set(progress="queued")
    id = send(green, "Ссылка: https://kabinet.example.org/w/x").json["idMessage"]
    assert [it["messageID"] for it in call(green, "GET", "showMessagesQueue").json] == [id]
    assert call(green, "GET", "lastOutgoingMessages").json == []
    tell(green, "message", "send")
    assert call(green, "GET", "showMessagesQueue").json == []
    noted = call(green, "GET", "lastOutgoingMessages", query="?minutes=5").json[0]
    assert (noted["idMessage"], noted["chatId"], noted["statusMessage"], noted["typeMessage"]) == (id, CHAT, "sent", "extendedTextMessage")
    assert noted["textMessage"].startswith("Ссылка")
    green.clock.advance(600)
    assert call(green, "GET", "lastOutgoingMessages", query="?minutes=5").json == []


def test_a_lost_answer_is_found_in_the_journal(green: GreenApi):
    green.next("sendMessage", "lost")
    with pytest.raises(OSError):
        send(green, "Once")
    assert [it["textMessage"] for it in call(green, "GET", "lastOutgoingMessages").json] == ["Once"]


def test_nobody_under_a_number(green: GreenApi):
    assert send(green, chat="79010000000@c.us").status == 200
    told = drained(green)[0]
    assert (told["status"], told["description"], told["chatId"]) == ("noAccount", "SWE004: 1000", "79010000000@c.us")
    tell(green, "person", "change", phone=CLIENT, set={"whatsapp": False})
    send(green)
    assert statuses(green) == ["noAccount"]
    assert call(green, "POST", "checkWhatsapp", {"phoneNumber": int(CLIENT)}).json == {"existsWhatsapp": False}


def test_failures_come_even_when_statuses_are_off(green: GreenApi):
    set_up(green, outgoingWebhook="no")
    drained(green)
    send(green)
    tell(green, "message", "deliver")
    assert statuses(green) == []
    tell(green, "message", "fail")
    tell(green, "message", "no_account")
    assert statuses(green) == ["failed", "noAccount"]


@pytest.mark.parametrize(
    ("state", "status", "words"),
    [
        ("notAuthorized", 400, "instance is starting or not authorized"), ("blocked", 400, "instance is starting or not authorized"),
        ("suspended", 403, "Your account is suspended"), ("starting", 400, "instance in starting process try later"),
    ],
)  # fmt: skip
def test_states_that_do_not_send(green: GreenApi, state: str, status: int, words: str):
    ask("POST", f"{green.url}/_fake/set", {"state": state})
    assert [it["stateInstance"] for it in drained(green)] == [state]
    assert (send(green).status, send(green).text) == (status, words)


def test_a_yellow_card_is_told_of_each_message(green: GreenApi):
    green.set(state="yellowCard")
    drained(green)
    assert send(green).status == 200
    assert statuses(green) == ["yellowCard"]


def test_the_token_comes_back_in_what_is_refused(green: GreenApi):
    for body in ({"message": "x"}, {"chatId": CHAT}, {"chatId": CHAT, "message": ""}, {"chatId": CHAT, "message": "x", "shout": True}):
        reply = call(green, "POST", "sendMessage", body)
        assert reply.status == 400 and green.whatsapp.token in reply.json["path"]
    assert "'shout' is not allowed" in reply.json["message"]
    assert call(green, "POST", "sendMessage", "{").status == 400


def test_method_names_have_no_case(green: GreenApi):
    assert call(green, "GET", "GETSTATEINSTANCE").json == {"stateInstance": "authorized"}
    assert call(green, "GET", "v3").status == 404
    assert call(green, "POST", "getStateInstance", {}).status == 404


# -- MAX


def test_max_has_its_own_instance_chats_and_check(green: GreenApi):
    assert call(green, "POST", "checkAccount", {"phoneNumber": int(CLIENT)}, "max").json == {"exist": True, "chatId": "11234568"}
    assert call(green, "POST", "checkAccount", {"phoneNumber": 79010000000}, "max").json == {"exist": False}
    assert send(green, chat="11234568", kind="max").status == 200
    assert ask("POST", f"{green.url}/v3/waInstance{MAX_ID}/sendMessage/{MAX_TOKEN}", {"chatId": "11234568", "message": "x"}).status == 200
    assert send(green, "x" * 4001, "11234568", "max").status == 400
    assert send(green, chat="120650379300963@lid", kind="max").status == 400
    tell(green, "person", "write", instance="max", text="Иду")
    told = drained(green, "max")[-1]
    assert told["instanceData"]["typeInstance"] == "v3"
    assert (told["senderData"]["chatId"], told["senderData"]["senderPhoneNumber"]) == ("11234568", int(CLIENT))
    assert [it for it in drained(green) if it["typeWebhook"] == "incomingMessageReceived"] == []
    tell(green, "instance", "state", instance="max", state="notAuthorized")
    assert call(green, "POST", "checkAccount", {"phoneNumber": int(CLIENT)}, "max").json["status"] is False
    assert call(green, "GET", "getStateInstance").json == {"stateInstance": "authorized"}


# -- settings


def test_settings_count_after_a_restart(green: GreenApi):
    assert call(green, "POST", "setSettings", {"webhookUrl": "http://127.0.0.1:9/hook"}).status == 200
    assert call(green, "GET", "getSettings").json["webhookUrl"] == "http://127.0.0.1:9/hook"
    assert call(green, "GET", "getStateInstance").json == {"stateInstance": "starting"}
    assert send(green).text == "instance in starting process try later"
    assert poll(green)["body"]["stateInstance"] == "starting"  # the old settings count still
    green.clock.advance(299)
    assert call(green, "GET", "getStateInstance").json == {"stateInstance": "starting"}
    green.clock.advance(1)
    assert call(green, "GET", "getStateInstance").json == {"stateInstance": "authorized"}
    assert send(green).status == 200
    reply = call(green, "GET", "receiveNotification")
    assert reply.status == 400 and "custom webhook url is set" in reply.text


@pytest.mark.parametrize("given", [{}, {"webhookURL": ""}, {"incomingWebhook": True}, {"webhookUrl": 1}, {"wid": "1@c.us"}])
def test_settings_that_make_no_sense_are_refused(green: GreenApi, given: dict[str, Any]):
    assert call(green, "POST", "setSettings", given).status == 400
    assert call(green, "GET", "getStateInstance").json == {"stateInstance": "authorized"}


def test_only_loopback_may_go_without_encryption(green: GreenApi):
    green.set(loopback=False)
    assert call(green, "POST", "setSettings", {"webhookUrl": "http://127.0.0.1:9/"}).status == 400
    assert call(green, "POST", "setSettings", {"webhookUrl": "https://events.example.org/"}).status == 200


def test_a_new_instance_tells_nothing():
    with GreenApi(flags="none", longest_poll=0.05, sending_takes=0) as green:
        tell(green, "person", "write")
        send(green)
        assert drained(green) == []


# -- polling


def test_the_same_comes_until_it_is_deleted(green: GreenApi):
    tell(green, "person", "write", text="one")
    tell(green, "person", "write", text="two")
    assert poll(green) == poll(green)
    assert [it["messageData"]["textMessageData"]["textMessage"] for it in drained(green)] == ["one", "two"]


def test_a_poisoned_head_holds_the_rest(green: GreenApi):
    tell(green, "person", "write", text="behind")
    tell(green, "notification", "put", first=True, body={"typeWebhook": None, "messageData": []})
    assert poll(green)["body"] == {"typeWebhook": None, "messageData": []}
    assert len(drained(green)) == 2


def test_a_poll_waits_and_lets_others_in(green: GreenApi):
    green.set(longest_poll=None)
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(poll, green)
        wait_for(lambda: green.requests, "the poll")
        tell(green, "person", "write", text="now")
        assert waiting.result(5)["body"]["typeWebhook"] == "incomingMessageReceived"


def test_notifications_live_for_a_day_and_may_come_twice(green: GreenApi):
    green.set(repeat=2)
    tell(green, "person", "write", id="A")
    assert [it["idMessage"] for it in drained(green)] == ["A", "A"]
    tell(green, "person", "write")
    green.clock.advance(24 * 3600 + 1)
    assert drained(green) == []


@pytest.mark.parametrize("empty", ["null", "nothing"])
def test_nothing_has_two_forms(green: GreenApi, empty: str):
    green.set(empty_poll=empty)
    assert call(green, "GET", "receiveNotification").text == ("null" if empty == "null" else "")


def test_who_writes(green: GreenApi):
    tell(green, "person", "write", phone="79007654321", name="Олег", lid=True)
    tell(green, "person", "write", phone="79007654321", group=True)
    tell(green, "person", "call", phone=CLIENT)
    by_lid, group, ring = drained(green)
    assert by_lid["senderData"]["chatId"].endswith("@lid") and by_lid["senderData"]["sender"] == by_lid["senderData"]["chatId"]
    assert group["senderData"]["chatId"].endswith("@g.us")
    assert (ring["typeWebhook"], ring["from"]) == ("incomingCall", CHAT)
    assert send(green, chat=by_lid["senderData"]["chatId"]).status == 200
    assert statuses(green) == ["sent"]


# -- webhooks


def test_a_webhook_comes_with_its_authorization(green: GreenApi, receiver: Receiver):
    set_up(green, webhookUrl=f"{receiver.url}/hook", webhookUrlToken=TOKEN, stateWebhook="no")
    green.whatsapp.line.clear()
    for manner, header in (("bearer", f"Bearer {TOKEN}"), ("bare", TOKEN), ("wrong", "Bearer wrong"), ("none", None)):
        green.set(authorization=manner)
        count = len(green.whatsapp.sent)
        tell(green, "person", "write")
        wait_for(lambda: len(green.whatsapp.sent) > count, "the webhook")
        assert receiver.requests[-1].headers.get("authorization") == header


def test_a_token_that_names_its_scheme_is_sent_as_it_is(green: GreenApi, receiver: Receiver):
    set_up(green, webhookUrl=receiver.url, webhookUrlToken=f"Basic {TOKEN}")
    wait_for(lambda: receiver.requests, "the webhook")
    assert receiver.requests[0].headers["authorization"] == f"Basic {TOKEN}"


@pytest.mark.parametrize("status", [201, 204, 401, 500])
def test_only_a_200_counts_and_the_line_waits(green: GreenApi, receiver: Receiver, status: int):
    receiver.answer = lambda number: status if number == 1 else 200
    set_up(green, webhookUrl=receiver.url, stateWebhook="no")
    green.whatsapp.line.clear()
    tell(green, "person", "write", id="A")
    wait_for(lambda: green.whatsapp.sent, "the first try")
    tell(green, "person", "write", id="B")
    green.clock.advance(59)
    assert call(green, "GET", "getSettings").status == 200
    assert len(green.whatsapp.sent) == 1
    green.clock.advance(1)
    wait_for(lambda: len(green.whatsapp.sent) == 3, "the rest")
    assert [(it["body"]["idMessage"], it["answered"]) for it in green.whatsapp.sent] == [("A", status), ("A", 200), ("B", 200)]


def test_nothing_beyond_loopback_is_ever_called(green: GreenApi):
    set_up(green, webhookUrl="https://events.example.org/hook")
    wait_for(lambda: green.whatsapp.sent, "a try")
    assert "only loopback" in green.whatsapp.sent[0]["trouble"]


# -- limits


def test_the_developers_plan(green: GreenApi):
    tell(green, "instance", "change", set={"plan": "developer"})
    for number in range(3):
        assert send(green, chat=f"7900123450{number}@c.us").status == 200
    over = send(green)
    assert over.status == 466 and "79001234500@c.us" in over.json["correspondentsStatus"]["description"]
    assert send(green, chat="79001234500@c.us").status == 200
    assert "quotaExceeded" in [it["typeWebhook"] for it in drained(green)]
    green.next("sendMessage", "refuse:quota")
    assert send(green, chat="79001234500@c.us").json["invokeStatus"]["status"] == "QUOTE_EXCEEDED"


def test_calls_a_second(green: GreenApi):
    green.set(limits=True)
    assert [call(green, "GET", "getStateInstance").status for _ in range(2)] == [200, 429]
    green.clock.advance(1)
    assert call(green, "GET", "getStateInstance").status == 200


@pytest.mark.parametrize("code", ["starting", "expired", "deleted", "suspended", "contact_limit", "correspondents", "check_quota", "webhook_set"])
def test_refusals_by_name(green: GreenApi, code: str):
    green.next("*", f"refuse:{code}")
    assert send(green).status in (400, 403, 466, 469)
    assert send(green).status == 200


# -- by hand


def test_a_telephone_to_read_and_write_at(green: GreenApi):
    send(green, "Ваша ссылка <здесь>")
    page = ask("GET", f"{green.url}/phone/{CLIENT}")
    assert "Ваша ссылка &lt;здесь&gt;" in page.text
    wrote = ask("POST", f"{green.url}/phone/{CLIENT}", "text=Спасибо", {"Content-Type": "application/x-www-form-urlencoded"})
    assert wrote.status == 303
    assert drained(green)[-1]["messageData"]["textMessageData"]["textMessage"] == "Спасибо"
    assert "Спасибо" in ask("GET", f"{green.url}/phone/{CLIENT}").text


def test_an_outage_keeps_what_was_there(green: GreenApi):
    tell(green, "person", "write", id="A")
    green.stop()
    with pytest.raises(OSError):
        poll(green)
    green.start()
    assert poll(green)["body"]["idMessage"] == "A"
    green.reset()
    assert poll(green) is None
