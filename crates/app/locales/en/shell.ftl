### Words of the tray, the notifications and the shell's verbs. Shared with the window.

app-name = Kabinet

## Notifications

button-join = Join
button-snooze = In { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
notice-in-room = A client is in the room
notice-in-room-named = { $name } is in the room
notice-in-lobby = A client waits in the lobby
notice-in-lobby-named = { $name } waits in the lobby
notice-on-page = A client waits on the page
notice-on-page-named = { $name } waits on the page
notice-planned-for = Consultation at { $time }
notice-missed = There since { $time }; the news came late
notice-left = The client left at { $time }
notice-left-named = { $name } left at { $time }
notice-ends = { $minutes } minutes left
notice-ends-at = The consultation ends at { $time }
notice-reminder = Consultation at { $time }
notice-reminder-named = { $name } at { $time }
notice-reminder-body = { $minutes ->
    [one] { $minutes } minute is planned
   *[other] { $minutes } minutes are planned
}
notice-room-gone = The room for { $time } is gone
notice-room-gone-body = The service does not have it any more. Make a new one and send its link to the client.
notice-discreet = There is news

## The tray

tray-not-connected = Not connected
tray-not-connected-since = Not connected; last contact at { $time }
tray-client-there = A client is there, { $time }
tray-in-session = In session
tray-next = Next at { $time }
tray-nothing = Nothing more today
menu-join = Join { $consultation }
menu-join-this = Join
menu-admit = Let in { $consultation }
menu-admit-this = Let in
menu-copy-link = Copy link
menu-details = Details
menu-new-room = New room…
menu-quiet = Do not disturb for…
menu-quiet-until = Do not disturb until { $time }
menu-quiet-for = { $minutes ->
    [30] 30 minutes
    [60] 1 hour
    [120] 2 hours
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
menu-disturb-again = Disturb me again
menu-hide-names = Hide names
menu-open = Open Kabinet
menu-connections = Connections
menu-settings = Settings
menu-quit = Quit

## The verbs

verb-not-running = Kabinet is not running.
verb-no-answer = Kabinet does not answer: { $reason }
verb-not-understood = Not understood: { $word }
verb-missing = Missing: { $word }
verb-help =
    Kabinet, the consulting room in the tray.

    kabinet                     open the window
    kabinet --hidden            start in the tray
    kabinet join [next]         open the room of the next consultation
    kabinet copy [next]         copy its link
    kabinet admit [next]        let the waiting client in from their page
    kabinet late [next] [5]     say that you come in so many minutes
    kabinet send [next]         send the client's link by the client's channel
    kabinet new --client NAME   make a consultation (--at 15:30, --date 2026-12-23, --minutes 50, --provider jitsi)
    kabinet new --title TITLE   make a broadcast of that title
    kabinet list [--json]       show what is planned
    kabinet hide-names on|off   keep clients' names off the screen
    kabinet doctor              check what Kabinet depends on
    kabinet --version           say which version this is
verb-joined = Opened the room of { $time }.
verb-copied = Copied the link of { $time }.
verb-admitted = The client of { $time } is let in.
verb-late = The client of { $time } is told: in { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}.
verb-sent-handed = The link of { $time } is being sent.
verb-sent-opened = The link of { $time } is ready in another program: press Send there.
verb-sent-copied = The words with the link of { $time } are copied.
verb-made = Made a consultation on { $day } at { $time }. Its link is copied:
verb-made-watch = The link for viewers:
verb-names-hidden = Names are hidden.
verb-names-shown = Names are shown.
verb-nothing = Nothing is planned from today on.
verb-cancelled = cancelled
verb-hidden-client = (name hidden)
verb-hidden-link = (link hidden)
doctor-works = works
doctor-broken = broken
doctor-version = Version
doctor-backend = Event server
doctor-feed = Events
doctor-keychain = Keychain
doctor-store = Local store
doctor-milliseconds = { $time } ms
doctor-reports = Reports
doctor-reports-none = none has ever come from a video server
doctor-reports-last = last from { $source }, { $minutes ->
    [0] less than a minute ago
    [one] one minute ago
   *[other] { $minutes } minutes ago
}
doctor-reports-silent = { $source } has been silent for { $minutes ->
    [one] one minute
   *[other] { $minutes } minutes
}
doctor-feed-live = arrive as they happen
doctor-feed-polling = are asked for, the stream does not hold
doctor-feed-connecting = connecting
doctor-feed-offline = no connection
doctor-feed-refused = this device is not let in
doctor-all-well = Everything works.

## Consultations made here, as other programs name them

consultation-name = Consultation

## In the calendar

calendar-about = Online consultation. Enter here: { $link }
calendar-hidden = (hidden)
# As chrono writes a day: 23 Dec 2026.
calendar-day-format = %-d %b %Y
calendar-time = { $day }, { $from }–{ $until }
calendar-no-reminder = none
calendar-reminder-before = { $minutes ->
    [one] { $minutes } minute before
   *[other] { $minutes } minutes before
}

## The history as a file

export-date = Date
export-start = Start
export-end = End
export-zone = Time zone
export-client = Client
export-provider = Where
export-link = Link
export-state = State
export-together = Minutes together
export-note = Note
export-kind = Type
export-watch-link = Link for viewers
export-conference = conference
export-broadcast = broadcast
export-planned = planned
export-running = running
export-finished = finished
export-cancelled = cancelled
export-no-show = did not come
export-summary = Consultation: { $client }

## The page that signing in leads back to

sign-in-page-done = Done
sign-in-page-close = You can close this tab and go back to Kabinet.
sign-in-page-refused = The account was not connected
sign-in-page-nothing = There is nothing on this page

## Notifications about messages and waiting

button-admit = Let in
button-message = Message
button-open = Open
notice-says-late = They say: { $minutes ->
    [one] { $minutes } minute late
   *[other] { $minutes } minutes late
}
notice-late = The client will be { $minutes ->
    [one] { $minutes } minute late
   *[other] { $minutes } minutes late
}
notice-late-named = { $name } will be { $minutes ->
    [one] { $minutes } minute late
   *[other] { $minutes } minutes late
}
notice-cannot-wait = The client cannot wait
notice-cannot-wait-named = { $name } cannot wait
notice-wrote = A client wrote to you
notice-wrote-named = { $name } wrote to you
notice-wrote-at = Written at { $time }
notice-link-not-sent = The link for { $time } was not sent
notice-reminder-not-sent = The reminder for { $time } was not sent
notice-message-not-sent = Your message about { $time } was not sent

## The client's link in our own words, where the practice's cannot be asked

invitation-subject = Online consultation on { $day } at { $time }
invitation-text =
    Hello! Our online consultation is on { $day } at { $time } ({ $zone }).
    Enter here: { $link }
