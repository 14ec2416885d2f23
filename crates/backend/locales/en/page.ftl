### What the client's page says.

## Without a script

plain-enter = Go in
plain-open = You can go in now.
plain-waiting = The link will appear here when you can go in.
plain-over = The consultation is over. You can close this page.
plain-cancelled = The consultation is cancelled. If you did not expect this, ask your specialist.
plain-specialist-coming = Your specialist is on the way.
plain-specialist-late = Your specialist is running late and will be here at { $time }.
plain-specialist-by-then = Your specialist will be here at { $time }.
plain-specialist-cannot = It cannot take place now. Your specialist will get in touch.
# Shown only where scripts are switched off in the browser.
plain-nobody-told = Scripts are switched off in your browser. The page works all the same, but it does not tell the specialist that you are here, and it shows the practice's time rather than yours.
plain-reload = The page reloads by itself every half a minute.
plain-reload-hint = Should the time change, you will see it after reloading.
plain-reload-now = Reload now
plain-reload-stop = Do not reload by itself
plain-still = The page does not reload by itself.
plain-reload-start = Reload every half a minute
plain-when = { $weekday }, { $day } { $month }, { $time }
plain-zone = by the practice's time ({ $zone })
plain-nowhere = This link leads nowhere
plain-nowhere-why = It may be out of date, or not copied whole.
plain-nowhere-do = Open it once more from the message; if that does not help, ask your specialist for a new one.
plain-weekday-1 = Monday
plain-weekday-2 = Tuesday
plain-weekday-3 = Wednesday
plain-weekday-4 = Thursday
plain-weekday-5 = Friday
plain-weekday-6 = Saturday
plain-weekday-7 = Sunday
plain-month-1 = January
plain-month-2 = February
plain-month-3 = March
plain-month-4 = April
plain-month-5 = May
plain-month-6 = June
plain-month-7 = July
plain-month-8 = August
plain-month-9 = September
plain-month-10 = October
plain-month-11 = November
plain-month-12 = December

## With it

with-title-open = You can come in
with-lead-in = Your consultation starts in
with-lead-due = Your consultation is about to begin
with-lead-late = The specialist will be late
with-lead-by-then = The specialist will be there soon
with-lead-cannot = The specialist cannot come
with-lead-open = You can come in
with-lead-again = You can go in again
with-lead-over = The consultation is over
with-lead-cancelled = The consultation is cancelled
with-lead-gone = This link does not work any more

with-days = { $days ->
    [one] { $days } day
   *[other] { $days } days
}
with-hours = { $hours ->
    [one] { $hours } hour
   *[other] { $hours } hours
}
with-minutes = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
with-today = today
with-tomorrow = tomorrow
with-when = { $day }, { $time }
with-lasts = { $minutes ->
    [one] { $minutes } minute
   *[other] { $minutes } minutes
}
with-when-yours = This is your time ({ $zone }).
with-when-theirs = By the practice’s time: { $when } ({ $zone }).

with-early-note = You can close this page and come back by the same link nearer the time.
with-due-note = Stay on this page: a button will appear here as soon as you can go in.
with-open-note = The specialist is in the room or will come there. It opens in this same window.
with-again-note = If the line dropped or you left by accident, just go in once more.
with-over-note = Thank you for being with us. You can close this page.
with-cancelled-note = There is nothing you need to do. To choose another time, write to where this link came from.
with-cannot-note = To choose another time, write to where this link came from.
with-gone-note = It may have been replaced by a new one. Open the latest message with a link, or write to where it came from.

with-enter = Enter the room
with-enter-again = Go in again
with-entering = Opening the room…

with-specialist = The specialist
with-told-yes = Has been told that you are here
with-told-coming = Is on the way to you
with-told-later = Will be told when you are waiting on this page
with-told-kept = Not reachable yet. We have noted that you are here: it will be seen at once when the line is back
with-told-no = Not reachable yet
with-told-offline = Will be told as soon as this page is connected again
with-chip-told = told
with-chip-coming = coming

