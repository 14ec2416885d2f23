# Words of the window. Plural forms by Fluent; the window itself puts names in.

## Common

back = Back
cancel = Cancel
close = Close
save = Save
done = Done
next = Next
skip = Skip
retry = Try again
undo = Undo
show = Show
hide = Hide
look = Details
change = Change
dismiss = Dismiss message
messages = Messages
details = Details
copied = Copied
copy-failed = Could not copy. Please select the text and copy it yourself.
starting = Opening…
start-failed = Kabinet does not answer
error-ui_unreachable = The window has lost the application. If it happens again, quit Kabinet and start it anew.
error-without-words = Something went wrong (code: { $code }).

## Today

today = Today
history = History
history-and-search = History and search
settings = Settings
new-consultation = New consultation
consultation = Consultation
hide-names = Hide names
show-names = Show names
client-hidden = Client hidden
client-unnamed = No name
empty-title = No consultations yet
empty-text = Plan the first one: the client’s link is ready at once.
empty-action = Plan a consultation
group-later-today = Later today
group-past-today = Earlier today
group-tomorrow = Tomorrow, { $date }
group-unanswered = Waiting for your answer, { $date }
minutes = { $minutes } min
minutes-unit = min
hours =
    { $hours ->
        [one] { $hours } hour
       *[other] { $hours } hours
    }
together = { $minutes } min together
link = Link
copy-link = Copy link
link-copy = Link: copy
link-copied = Link copied
join = Join
join-room = Join the room
join-again = Open the room
in-five-minutes = In 5 minutes
snoozed-until = You put it off until { $time }
at-the-door = Name at the door:
unproven = The server does not say who came in: it may be your own second device.
line-unstable = The client’s connection is unstable.
unsent = Not sent to the server yet: it will be, as soon as the connection is back.
unsent-short = not sent
asks-outcome-short = came?
status-finished = finished
status-no-show = did not come
status-cancelled = cancelled
status-running = running now
status-past = over
announce-arrival = { $client }: the client is there
announce-arrival-hidden = The client is there

moment-in =
    { $minutes ->
        [one] In { $minutes } minute
       *[other] In { $minutes } minutes
    }
moment-in-hours =
    { $minutes ->
        [0] In { $hours } h
       *[other] In { $hours } h { $minutes } min
    }
moment-in-days =
    { $days ->
        [one] In { $days } day
       *[other] In { $days } days
    }
moment-started =
    { $minutes ->
        [0] It is time
       *[other] Started { $minutes } min ago
    }
moment-past = The time is over
moment-waits =
    { $minutes ->
        [0] The client is there
       *[other] Client waits { $minutes } min
    }
moment-waits-page =
    { $minutes ->
        [0] The client waits on the page
       *[other] Waits on the page, { $minutes } min
    }
moment-waits-cancelled = The client is there, though it was cancelled
moment-alone = You are in the room, the client is not yet
moment-together = Running, { $minutes } min left
moment-overtime =
    { $minutes ->
        [0] The time is over
       *[other] Running { $minutes } min over
    }
moment-line-lost =
    { $minutes ->
        [0] The client’s connection was lost
       *[other] Client’s connection lost for { $minutes } min
    }
moment-left =
    { $minutes ->
        [0] The client left
       *[other] The client left { $minutes } min ago
    }
moment-finished =
    { $minutes ->
        [0] Finished
       *[other] Finished, { $minutes } min together
    }
moment-no-show = The client did not come
moment-cancelled = Cancelled

place-opened-link = opened the link
place-on-page = waits on the page
place-lobby = in the lobby
place-room = in the room
place-line-lost = connection lost
place-left = left

## The event server

feed-connecting = connecting
feed-live = connected
feed-offline = offline
feed-refused = refused
feed-since = since { $time }
feed-last-contact = last contact { $time }
feed-never = no contact yet
feed-offline-text = No connection to the event server since { $time }. The list is as of then, and a client’s arrival cannot be told.
feed-offline-text-never = No connection to the event server: a client’s arrival cannot be told.
feed-refused-text = The event server no longer accepts this device. Please pair it again.
feed-polling-text = Events come by asking: a standing connection does not hold here. They are hardly any slower.

## Do not disturb

