### What the client's page says.

## Without a script

plain-enter = Go in
plain-open = You can go in now.
plain-waiting = The link will appear here when you can go in.
plain-over = The consultation is over. You can close this page.
plain-cancelled = The consultation is cancelled. If you did not expect this, ask your specialist.
plain-specialist-coming = Your specialist is on the way.
plain-specialist-late = Your specialist is running late and will be here at { $time }.
plain-specialist-cannot = It cannot take place now. Your specialist will get in touch.
# Shown only where scripts are switched off in the browser.
plain-nobody-told = Scripts are switched off in your browser. The page works all the same, but it does not tell the specialist that you are here, and it shows the practice's time rather than yours.
plain-reload = The page reloads by itself every half a minute.
plain-reload-hint = Should the time change, you will see it after reloading.
plain-reload-now = Reload now
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
