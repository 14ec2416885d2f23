"""What a person does in the browser that Kabinet opens: reads a page, presses a button of its form, is led on."""

import re
import urllib.error
import urllib.request
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin


class Page:
    """One page, as the browser shows it after every redirect."""

    def __init__(self, address, body=None):
        try:
            answer = urllib.request.urlopen(urllib.request.Request(address, body), timeout=10)
        except urllib.error.HTTPError as refused:
            answer = refused
        with answer:
            self.status, self.address, self.text = answer.status, answer.url, answer.read().decode()
        self.form = _Form()
        self.form.feed(self.text)

    def press(self, button, **typed):
        """Sends the form by the button with these words; what is not typed stays as the page had it."""
        name, value = self.form.buttons[button]
        fields = {**self.form.fields, **typed, name: value}
        return Page(urljoin(self.address, self.form.action), urlencode(fields).encode())


    def shown(self, id):
        """What a person can copy from a place on the page."""
        return re.search(rf'id="{id}">([^<]+)', self.text)[1]


class _Form(HTMLParser):
    def __init__(self):
        super().__init__()
        self.action, self.fields, self.buttons = "", {}, {}
        self._button = self._select = None

    def handle_starttag(self, tag, attributes):
        told = dict(attributes)
        if tag == "form":
            self.action = told["action"]
        elif tag == "input":
            self.fields[told["name"]] = told.get("value", "")
        elif tag == "select":
            self._select = told["name"]
        elif tag == "option" and ("selected" in told or self._select not in self.fields):
            self.fields[self._select] = told["value"]
        elif tag == "button":
            self._button = (told["name"], told["value"])

    def handle_endtag(self, tag):
        if tag == "button":
            self._button = None

    def handle_data(self, text):
        if self._button:
            self.buttons[text.strip()] = self._button