do-not-disturb = Do not disturb
do-not-disturb-text = No reminders and no news for a while
quiet-until = Do not disturb until { $time }
quiet-until-short = until { $time }
quiet-end = Turn off

## New consultation

client = Client
client-placeholder = A name, as you like it
where = Where
date = Date
time = Time
length = Length
usual-lengths = Usual lengths
today-word = today
tomorrow-word = tomorrow
until-time = until { $time }
times-in-zone = Times are in the zone { $zone }.
pick-a-day = Pick a day
month-before = Previous month
month-after = Next month
date-unreadable = This date cannot be read. For example: 23.12
time-unreadable = This time cannot be read. For example: 15:30
client-link = Client’s link
link-of-room = Link to the room
link-of-room-hint = The client gets a link to their page, which leads here.
link-coming = making a link…
link-missing = Paste the link of a room
no-camera = Browsers give no camera or microphone at http:// addresses. Use one with https://.
another-code = Another link
paste-a-link = Paste a link of your own
make-a-link = Make a link for me
note = Note
link-hidden = This link is not shown while names are hidden. It can be copied and opened all the same.
note-hidden = Hidden together with the names.
broadcast-hidden = Title and description are hidden together with the names.
note-hint = only you see it
no-rooms-yet = No rooms are connected yet. A link made elsewhere can be pasted meanwhile.
connect = Connect
create-and-copy = Create and copy link
created = The consultation is created.
created-and-copied = Consultation created, link copied
change-consultation = Change consultation
repeat = Repeat
repeat-needs-names = Names are hidden. To repeat a consultation, show them first.
change-room-needs-names = Names are hidden now, and the broadcast’s texts with them. To change the room, they have to be shown.
change-needs-names = Names are hidden now. To change the consultation, they have to be shown.
changed = Changes saved

## One consultation

time-there = { $time } in { $zone }
asks-outcome = The time is over and no client was seen in the room. Did they come?
came = Came
did-not-come = Did not come
login-text = If the room asks for a host’s sign-in:
copy-login = Login
copy-password = Password
login-copied = Login copied
password-copied = Password copied. It leaves the clipboard in 30 seconds.
way-of-client = The client’s way
cancel-consultation = Cancel consultation
cancelled = Consultation cancelled
restore = Restore consultation
restored = Consultation restored

step-opened-link = Link opened
step-on-page = Waits on the page
step-lobby = In the lobby
step-late = { $minutes } min late
step-joined = In the room
step-joined-again = In the room again
step-named = Name became known
step-line-lost = Connection lost
step-line-back = Connection back
step-line-unstable = Connection unstable
step-left = Left the room
step-left-page = Left the page
step-session-started = You came in
step-session-ended = The session ended
step-went-in = Client went into the room
step-admitted = You let them in
step-can-wait = Client will wait
step-cannot-wait = Client cannot wait
step-coming = You: on the way
step-specialist-late = You: in { $minutes } min
step-cannot = You: cannot make it
step-escalated = Told you another way
step-message = Client wrote
step-missed = learned later
reason-hung-up = hung up
reason-lost = connection did not return
reason-kicked = removed from the room
reason-ended = the meeting was ended
reason-closed = page closed
source-page = client’s page
source-desktop = this computer
source-backend = event server

## History

search-what = Name, date, note or link
found =
    { $count ->
        [0] Nothing found
        [one] { $count } consultation
       *[other] { $count } consultations
    }
found-nothing = Try a part of the name, a day or a word from the note, or widen the filters.
history-empty = Everything you plan will stand here.
filters = Filters
filters-off = Remove the filters
state = State
any-state = Any state
state-planned = Planned
state-finished = Finished
state-no-show = Did not come
state-cancelled = Cancelled
period = Period
period-all = All time
period-this-month = This month
period-last-month = Last month
period-own = From – to
from-day = From
to-day = To
export = Save as a file
export-csv = Spreadsheet (CSV)
export-calendar = Calendar (iCalendar)
export-nameless = Names are hidden: the file will hold neither names nor notes.
exported =
    { $count ->
        [one] { $count } consultation saved to downloads: { $file }
       *[other] { $count } consultations saved to downloads: { $file }
    }
exported-nameless =
    { $count ->
        [one] { $count } consultation saved to downloads without names or notes: { $file }
       *[other] { $count } consultations saved to downloads without names or notes: { $file }
    }
show-in-folder = Show in folder

