### What the backend writes to people by messengers.

## To the client: the link and reminders

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
bot-explain = This is Kabinet’s bot. To be told here, press “Connect Telegram” in the application’s settings.
bot-confirm = Nearly done: confirm this chat in the Kabinet application.
bot-confirmed = Done. When a client waits and you have not answered on the computer, a message comes here. To end that: /stop.
bot-code-old = This link has been used or is too old. Press “Connect Telegram” in the application once more.
bot-stopped = Nothing more will come here.
bot-over = This consultation is over.
bot-running = You are in this consultation already.
bot-not-yours = This button is not for this chat.

## To the practice's channel

## The operator's status page

