"""Sending through GREEN-API, checking numbers, files, and the journals."""

from __future__ import annotations

import re
import secrets
from email import message_from_bytes
from typing import TYPE_CHECKING, Any

from .fake import Answer, Refused, Request
from .green_api_wire import FORMATS, quota, said, too_many_correspondents

if TYPE_CHECKING:
    from .green_api import GreenApi
    from .green_api_instance import Instance

LONGEST = {"whatsapp": 20000, "max": 4000}
FIELDS = {"chatId", "message", "quotedMessageId", "linkPreview", "typePreview", "customPreview", "typingTime", "archiveChat"}
FILE_FIELDS = {"chatId", "urlFile", "fileName", "caption", "quotedMessageId", "typingTime", "typingType", "archiveChat"}


class Sending:
    """One request to one instance."""

    METHODS = {
        "sendMessage", "sendFileByUrl", "sendFileByUpload", "uploadFile", "downloadFile", "checkWhatsapp", "checkAccount",
        "showMessagesQueue", "clearMessagesQueue", "lastOutgoingMessages", "lastIncomingMessages",
    }  # fmt: skip

    def __init__(self, fake: GreenApi, instance: Instance, request: Request):
        self.fake, self.instance, self.request = fake, instance, request

    def answer(self, method: str) -> Answer:
        return getattr(self, method)()

    # -- messages

    def sendMessage(self) -> Answer:
        given = self._given(FIELDS)
        chat = self._chat(given)
        text = self._text(given, "message", LONGEST[self.instance.kind])
        return self._sent("sendMessage", chat, text, given)

    def sendFileByUrl(self) -> Answer:
        given = self._given(FILE_FIELDS)
        chat = self._chat(given)
        for name in ("urlFile", "fileName"):
            self._text(given, name, 20000)
        size = self.fake.options.sizes.get(given["urlFile"], 0)
        if size > 100:
            return said(500, f"File from url exceeded max upload size. Size: {size}mb Limit: 100mb Url: {given['urlFile']}")
        return self._sent("sendFileByUrl", chat, given.get("caption", ""), given)

    def sendFileByUpload(self) -> Answer:
        given = self._parts()
        chat = self._chat(given)
        if "file" not in given:
            self.fake.invalid(self.request, "'file' is required")
        made = self._sent("sendFileByUpload", chat, given.get("caption", ""), given)
        return Answer(200, {**made.body, "urlFile": self._stored(given)})

    def uploadFile(self) -> Answer:
        return Answer(200, {"urlFile": self._stored(self._parts())})

    def downloadFile(self) -> Answer:
        given = self._given({"chatId", "idMessage"})
        found = next((it for it in self.instance.incoming if it["idMessage"] == given.get("idMessage")), None)
        if found is None or "fileMessageData" not in found["messageData"]:
            self.fake.refuse("bad_request")
        return Answer(200, {"downloadUrl": found["messageData"]["fileMessageData"]["downloadUrl"]})

    def _sent(self, type: str, chat: str, text: str, given: dict[str, Any]) -> Answer:
        self._may_send()
        self._may_reach(chat)
        return Answer(200, {"idMessage": self.instance.accept(type, chat, text, given).id})

    def _may_send(self) -> None:
        state = self.instance.state
        code = {"starting": "starting", "suspended": "suspended", "authorized": None, "yellowCard": None}.get(state or "", "not_authorized")
        if code:
            self.fake.refuse(code)

    def _may_reach(self, chat: str) -> None:
        """The developer's plan: three people a month."""
        it = self.instance
        if it.plan == "developer" and chat not in it.correspondents:
            if len(it.correspondents) >= 3:
                told = {"method": "correspondents", "used": 3, "total": 3, "status": "CORRESPONDENTS_QUOTA_EXCEEDED"}
                it.notify("quotaExceeded", quotaData={**told, "description": "Monthly quota has been exceeded."})
                raise Refused(too_many_correspondents(it.correspondents, it.used))
            it.correspondents.append(chat)
        it.used += 1

    # -- numbers

    def checkWhatsapp(self) -> Answer:
        if self.instance.kind != "whatsapp":
            return said(404, "Not Found")
        person = self._checked()
        if self.instance.plan == "developer":
            self.instance.checks += 1
            if self.instance.checks > 100:
                return quota("checkwhatsapp", 100, 100)
        if not person.whatsapp:
            return Answer(200, {"existsWhatsapp": False})
        named = {"chatId": person.chat("whatsapp"), "fromCache": False} if person.lid or self.fake.options.check == "full" else {}
        return Answer(200, {"existsWhatsapp": True, **named})

    def checkAccount(self) -> Answer:
        if self.instance.state not in ("authorized", "yellowCard", "suspended"):
            return Answer(200, {"status": False, "reason": "instance is starting or not authorized"})
        person = self._checked()
        there = person.on(self.instance.kind)
        return Answer(200, {"exist": there, "chatId": person.chat(self.instance.kind)} if there else {"exist": False})

    def _checked(self):
        given = self._given({"phoneNumber", "chatId", "force"})
        if "phoneNumber" not in given:
            self.fake.invalid(self.request, "'phoneNumber' is required")
        number = given["phoneNumber"]
        if not isinstance(number, int) or isinstance(number, bool):
            self.fake.invalid(self.request, "Wrong format. 'phoneNumber' must contain only digits")
        if not 11 <= len(str(number)) <= 16:
            self.fake.refuse("bad_number")
        if self.instance.state in ("starting", "notAuthorized", "blocked", None):
            self.fake.refuse("not_authorized")
        return self.fake.person(number)

    # -- journals

    def showMessagesQueue(self) -> Answer:
        return Answer(200, self.instance.queue())

    def clearMessagesQueue(self) -> Answer:
        for message in self.instance.messages:
            message.status = "dropped" if message.status == "queued" else message.status
        return Answer(200, {"isCleared": True})

    def lastOutgoingMessages(self) -> Answer:
        return Answer(200, self.instance.journal(self._minutes()))

    def lastIncomingMessages(self) -> Answer:
        since = self.fake.now() - self._minutes() * 60
        found = [it for it in self.instance.incoming if it["timestamp"] >= since]
        return Answer(200, [self._noted(it) for it in reversed(found)])

    def _noted(self, it: dict[str, Any]) -> dict[str, Any]:
        sender, data = it["senderData"], it["messageData"]
        noted = {"type": "incoming", "idMessage": it["idMessage"], "timestamp": it["timestamp"], "typeMessage": data["typeMessage"]}
        noted |= {"chatId": sender["chatId"], "senderId": sender["sender"], "senderName": sender["senderName"]}
        if "textMessageData" in data:
            noted["textMessage"] = data["textMessageData"]["textMessage"]
        if "extendedTextMessageData" in data:
            noted |= {"textMessage": data["extendedTextMessageData"]["text"], "extendedTextMessage": data["extendedTextMessageData"]}
        return noted

    def _minutes(self) -> float:
        given = self.request.params.get("minutes", "1440")
        return float(given) if given.isdigit() else 1440.0

    # -- what was given

    def _given(self, known: set[str]) -> dict[str, Any]:
        given = self.request.json(self.fake.refusal("unexpected_token"))
        if not isinstance(given, dict):
            self.fake.refuse("bad_request")
        for name in given:
            if name not in known:
                self.fake.invalid(self.request, f"'{name}' is not allowed")
        return given

    def _text(self, given: dict[str, Any], name: str, longest: int) -> str:
        if name not in given:
            self.fake.invalid(self.request, f"'{name}' is required")
        if not isinstance(given[name], str):
            self.fake.invalid(self.request, f"'{name}' must be a string")
        if not given[name]:
            self.fake.invalid(self.request, f"'{name}' is not allowed to be empty")
        if len(given[name]) > longest:
            self.fake.invalid(self.request, f"'{name}' length must be less than or equal to {longest} characters long")
        return given[name]

    def _chat(self, given: dict[str, Any]) -> str:
        chat = self._text(given, "chatId", 200)
        shapes = r"-?\d{5,20}|\d{11,16}@c\.us" if self.instance.kind == "max" else r"\d{11,16}@c\.us|\d+@lid|[\d-]+@g\.us"
        if not re.fullmatch(shapes, chat):
            self.fake.invalid(self.request, FORMATS)
        return chat

    def _parts(self) -> dict[str, Any]:
        kind = self.request.headers.get("content-type", "")
        whole = message_from_bytes(f"Content-Type: {kind}\r\n\r\n".encode() + self.request.body)
        if not whole.is_multipart():
            self.fake.refuse("bad_request")
        found: dict[str, Any] = {}
        for part in whole.get_payload():
            name = part.get_param("name", header="content-disposition")  # type: ignore[union-attr]
            raw = part.get_payload(decode=True)  # type: ignore[union-attr]
            found[str(name)] = part.get_filename() if name == "file" else raw.decode(errors="replace")  # type: ignore[union-attr]
        return found

    def _stored(self, given: dict[str, Any]) -> str:
        ending = str(given.get("fileName") or given.get("file") or "file.bin").rpartition(".")[2]
        place = f"https://sw-media-out.storage.yandexcloud.net/{self.instance.id}"
        return f"{place}/{secrets.token_hex(4)}-23ee-43ef-8535-{secrets.token_hex(6)}.{ending}"
