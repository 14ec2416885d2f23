"""Reads the text that `gdbus` prints into Python's own values. Types are left out: `uint32 3` is 3."""

import re

TOKEN = re.compile(
    r"""\s*(?:
        (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")
      | (?P<number>-?(?:0x[0-9a-f]+|\d+(?:\.\d+)?))
      | (?P<word>@[a-z(){}]+|[a-z][a-z0-9]*)
      | (?P<mark>[][(){}<>,:])
    )""",
    re.VERBOSE,
)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def parse(text):
    tokens = [(match.lastgroup, match.group(match.lastgroup)) for match in TOKEN.finditer(text)]
    value, rest = _value(tokens, 0)
    assert rest == len(tokens), f"more than one value: {text}"
    return value


def _value(tokens, at):
    kind, token = tokens[at]
    if kind == "text":
        return re.sub(r"\\(.)", lambda escape: ESCAPES.get(escape[1], escape[1]), token[1:-1]), at + 1
    if kind == "number":
        return float(token) if "." in token else int(token, 0), at + 1
    if kind == "word":
        if token in ("true", "false"):
            return token == "true", at + 1
        return _value(tokens, at + 1)  # a type before its value
    if token == "<":
        value, at = _value(tokens, at + 1)
        return value, at + 1
    if token == "{":
        entries = {}
        at += 1
        while tokens[at][1] != "}":
            key, at = _value(tokens, at)
            entries[key], at = _value(tokens, at + 1)
            at += tokens[at][1] == ","
        return entries, at + 1
    end = {"(": ")", "[": "]"}[token]
    items = []
    at += 1
    while tokens[at] != ("mark", end):
        item, at = _value(tokens, at)
        items.append(item)
        at += tokens[at] == ("mark", ",")
    return items, at + 1