with-late-until = Will be there at { $time }, in
with-late-soon = Will be there any minute
with-late-question = Can you wait?
with-late-fine = Fine, I’ll wait
with-late-cannot = I can’t wait
with-late-said-fine = You answered that you’ll wait. Thank you!
with-late-said-cannot = You answered that you can’t wait. You can close this page.

with-my-late = Running late?
with-my-late-note = Say by how much, and the specialist will see it.
with-my-late-minutes = { $minutes } min
with-my-late-said = { $minutes ->
    [one] You said that you are { $minutes } minute late and will be here by { $time }.
   *[other] You said that you are { $minutes } minutes late and will be here by { $time }.
}
with-my-late-change = You can choose another time.
with-not-sent = That could not be passed on. Please try again.

with-offline = There is no connection right now. We keep trying, and the page will renew itself.
with-busy = The server is busy. We will try again by ourselves, there is nothing to press.

with-remind = Remind me in Telegram
with-remind-note = Our bot opens: press “Start” in it, and it will remind you of the consultation.

with-check = Camera and microphone
with-check-note = You can test them right here
with-check-start = Test
with-check-again = Test again
with-check-asking = Allow the camera and the microphone if the browser asks.
with-check-stop = End the test
with-check-preview = The picture of your camera
with-check-level = Loudness of the microphone
with-check-private = The picture and the sound stay on your device.
with-camera = Camera
with-camera-fine = Works
with-camera-none = Not found. You can come without one
with-microphone = Microphone
with-microphone-fine = Works: you can be heard
with-microphone-silent = Say something: the bar should move
with-microphone-quiet = Connected, but no sound was heard
with-microphone-none = Not found
with-connection = Connection
with-connection-measuring = Testing…
with-connection-good = Good
with-connection-weak = Weak. Move closer to the router or change to another network
with-connection-none = No connection
with-chip-fine = ready
with-chip-weak = weak
with-chip-none = none

with-refused-denied = The camera and the microphone are not allowed
with-refused-denied-android = Press the sign to the left of the page’s address, choose “Permissions” and switch on the camera and the microphone. Then test again.
with-refused-denied-ios = Press the sign beside the page’s address, choose “Website Settings” and allow the camera and the microphone. If they are not there: the phone’s Settings, your browser, Camera and Microphone.
with-refused-denied-desktop = Press the sign beside the page’s address and allow the camera and the microphone. Then test again.
with-refused-missing = No camera or microphone was found
with-refused-missing-help = See that they are plugged in and switched on. You can also come from another device by this same link.
with-refused-taken = The camera or the microphone is in use
with-refused-taken-help = Close other programs and tabs that may be using them: a call, the camera, a recorder. Then test again.
with-refused-insecure = This page was opened without protection
with-refused-insecure-help = Its address should begin with https. Open the link from the message once more.
with-refused-old = This browser cannot use a camera
with-refused-old-help = Update it, or open the link in another one, such as Chrome, Safari or Firefox.
with-refused-inside = { $app ->
    [unknown] The link is open inside another app
   *[other] The link is open inside { $app }
}
with-refused-inside-help = The camera and the microphone may not work in there. Open the link in an ordinary browser.
with-refused-other = The camera and the microphone could not be switched on
with-refused-other-help = Reload the page, or open the link on another device.
with-elsewhere-android = Press the three dots in the corner of the screen and choose “Open in browser”. Or copy the link and paste it into Chrome.
with-elsewhere-ios = Press the compass or “Share” and choose “Open in Safari”. Or copy the link and paste it into Safari.
with-elsewhere-desktop = Copy the link and paste it into your browser’s address bar.
with-copy = Copy the link
with-copied = The link is copied
with-copy-yourself = Copy the link from here

with-say-open = The door is open: you can enter the room.
with-say-late = The specialist will be late and will be there at { $time }.
with-say-back = The connection is back.
with-footnote = This page keeps nothing on your device, and records neither sound nor picture.
with-other-language = Русский