## Connections

connections = Connections
connections-text = Rooms, event server, keys
rooms = Rooms
connected = connected
not-connected = not connected
health-unknown = not checked
health-works = works
health-check = check
health-broken = broken
check-now = Check
last-success = Last good check at { $time }.
save-and-check = Save and check
secret-kept = kept in the keychain
secret-forget = Forget
remove-connection = Disconnect
remove-connection-title = Disconnect “{ $provider }”?
remove-connection-text = The settings and keys of this connection will be removed. Planned consultations and their links stay.
connection-removed = Connection removed
unknown-provider = There is no such connection.

events = Events
server-embedded = Built-in event server
server-shared = Shared event server
delay = { $ms } ms
webhook-text = To learn of a client’s arrival, the video server has to report it here.
copy-address = Copy address
copy-lines = Copy lines
config-lines = Lines for the server’s configuration
lines-text = These lines go into Prosody, the part of the video server that knows who is in a room, in the section of the rooms’ component; its module comes with Kabinet.
reports = Reports of arrivals
reports-shared = The shared event server takes them in: whoever runs it sets them up.
pair = Connect
pair-text = Does your practice have a shared event server?
pairing-link-or-code = Pairing link or code
pairing-hint = Whoever runs the server hands them out.
pairing-unreachable = The event server of this link or code does not answer. Check the address and this computer’s network.
paired = Shared server connected
unpair = Disconnect
unpair-text = Consultations and events come from the shared server.
unpair-title = Disconnect the shared server?
unpair-confirm = This computer goes back to its built-in server. Connecting again takes a new code.
unpaired = Shared server disconnected
server-address = Server address

keys = Keys
keychain = System keychain
keychain-text = Passwords and tokens live there only
keychain-open = open
this-computer = This computer

provider-link = Own link
field-jitsi-base_url = Server address
field-jitsi-app_id = Application id (JWT)
field-jitsi-app_id-hint = If the server lets the host in by a token.
field-jitsi-app_secret = Application secret (JWT)
field-jitsi-audience = Token’s audience (aud)
field-jitsi-audience-hint = Usually left as it is.
field-jitsi-subject = Token’s subject (sub)
field-jitsi-subject-hint = Usually left as it is.
field-jitsi-login = Host’s login
field-jitsi-login-hint = If the server asks for a login and a password.
field-jitsi-password = Host’s password
provider-telemost = Yandex Telemost
field-telemost-client_id = Application id
field-telemost-client_id-hint = From oauth.yandex.com: an application with the rights to Telemost gets it.
field-telemost-client_secret = Application secret
field-telemost-access_token = Token
field-telemost-access_token-hint = If you have one already: then there is no need to sign in.
provider-bitrix24 = Bitrix24
field-bitrix24-webhook_url = Webhook address
field-bitrix24-webhook_url-hint = In Bitrix24: Developer resources, Other, Inbound webhook, with the rights calendar and user. Who has this address acts in your name, so it is kept in the keychain.
field-bitrix24-portal = Your portal’s address
field-bitrix24-portal-hint = As it stands in the browser when you open Bitrix24.
field-bitrix24-client_id = Application id
field-bitrix24-client_id-hint = Of a local application on your portal, with the rights calendar and user.
field-bitrix24-client_secret = Application key

## Signing in to a service

