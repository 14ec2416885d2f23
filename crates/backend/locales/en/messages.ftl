### What the backend writes to people by messengers.

## To the client: the link and reminders

# 1 is Monday and January; the day of the consultation in its own time zone.
message-date =
    { $weekday ->
        [1] Monday
        [2] Tuesday
        [3] Wednesday
        [4] Thursday
        [5] Friday
        [6] Saturday
       *[7] Sunday
    }, { $day } { $month ->
        [1] January
        [2] February
        [3] March
        [4] April
        [5] May
        [6] June
        [7] July
        [8] August
        [9] September
        [10] October
        [11] November
       *[12] December
    }
message-time = { $time } ({ $offset }, { $zone })
message-time-utc = { $time } (UTC)
message-when = { $date }, { $time }
# After the word "consultation": whom it is with, a practice or a person.
message-with = { " " }with { $who }
invitation-subject = Your consultation: { $when }
invitation-text-page =
    Hello! Your consultation{ $with } is on { $when }.
    Your link: { $link }
    Open it a few minutes before the start. The page shows the time that is left, lets you check your camera and microphone, and tells us that you are there.
invitation-text-room =
    Hello! Your consultation{ $with } is on { $when }.
    Your link: { $link }
reminder-soon = { $minutes ->
        [0] Your consultation{ $with } begins now, at { $time }.
        [one] Your consultation{ $with } begins in { $minutes } minute, at { $time }.
        [60] Your consultation{ $with } begins in an hour, at { $time }.
       *[other] Your consultation{ $with } begins in { $minutes } minutes, at { $time }.
    }
reminder-today = A reminder: your consultation{ $with } is today at { $time }.
reminder-tomorrow = A reminder: your consultation{ $with } is tomorrow at { $time }.
reminder-later = A reminder: your consultation{ $with } is on { $when }.
reminder-link = Your link: { $link }

## To the client: answers of the bot

client-bot-bound = You will be reminded here of the consultation on { $date } at { $time }. Send /stop if you do not want that.
client-bot-over = This link is of no use any more. Ask your specialist for a new one.

## To the specialist: alerts, buttons, answers of the bot

alert-waits = A client is waiting for you.
alert-inside = A client is in the room and waiting for you.
alert-still-waits = The client is still waiting for you.
alert-time = The consultation is at { $time }.
alert-date = The consultation is on { $date } at { $time }.
alert-button-coming = I’m coming
alert-button-late = In { $minutes } minutes
alert-button-cannot = I can’t
alert-answered-coming = You answered: “I’m coming”.
alert-answered-late = You answered: “In { $minutes } min”.
alert-answered-cannot = You answered: “I can’t”.
alert-met = You are with the client.
alert-left = The client has left.
alert-withdrawn = This alert was a mistake: nobody came.
bot-explain = This is Kabinet’s bot. To be told here, press “Connect” under “When you are not here” in the application’s settings.
bot-confirm = Nearly done: confirm this chat in the Kabinet application.
bot-confirmed = Done. When a client waits and you have not answered on the computer, a message comes here. To end that: /stop.
bot-code-old = This link has been used or is too old. Press “Connect” in the application’s settings once more.
bot-stopped = Nothing more will come here.
bot-over = This consultation is over.
bot-moved = This consultation has another time now. This button was about the one before, so nothing has changed.
bot-running = You are in this consultation already.
bot-not-yours = This button is not for this chat.

## To the practice's channel

report-started = { $time } · The specialist is in the room.
report-joined = { $time } · The client has joined.
report-ended = { $time } · The session has ended. Together: { $minutes } { $minutes ->
        [one] minute
       *[other] minutes
    }.
report-ended-alone = { $time } · The session has ended. The client was not there.
report-of = { $report } — { $who }

## The operator's status page

status-title = How Kabinet is
status-good = Everything works
status-degraded = Something needs a look
status-not-writable = Nothing can be kept right now: look at the disk
status-running = Running for { $age }, version { $version }
status-followers = { $count ->
        [one] { $count } desktop follows
       *[other] { $count } desktops follow
    }
status-queue = Reports that wait to be written: { $count }
status-unplanned = Rooms in use that nobody planned: { $count }
status-connections = Connections
status-no-connections = Nothing is connected.
status-connection-state = { $state ->
        [ok] works
        [failing] does not work
        [applying] is applying new settings, which takes up to five minutes
       *[unknown] not asked yet
    }
status-checked = checked { $age } ago
status-last-worked = last worked { $age } ago
status-sources = Servers that report rooms
status-no-sources = No server has reported yet.
status-source-silent = silent for { $age }
status-source-heard = last heard { $age } ago
status-deliveries = Messages
status-no-deliveries = Nothing has been sent yet.
status-oldest = The oldest that is due has waited for { $age }.
status-none-due = Nothing is overdue.
status-channel = Channel
status-purpose = For
status-failures = What did not arrive
status-no-failures = Everything arrived, as far as is known.
status-when = When
status-attempts = Attempts
status-why = Why
status-resend = Send again
status-ago = { $age } ago
status-resent = It is being sent again.
status-not-resent = It cannot be sent again: its time is over, it has arrived after all, or what it was about is gone.
status-refused = This form was not sent from this page, so nothing was done. Go back and press the button there.
status-sign-in = Sign in with the administrator's token as the password. The name does not matter.
status-back = Back
status-channel-name = { $channel ->
        [whatsapp] WhatsApp
        [max] MAX
       *[telegram] Telegram
    }
status-purpose-name = { $purpose ->
        [link] links
        [reminder] reminders
        [message] messages
        [alert] alerts to specialists
        [report] the practice's channel
       *[reply] answers of the bot
    }
status-state-name = { $state ->
        [waiting] waiting
        [sending] being sent
        [sent] sent
        [delivered] delivered
        [read] read
        [unsure] unsure
        [failed] failed
       *[dropped] dropped
    }
status-seconds = { $count } s
status-minutes = { $count } min
status-hours = { $count } h
status-days = { $count ->
        [one] { $count } day
       *[other] { $count } days
    }

status-reason = { $code ->
        [not_registered] nobody is there under this number or chat
        [blocked] the person has blocked the bot
        [rejected] the messenger refused the message
        [quota] what is paid for at the messenger is used up
        [not_authorised] the messenger does not take our token
        [not_signed_in] the account has to be signed in again, by its QR code
        [restricted] the messenger has restricted the account
        [moved] the chat has another id now
        [later] the messenger asks for a pause
        [unreachable] the messenger does not answer
        [unsure] it may have been sent: the answer was lost
        [expired] too late to be of use
        [no_phone] there is no phone number
        [not_bound] no chat is bound
        [no_link] there is no link yet
        [channel_not_connected] this channel is not connected
        [applying_settings] new settings are not in force yet, which takes up to five minutes
        [webhook_set] what it hears goes to another address
        [second_listener] another program takes what it hears
        [sign_in_again] the account has to be signed in again
        [account_restricted] the account is restricted
        [plan_too_small] its plan does not include this
        [provider_forbids] the account may not do this
        [provider_busy] the service asks for a pause
        [provider_rejects] the service refused this
        [provider_unavailable] the service does not answer
        [provider_unexpected] the service gave an answer that makes no sense
        [room_may_have_been_made] the room may have been made: the answer was lost
        [none] no reason is known
       *[other] { $code }
    }

