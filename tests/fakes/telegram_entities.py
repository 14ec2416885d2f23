"""Formatted text as the Bot API reads it: HTML and MarkdownV2 are parsed for real, and what is not escaped is refused in its words.

Offsets in errors count bytes of UTF-8, those of entities count units of UTF-16.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any, NoReturn

RESERVED = "_*[]()~`>#+-=|{}.!"
TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline", "s": "strikethrough",
    "strike": "strikethrough", "del": "strikethrough", "tg-spoiler": "spoiler", "span": "spoiler", "a": "text_link", "code": "code",
    "pre": "pre", "blockquote": "blockquote", "tg-emoji": "custom_emoji",
}  # fmt: skip
# As errors of MarkdownV2 call them.
NAMES = {
    "bold": "Bold", "italic": "Italic", "underline": "Underline", "strikethrough": "Strikethrough", "spoiler": "Spoiler", "code": "Code",
    "pre": "PreCode", "text_link": "TextUrl", "custom_emoji": "CustomEmoji",
}  # fmt: skip
MARKS = (("||", "spoiler"), ("__", "underline"), ("*", "bold"), ("_", "italic"), ("~", "strikethrough"))


class Unparsed(Exception):
    """Follows `can't parse entities: `."""


def read(text: str, mode: str | None) -> tuple[str, list[dict[str, Any]]]:
    """The text that is shown, and its entities."""
    if not mode:
        return text.strip(), []
    parsers = {"html": Html, "markdownv2": Markdown}
    if mode.lower() not in parsers:
        raise ValueError(mode)
    parser = parsers[mode.lower()](text)
    parser.parse()
    shown = "".join(parser.out)
    left = len(shown) - len(shown.lstrip())
    length = units(shown.strip())
    found = []
    for entity in parser.entities:
        start = max(entity["offset"] - left, 0)
        end = min(entity["offset"] - left + entity["length"], length)
        if end > start:
            found.append({**entity, "offset": start, "length": end - start})
    return shown.strip(), sorted(found, key=lambda it: (it["offset"], -it["length"]))


def units(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2


class Parser:
    def __init__(self, text: str):
        self.text, self.at = text, 0
        self.out: list[str] = []
        self.written = 0
        self.entities: list[dict[str, Any]] = []

    def write(self, words: str) -> None:
        self.out.append(words)
        self.written += units(words)

    def byte(self, at: int | None = None) -> int:
        return len(self.text[: self.at if at is None else at].encode())

    def mark(self, kind: str, start: int, **more: Any) -> None:
        if self.written > start:
            self.entities.append({"offset": start, "length": self.written - start, "type": kind, **more})

    def wrong(self, words: str) -> NoReturn:
        raise Unparsed(words)

    def parse(self) -> None:
        raise NotImplementedError


class Html(Parser):
    def parse(self) -> None:
        opened: list[tuple[str, int, dict[str, str]]] = []
        while self.at < len(self.text):
            char = self.text[self.at]
            if char == "&":
                self._entity()
            elif char != "<":
                self.write(char)
                self.at += 1
            elif self.text.startswith("</", self.at):
                self._close(opened)
            else:
                self._open(opened)
        if opened:
            self.wrong(f'Can\'t find end tag corresponding to start tag "{opened[-1][0]}"')

    def _entity(self) -> None:
        match = re.compile(r"&(?:lt|gt|amp|quot|#\d+|#x[0-9a-fA-F]+);?").match(self.text, self.at)
        self.write(unescape(match[0] if match[0].endswith(";") else match[0] + ";") if match else "&")
        self.at += len(match[0]) if match else 1

    def _open(self, opened: list[tuple[str, int, dict[str, str]]]) -> None:
        at = self.byte()
        match = re.compile(r"<([^\s>/]*)((?:\s+[\w-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*)\s*>").match(self.text, self.at)
        name = re.compile(r"<([^\s>]*)").match(self.text, self.at)[1].lower()  # type: ignore[index]
        if ">" not in self.text[self.at :]:
            self.wrong(f"Unclosed start tag at byte offset {at}")
        if not name:
            self.wrong(f"Empty start tag at byte offset {at}")
        if name not in TAGS:
            self.wrong(f'Unsupported start tag "{name}" at byte offset {at}')
        if not match:
            self.wrong(f"Unclosed start tag at byte offset {at}")
        found = re.findall(r"([\w-]+)(?:\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>\"']+))?", match[2])
        given = {key.lower(): unescape(value.strip("\"'")) for key, value in found}
        if name == "span" and given.get("class") != "tg-spoiler":
            self.wrong(f'Tag "span" must have class "tg-spoiler" at byte offset {at}')
        opened.append((name, self.written, given))
        self.at = match.end()

    def _close(self, opened: list[tuple[str, int, dict[str, str]]]) -> None:
        at = self.byte()
        end = self.text.find(">", self.at)
        if not opened:
            self.wrong(f"Unexpected end tag at byte offset {at}")
        if end < 0:
            self.wrong(f"Unclosed end tag at byte offset {at}")
        name, wanted = self.text[self.at + 2 : end].strip().lower(), opened[-1][0]
        if name and name != wanted:
            self.wrong(f'Unmatched end tag at byte offset {at}, expected "</{wanted}>", found "</{name}>"')
        _, start, given = opened.pop()
        more: dict[str, str] = {}
        kind = TAGS[wanted]
        if kind == "text_link":
            more = {"url": given.get("href") or "".join(self.out)[-(self.written - start) :]}
        elif kind == "custom_emoji":
            more = {"custom_emoji_id": given.get("emoji-id", "")}
        elif kind == "blockquote" and "expandable" in given:
            kind = "expandable_blockquote"
        self.mark(kind, start, **more)
        self.at = end + 1


class Markdown(Parser):
    def parse(self) -> None:
        opened: list[tuple[str, int, int]] = []
        quote: int | None = None
        while self.at < len(self.text):
            fresh = self.at == 0 or self.text[self.at - 1] == "\n"
            if quote is not None and fresh and self.text[self.at] != ">":
                self.mark("blockquote", quote)
                quote = None
            if fresh and self.text[self.at] == ">":
                quote = self.written if quote is None else quote
                self.at += 1
                continue
            self._next(opened)
        if opened:
            kind, _, at = opened[-1]
            self.wrong(f"Can't find end of {NAMES[kind]} entity at byte offset {at}")
        if quote is not None:
            self.mark("blockquote", quote)

    def _next(self, opened: list[tuple[str, int, int]]) -> None:
        text, char = self.text, self.text[self.at]
        if char == "\\" and self.at + 1 < len(text) and 0 < ord(text[self.at + 1]) < 127:
            self.write(text[self.at + 1])
            self.at += 2
            return
        if char == "`":
            self._code()
            return
        for mark, kind in MARKS:
            if text.startswith(mark, self.at):
                self._toggle(opened, mark, kind)
                return
        if char == "[" or text.startswith("![", self.at):
            opened.append(("text_link" if char == "[" else "custom_emoji", self.written, self.byte()))
            self.at += 1 if char == "[" else 2
        elif char == "]" and opened and opened[-1][0] in ("text_link", "custom_emoji"):
            self._link(opened)
        elif char in RESERVED:
            self.wrong(f"Character '{char}' is reserved and must be escaped with the preceding '\\'")
        else:
            self.write(char)
            self.at += 1

    def _toggle(self, opened: list[tuple[str, int, int]], mark: str, kind: str) -> None:
        if opened and opened[-1][0] == kind:
            _, start, _ = opened.pop()
            self.mark(kind, start)
        elif any(it[0] == kind for it in opened):
            inner, _, at = opened[-1]
            self.wrong(f"Can't find end of {NAMES[inner]} entity at byte offset {at}")
        else:
            opened.append((kind, self.written, self.byte()))
        self.at += len(mark)

    def _code(self) -> None:
        """Inside, only the backtick and the backslash mean something."""
        begin, mark = self.byte(), "```" if self.text.startswith("```", self.at) else "`"
        self.at += len(mark)
        language = ""
        if mark == "```" and (match := re.compile(r"([\w+#-]+)?\n").match(self.text, self.at)):
            language, self.at = match[1] or "", match.end()
        start = self.written
        while not self.text.startswith(mark, self.at):
            if self.at >= len(self.text):
                self.wrong(f"Can't find end of {'PreCode' if language else 'Pre' if mark == '```' else 'Code'} entity at byte offset {begin}")
            if self.text[self.at] == "\\" and self.at + 1 < len(self.text):
                self.at += 1
            self.write(self.text[self.at])
            self.at += 1
        self.at += len(mark)
        self.mark("pre" if mark == "```" else "code", start, **({"language": language} if language else {}))

    def _link(self, opened: list[tuple[str, int, int]]) -> None:
        kind, start, _ = opened.pop()
        self.at += 1
        shown = "".join(self.out).encode("utf-16-le")[start * 2 :].decode("utf-16-le")
        url = shown
        if self.text.startswith("(", self.at):
            begin, url = self.byte(), ""
            self.at += 1
            while not self.text.startswith(")", self.at):
                if self.at >= len(self.text):
                    self.wrong(f"Can't find end of a URL at byte offset {begin}")
                if self.text[self.at] == "\\" and self.at + 1 < len(self.text):
                    self.at += 1
                url += self.text[self.at]
                self.at += 1
            self.at += 1
        elif kind == "custom_emoji":
            self.wrong("Custom emoji entity must contain a tg://emoji URL")
        self.mark(kind, start, **({"url": url} if kind == "text_link" else {"custom_emoji_id": url.partition("id=")[2]}))