sign-in-title = Connect an account
sign-in-rooms-text = A page opens in your browser. Sign in there and allow Kabinet to make rooms in your name: it never sees your password.
sign-in-calendar-text = A page opens in your browser. Sign in there and allow Kabinet to use your calendar: it never sees your password.
sign-in-with-code = Connect with a code
sign-in-application = An application of your own
sign-in-application-text = Register an application at the service, give it this return address to the letter, and enter here what you get.
sign-in-redirect = Return address
sign-in-instead = Without signing in: { $what }
change-kept = Replace: { $what }
sign-in-under-way = being connected…
sign-in-wait-title = Finish in the browser
sign-in-wait-text = The page is open there. Once you have allowed the access, Kabinet goes on by itself.
sign-in-open-again = Open again
sign-in-paste = Address or code from the browser
sign-in-paste-hint = Only if the browser shows a code, or a page that does not open: then copy its whole address.
sign-in-paste-missing = Paste the address or the code here.
sign-in-paste-address = Address from the browser
sign-in-paste-address-hint = Only if the browser shows a page that does not open: then copy its whole address.
sign-in-paste-address-missing = Paste the address here.
sign-in-go-on = Go on
sign-in-code-title = Enter this code
sign-in-code-text = Open the page on any device, sign in and enter the code there. Kabinet then goes on by itself.
sign-in-code-page = The page:
sign-in-code-left = Good for { $left } more
sign-in-code-until = The code is good until { $time }.
sign-in-code-over = The time for this code is over.
sign-in-new-code = Get a new code
sign-in-open-page = Open the page
sign-in-copy-code = Copy code
sign-in-finishing = Connecting…
sign-in-finishing-text = The access is given. A moment more to see what the account may do.
sign-in-failed = The account was not connected.
sign-in-again = Sign in again
sign-in-another = Sign in with another account
sign-in-notice = { $provider } asks you to sign in again.
account-connected = Connected: { $account }
account-may = What the account may do
ability-rooms = Make rooms
ability-broadcasts = Make broadcasts
ability-calendar = Read and write the calendar
ability-colleagues = See colleagues
allowed = yes
not-allowed = no
links-only = links only
health-sign-in = sign in again
just-now = just now
checked = Checked { $ago }.
worked = worked { $ago }
disconnect-account-text = Kabinet gives the access back and forgets this account’s keys. Planned consultations and their links stay; new rooms can no longer be made here.
disconnect-calendar-text = Kabinet forgets the keys of this calendar and no longer compares with it. Consultations stay here, and their entries stay there.

## Rooms made at a service

waiting-room = Waiting room
waiting-room-everyone = Everybody waits
waiting-room-everyone-hint = Everybody waits until you let them in.
waiting-room-outsiders = Outsiders wait
waiting-room-outsiders-hint = Your organisation comes in at once, everybody else waits until let in.
waiting-room-nobody = Nobody waits
waiting-room-nobody-hint = Whoever has the link comes in at once, even before you.
waiting-room-unknown = Not known
cohosts = Co-hosts
cohosts-hint = They let people in and lead as you do. E-mail addresses of accounts at the service.
cohosts-placeholder = Name or e-mail
cohosts-not-addresses =
    { $count ->
        [one] This is not an e-mail address. Correct or remove it.
       *[other] { $count } of these are not e-mail addresses. Correct or remove them.
    }
cohosts-none = none
person-remove = Remove { $person }
person-wrong = not usable:
people-suggested = Suggestions
people-none-found = Nobody of that name.
people-unreachable = Colleagues cannot be looked up just now.
summary = Summary
summary-hint = The service listens in and writes down what was said. Ask the client first: it leaves the talk between the two of you.
summary-on = is written by the service
summary-off = off
broadcast = Broadcast
broadcast-hint = Others may watch by a link of their own. They are neither seen nor heard.
broadcast-not-allowed = Your organisation’s plan does not include broadcasts.
broadcast-title = Title for viewers
broadcast-description = Description
viewers = Who may watch
viewers-everyone = Whoever has the link
viewers-organisation = Organisation only
characters = { $count } of { $of }
text-too-long = Too long by { $over }. Shorten it.
room-more = More
room-more-cohosts =
    { $count ->
        [one] { $count } co-host
       *[other] { $count } co-hosts
    }
without-broadcast = no broadcast
without-cohosts = no co-hosts
without-summary = no summary
link-when-made = It comes with the room, when the consultation is created.
link-stays-when-saved = The room is made when you save. The client’s link stays as it is.
link-when-saved = It comes with the new room, when you save. The old link no longer leads to you then.
keep-the-link = Keep the link as it is
making-room = Making the room…
make-new-room = Make a new room
paste-link-instead = Paste a link
room-not-made = The room was not made. { $why }
back-to-form = To the form
account-may-not = This account may not make rooms at { $provider }. A link made there can be pasted.
account-missing = No account is connected to { $provider } yet. A link made there can be pasted meanwhile.
open-connection = To the connection
made-room = Room
speakers-link = Speakers’ link
viewers-link = Viewers’ link
viewers-link-copy = Copy viewers’ link
viewers-link-copied = Viewers’ link copied
viewers-link-none = The service has not given it yet. Compare in a while.
viewers-link-text = For those who only watch. Who speaks needs the other link.
change-room = Change…
change-room-title = Change the room
room-changed = Room changed
compare-with = Compare with { $provider }
comparing = Comparing…
room-same = Kabinet and { $provider } say the same.
room-differs = { $provider } says otherwise than Kabinet. Which is right?
side-here = In Kabinet
side-there = { $provider }
side-differs = What differs
keep-mine = Keep mine
keep-mine-room = { $provider } is changed to what Kabinet says.
take-theirs = Take theirs
take-theirs-room = Kabinet takes over what { $provider } says.
room-link = Link
room-link-other = another link
empty-side = nothing
type = Type
any-type = Any type
type-conference = Meetings
type-broadcast = Broadcasts

