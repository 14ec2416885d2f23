"""The pages a person sees in the browser: plain HTML, every control with a name, so that a test can press what a person would."""

from __future__ import annotations

from html import escape
from typing import Iterable, Mapping

STYLE = "body{font:16px system-ui;max-width:34rem;margin:3rem auto;padding:0 1rem}label,p,fieldset{display:block;margin:1rem 0}"


def page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html>\n<html lang="en"><head>{head}<style>{STYLE}</style></head><body><main><h1>{escape(title)}</h1>{body}</main></body></html>\n'


def said(title: str, text: str) -> str:
    """A page that only tells something."""
    return page(title, f"<p>{escape(text)}</p>")


def code(title: str, value: str) -> str:
    """A code to copy by hand."""
    return page(title, f'<p>Copy this code into the application:</p><p><output id="code">{escape(value)}</output></p>')


def consent(
    title: str, action: str, hidden: Mapping[str, str], people: Iterable[tuple[str, str]], chosen: str, rights: Iterable[str], typed: str = ""
) -> str:
    """Who you are, what is asked for, *Allow* and *Deny*. `typed` is the name of a field to fill in."""
    fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items())
    choices = "".join(
        f'<option value="{escape(key)}"{" selected" if key == chosen else ""}>{escape(label)}</option>' for key, label in people
    )
    entry = f'<label>Code <input name="{escape(typed)}" autocomplete="off" autofocus></label>' if typed else ""
    asked = "".join(f"<li>{escape(right)}</li>" for right in rights)
    wishes = f"<p>The application asks for:</p><ul>{asked}</ul>" if asked else ""
    return page(
        title,
        f'<form method="post" action="{escape(action)}">{fields}{entry}<label>Account <select name="login">{choices}</select></label>{wishes}'
        '<p><button name="decision" value="allow">Allow</button> <button name="decision" value="deny">Deny</button></p></form>',
    )


def chat(title: str, lines: Iterable[tuple[str, str]], action: str, buttons: Iterable[str] = (), hidden: Mapping[str, str] = {}) -> str:
    """A conversation: who said what, buttons to press, and a line to write."""
    fields = "".join(f'<input type="hidden" name="{escape(name)}" value="{escape(value)}">' for name, value in hidden.items())
    said_so_far = "".join(f"<li><b>{escape(who)}</b>: <span style=\"white-space:pre-wrap\">{escape(words)}</span></li>" for who, words in lines)
    presses = "".join(f'<button name="press" value="{escape(it)}">{escape(it)}</button> ' for it in buttons)
    form = f'<form method="post" action="{escape(action)}">{fields}'
    return page(
        title,
        f'<ul>{said_so_far}</ul>{form}<p>{presses}</p></form>{form}<p><input name="text" aria-label="Message" autocomplete="off" autofocus> '
        '<button name="decision" value="write">Send</button></p></form>',
    )
