"""Ten thousand consultations in the real window: what a key costs in the search, and whether a list scrolls without a stumble."""

import random
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone

from arrivals import Embedded
from lab.waiting import wait_for

MANY = 10_000
SENDERS = 16
SYLLABLES = "ка ни ро ме ло та сви пе ди во гу ша ле бо зе ря мо ты ви са".split()
WORDS = "просила начать с прошлой недели о сыне и работе вторая встреча перенос оплата сон тревога план".split()

# One key at a time, as the field hears of it. A key is over when the count under the field has changed and been painted:
# the frame it is drawn in begins with requestAnimationFrame, and the message comes after it was handed over.
TYPE = """
const [word, done] = [arguments[0], arguments[arguments.length - 1]]
const field = document.querySelector('input[type=search]')
const count = document.querySelector('[role=status].count')
const painted = () => new Promise((resolve) => requestAnimationFrame(() => {
  const { port1, port2 } = new MessageChannel()
  port1.onmessage = () => resolve(performance.now())
  port2.postMessage(0)
}))
const type = async (text) => {
  const before = count.textContent
  const begun = performance.now()
  field.value = text
  field.dispatchEvent(new InputEvent('input', { bubbles: true }))
  if (count.textContent === before) {
    const changed = await new Promise((resolve) => {
      const watch = new MutationObserver(() => count.textContent !== before && end(true))
      const giving_up = setTimeout(() => end(false), 1000)
      const end = (changed) => { watch.disconnect(); clearTimeout(giving_up); resolve(changed) }
      watch.observe(count, { childList: true, characterData: true, subtree: true })
    })
    // The same number was found: there was nothing to draw, or nothing to see the end by.
    if (!changed) return null
  }
  const answered = performance.now()
  return [answered - begun, (await painted()) - begun]
}
const all = async () => {
  const taken = []
  await type('')
  for (let length = 1; length <= word.length; length++) taken.push(await type(word.slice(0, length)))
  return taken.filter(Boolean)
}
all().then(done)
"""

# Frames while the list moves by itself: the time between one and the next, and how much of the list there was.
SCROLL = """
const done = arguments[arguments.length - 1]
const list = document.getElementById('content')
const gaps = []
let last = null
const end = performance.now() + 4000
let down = true
const step = (now) => {
  if (last !== null) gaps.push(now - last)
  last = now
  if (list.scrollTop + list.clientHeight >= list.scrollHeight - 1) down = false
  if (list.scrollTop <= 0) down = true
  list.scrollTop += down ? 40 : -40
  if (now < end) requestAnimationFrame(step)
  else done([gaps, list.querySelectorAll('li').length])
}
requestAnimationFrame(step)
"""

ASYNC = "execute/async"


def fill(kabinet):
    """Two years back and a year ahead. Returns some names to look for."""
    chance = random.Random(10)
    now = datetime.now(timezone.utc).replace(second=0, microsecond=0)

    def one():
        name = " ".join("".join(chance.choices(SYLLABLES, k=3)).capitalize() for _ in range(2))
        start = now + timedelta(days=2 * chance.randrange(2), minutes=15 * chance.randrange(-70_000, 35_000))
        return name, start, " ".join(chance.choices(WORDS, k=8))

    plans = [one() for _ in range(MANY)]

    def send(part):
        backend = Embedded(kabinet)
        try:
            for plan in part:
                backend.plan(*plan)
        finally:
            backend.close()

    # The backend writes what comes together in one go.
    with ThreadPoolExecutor(SENDERS) as senders:
        list(senders.map(send, (plans[first::SENDERS] for first in range(SENDERS))))
    return [name for name, _, _ in chance.sample(plans, 4)]


def wait_for_all(kabinet, window):
    """Until the application has read them all from its backend."""
    ask = "window.__TAURI_INTERNALS__.invoke('call', {name: 'search', args: {sought: {text: '', state: null, from: null, to: null}, offset: 0, limit: 1}})"
    script = f"const done = arguments[arguments.length - 1]; {ask}.then((found) => done(found.total))"
    wait_for(lambda: window.post(ASYNC, {"script": script, "args": []}) >= MANY, "all consultations in the application", 120)


def keys(window, names):
    """Milliseconds of each key: until the answer is in the page, and until it is painted."""
    taken = []
    for word in [*(name.lower() for name in names), f"05.{datetime.now():%m.%Y}", "тревога"]:
        window.script("location.hash = '#/'")
        wait_for(lambda: not window.first("input[type=search]"), "the list")
        window.script("location.hash = '#/search'")
        wait_for(lambda: window.first("input[type=search]"), "the search")
        taken += window.post(ASYNC, {"script": TYPE, "args": [word]})
    return sorted(answer for answer, _ in taken), sorted(paint for _, paint in taken)


def scrolling(window):
    """Frames, those that were dropped, the longest in milliseconds, and the rows there were."""
    gaps, rows = window.post(ASYNC, {"script": SCROLL, "args": []})
    usual = sorted(gaps)[len(gaps) // 2]
    return len(gaps), sum(round(gap / usual) - 1 for gap in gaps if gap > usual * 1.5), max(gaps), rows