## The calendar

entry-of-calendar = Calendar
in-the-calendar = In the calendar
in-the-calendar-hint = “{ $calendar }”
calendar-invited = Invited colleagues
calendar-invited-placeholder = Colleague’s name
invited-unfinished = Choose somebody from the list, or clear the field.
calendar-written = In the calendar
calendar-waiting = Waits to be written to the calendar.
calendar-off = Not in the calendar
calendar-failed = Could not be written to the calendar.
calendar-conflict = The calendar says otherwise.
calendar-conflict-short = calendar differs
invited = Invited: { $people }
conflict-both = Changed both here and in the calendar. Nothing was overwritten: say which is right.
conflict-deleted-there = In the calendar this was deleted or declined. Does it take place?
conflict-cancelled-here = Cancelled here, and meanwhile changed in the calendar. Does it take place?
conflict-keep = Keep mine
conflict-keep-hint = The calendar is changed to what Kabinet says.
conflict-take = Take the calendar’s
conflict-take-hint = Kabinet takes over what the calendar says.
conflict-write-again = It takes place
conflict-write-again-hint = The entry is written to the calendar again.
conflict-cancel-too = It does not
conflict-cancel-too-hint = It is cancelled here as well.
conflict-delete-there = It does not
conflict-delete-there-hint = The entry is deleted in the calendar.
conflict-restore = It takes place
conflict-restore-hint = It is restored here, as the calendar says.
conflict-decided = Decided. Both sides will say the same.
side-calendar = In the calendar
entry-title = Title
entry-time = Time
entry-location = Place
entry-description = Description
entry-reminder = Reminder
calendar = Calendar
calendar-which = Where consultations are written
calendar-choose = Choose a calendar: until then nothing is written.
calendar-read-only = can only be read
calendar-none = This account has no calendars.
calendar-asking = Asking for the calendars…
calendar-default = New consultations go there
calendar-default-text = Each consultation can say otherwise
calendar-names = Entries carry the client’s name
calendar-names-text = Whoever may look into your calendar will read it: colleagues, administrators. When off, an entry says “Consultation”.
calendar-reminder = Remind in the calendar
calendar-reminder-text = Besides Kabinet’s own reminders
calendar-no-reminder = No reminder
calendar-compared = Compared { $ago }.
calendar-not-compared = Not compared yet.
calendar-compare = Compare now
calendar-conflicts = For you to decide
calendar-notice =
    { $count ->
        [one] The calendar disagrees about { $count } consultation.
       *[other] The calendar disagrees about { $count } consultations.
    }

## The client: contact, link, page, messages

admit = Let in
admitted = The client is let in
write = Message
answer-otherwise = More answers
answer-change = Answer otherwise
say-coming = I’m coming
say-late = In { $minutes } minutes
say-cannot = I can’t make it
say-cannot-hint = The client reads it on the page
client-late = Client: { $minutes } min late, there by { $time }
client-late-short = { $minutes } min late
answer-late = You said: there at { $time }.
answer-coming = You said: on my way.
answer-cannot = You said: I can’t make it.
answer-can-wait = The client will wait.
answer-cannot-wait = The client cannot wait.
unread =
    { $count ->
        [one] { $count } unread message
       *[other] { $count } unread messages
    }
channel = How to reach them
channel-whatsapp = WhatsApp
channel-max = MAX
channel-telegram = Telegram
channel-email = E-mail
channel-clipboard = By hand
send-whatsapp = Send by WhatsApp
send-max = Send by MAX
send-telegram = Send by Telegram
send-email = Send by e-mail
send-clipboard = Copy as a message
sends-by-itself = Goes out by itself.
opens-whatsapp = WhatsApp opens with the message ready; you send it yourself.
opens-max = The message is copied; you send it in MAX yourself.
opens-telegram = Telegram opens with the message ready; you send it yourself.
opens-email = Your mail program opens with the letter ready; you send it yourself.
opens-clipboard = Words with the time and link are copied, to be pasted anywhere.
link-handed = The link is on its way by { $channel }
invitation-copied = Copied: paste it into the chat with the client
mail-opened = The letter is ready: press Send there
chat-opened = The message is ready: press Send there
another-way = Another way
send-again = Send again
sending-again = Sending once more
by-hand = You hand the link to this client yourself.
by-hand-otherwise = Choose another way
link-more = More about the link
renew-link = Give a new link
renew-link-hint = The old one stops working
renew-link-title = Give a new link?
renew-link-text = The old link stops working at once. Send the new one to the client.
link-renewed = The link is new: send it to the client
copy-room-link = The room’s own link
copy-room-link-hint = It leads past the page: nobody tells you who comes by it
room-link-copied = The room’s link is copied
page-coming = This is the room’s own link. The client’s page gets its link as soon as the server knows of the consultation.
not-delivered = Something has not reached the client: see the details.
not-delivered-short = not delivered
delivery-link = Link
delivery-reminder = Reminder
delivery-planned = goes out { $time }
delivery-waiting = not sent yet
delivery-sending = being sent
delivery-sent = sent
delivery-delivered = delivered
delivery-read = read
delivery-unsure = sent, but not confirmed
delivery-failed = not sent
delivery-dropped = not needed any more
door = When the page lets the client in
door-at-time = At the time
door-at-time-hint = Or earlier, when you let them in.
door-at-time-short = let in at the time
door-when-admitted = When I let them in
door-when-admitted-hint = Until then the client waits on the page, and you see it.
door-when-admitted-short = you let in
door-at-once = At once
door-at-once-hint = Whoever opens the link can go into the room at any time.
door-at-once-short = let in at once
door-is-open = The client can go into the room.
door-opens-at = The page lets the client in at { $time }.
door-opens-by-you = The client waits on the page until you let them in.
door-opens-at-once = The page lets the client in at once.
open-the-door = Open now
door-opened = The client can go into the room now
swap-room-text = Does the room fail? Take another one: the client’s link stays the same.
swap-room = Another room
client-side = Reaching the client
phone = Phone
phone-placeholder = +44 20 7946 0958
phone-missing = The phone is needed to write to the client.
phone-unreadable = This phone cannot be read. For example: +44 20 7946 0958
email-missing = The address is needed to write to the client.
email-unreadable = This address cannot be read. For example: name@example.org
client-language = Client’s language
client-language-ru = Русский
client-language-en = English
client-reminders = Remind the client
client-reminders-hint = Before the start, with the link
reminder-hours = { $hours } h
reminder-before = { $time } before
reminders-one = reminder { $one }
reminders-two = reminders { $one } and { $other }
as-last-time = As it was with this client the last time.
another-client = It is somebody else
as-another-client = A new client: nothing is taken over from their namesake.
messages-with-client = Conversation
messages-hidden = Hidden together with the names.
messages-none = No messages yet.
messages-new = New
from-client = Client:
from-you = You:
message = Message to the client
message-placeholder = Write to the client
message-send = Send
message-keys = Enter sends, Shift+Enter begins a new line.
message-image = Picture
message-audio = Voice or sound
message-video = Video
message-document = File
message-location = Place on a map
message-contact = Contact
message-sticker = Sticker
message-deleted = Message deleted
message-unreadable = This message could not be read. Open it on the phone.
message-other = Something that can only be seen on the phone

## Being reached elsewhere, quiet hours, the key of names

settings-reach = When you are not here
settings-reach-text = If a client waits and nobody answers on this computer, or it sleeps, you are told in Telegram, with buttons to answer.
telegram-unavailable = The practice has no Telegram bot, so nobody can tell you away from this computer. Whoever runs the server can connect one.
telegram-unbound = Nobody can tell you away from this computer yet. One press opens the chat.
telegram-waits = Press Start in the chat that has opened. It waits until { $time }.
telegram-unconfirmed = The chat “{ $name }” has answered. Is it you? Nothing is sent there before you say so.
telegram-unconfirmed-nameless = Somebody has answered; the name is hidden. Is it you? Nothing is sent there before you say so.
telegram-another = Another chat
telegram-next = Another chat, “{ $name }”, has answered. Is it you? Until you say so, alerts go where they went before.
telegram-next-nameless = Another chat has answered; its name is hidden. Is it you? Until you say so, alerts go where they went before.
telegram-me = It’s me
telegram-not-me = Not me
telegram-confirmed = Telegram is connected
telegram-refused = The chat is forgotten
telegram-bound = Alerts go to the chat “{ $name }”.
telegram-bound-nameless = Alerts go to your chat.
telegram-blocked = The bot is blocked in your Telegram, so it cannot write to you. Open the chat and press Restart.
telegram-blocked-short = blocked
telegram-open = Open the chat
telegram-leave-title = Disconnect Telegram?
telegram-leave-text = Away from this computer nobody will tell you that a client waits.
telegram-left = Telegram is disconnected
reach-after = Tell me there if I don’t answer for
seconds = { $seconds } s
quiet-hours = Quiet hours
quiet-hours-text = No reminders and no news of messages. A client who waits still comes through.
quiet-hours-text-everything = No reminders and no news, not even of a client who waits.
quiet-from = From
quiet-to = To
quiet-hours-everything = In quiet hours, stay silent about a waiting client too
quiet-hours-everything-off = Off: you are told of a client who waits at any hour.
quiet-hours-everything-on = On: during quiet hours and “Do not disturb” you are told neither here nor in Telegram, and the client only shows in the list.
quiet-hours-over-midnight = of the next day
quiet-hours-same = These are the same time.
quiet-everything = Quiet about waiting clients too
quiet-everything-off = Off: a client who waits still comes through.
quiet-everything-on = On: even a client who waits only shows in the list.
quiet-everything-always = Chosen with the quiet hours: even a client who waits only shows in the list.
quiet-until-everything = Do not disturb until { $time }, clients who wait included
names-key = Key of the names
names-key-text = Your practice keeps clients’ names off the server. Your own computers read them with this key.
names-key-kept = The key is on this computer.
names-key-none = The key is not on this computer: names of consultations made elsewhere cannot be read here.
names-key-show = Show the key
names-key-hide = Hide the key
names-key-label = Your key
names-key-copy = Copy the key
names-key-careful = Carry it to your other computer yourself, and give it to nobody: who has it reads the names.
names-key-enter = Enter a key
names-key-other = Key from your other computer
names-key-take = Use this key
names-key-missing = Paste the key here.
names-key-entered = The key is on this computer now

## Settings

settings-you = You
settings-look = Look
settings-notifications = Notifications
settings-privacy = Names on the screen
settings-consultations = Consultations
settings-computer = Computer
your-name = Your name
your-name-hint = Clients see it in the room.
your-name-placeholder = Helen Brown
language = Language
language-system = System
theme = Theme
theme-system = System
theme-light = Light
theme-dark = Dark
notifications = Notifications
notifications-text = When a client arrives and a consultation begins
sound = Sound
reminders = Remind of the start
reminders-text = minutes before
minutes-before =
    { $minutes ->
        [one] { $minutes } minute before
       *[other] { $minutes } minutes before
    }
warn-before-end = Warn 5 minutes before the end
hide-names-text = In the window and in notifications, while sharing a screen for instance
privacy-in-notifications = What a notification shows
privacy-example-name = Maria K.
privacy-example = “{ $title }” · “{ $text }”
privacy-full = The client’s name
privacy-no-name = No name
privacy-discreet = Next to nothing
default-length = Usual length
room-template = Room’s name
room-template-hint = { "{" }date{ "}" } is the date, { "{" }code{ "}" } a random code.
code-length = Length of the code
code-length-short = A short code can be guessed, and the room entered with it. 12 characters and more are safe.
autostart = Start when I sign in
autostart-text = Opens in the tray, without a window

## First run

first-step = Step { $step } of { $of }
first-language = Which language shall we speak?
first-language-text = It can be changed in the settings at any time.
first-name = What is your name?
first-name-text = Clients see it in the room.
first-address = Where do you meet clients?
first-address-text = If you or your practice run a Jitsi server, give its address and links will be made for you. It can also be done later.
