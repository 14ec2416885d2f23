### What can go wrong, by code: what is wrong, and what to do. Shared with the window.

error-without-words = Something went wrong (code: { $code }).

## What was typed

error-bad_date = This is not a date. Write it as 2026-12-23.
error-bad_time = This is not a time. Write it as 15:30.
error-bad_time_zone = There is no such time zone.
error-no_such_time = On that day the clocks are put forward and this time does not exist. Choose another.
error-bad_length = The length must be from 5 minutes to 10 hours.
error-bad_minutes = This number of minutes does not work here. Choose a smaller one.
error-bad_link = This is not a web address. Paste the whole link, beginning with https://.
error-bad_address = This is not an address that works. Write it as https://meet.example.org.
error-address_of_a_room = This looks like a link to a room; the address of the server is needed: https://meet.example.org.
error-bad_template = The name of rooms holds characters that a link does not carry, or {"{date}"} after {"{code}"}.
error-template_without_code = The name of rooms needs {"{code}"}: a room whose name can be guessed can be entered.
error-bad_code_length = The code must have from 6 to 32 characters.
error-note_too_long = The note is too long. Keep it under 2000 characters.
error-unknown_field = The connection has no such field.
error-connection_field_missing = Something is missing here. Fill in the field.
error-connection_field_bad = This value does not work here. Check it for mistakes.
error-bad_arguments = The request cannot be understood. Close the window and open it anew.
error-unknown_command = The window asks for something that this version cannot do. Quit Kabinet and start it anew.

## Consultations and rooms

error-no_such_consultation = This consultation is not there any more.
error-no_consultation_of_that_id = There is no consultation of that id. kabinet list --json shows the ids.
error-nothing_next = Nothing is planned from now on.
error-names_hidden = Names are hidden, and what may hold them too. Show them first.
error-nothing_exported = There is no file to show yet.
error-no_such_provider = There is no such place for rooms.
error-no_jitsi_address = Kabinet does not know your Jitsi server yet. Give its address in Connections, or paste a link.
error-no_link = This consultation has no link yet. Paste one.
error-no_specialist_link = The link to the room could not be made. Check the connection's app id and secret.
error-entered_too_early = The room is open without your pass, which is good from { $time }. Until then the room may ask for the login.
error-entered_without_token = The room is open without your pass: the keychain does not answer. The room may ask for the login.
error-no_login = No login is kept for this connection. Add it in Connections.
error-no_password = No password is kept for this connection. Add it in Connections.
error-change_refused = The event server did not accept a change. It is kept on this computer; open the consultation and save it again.
error-room_taken = A colleague has this room at that time. The change is kept on this computer; choose another room or another time.

## Connections

error-provider_refuses = The server does not let us in. Check the login and the secret.
error-provider_not_there = Something else answers at this address. Check that it is the address of your video server.
error-provider_busy = The server asks to wait. Try again in a minute.
error-provider_unreachable = The server does not answer. Check the address and this computer's network.
error-provider_unavailable = The service does not answer just now. Nothing is lost; try again in a few minutes.
error-provider_unexpected = The service gave an answer that Kabinet does not understand. Try again later; until then paste a link.
error-provider_rejects = The service did not accept this. Check what you entered; if it is right, paste a link.
error-provider_forbids = This account may not do this with this room. Sign in with the account that made the room.
error-account_restricted = This account may not make rooms from other programs. For Telemost it must belong to an organisation in Yandex 360 for Business. Sign in with such an account, or paste a link.
error-plan_too_small = The organisation’s plan does not include this. Make a room without a broadcast, or ask whoever pays for the plan.

## Rooms made at a service

error-room_not_offered = This service cannot do that. Paste a link, or choose another place for the room.
error-room_may_have_been_made = The room may have been made: the request was sent, but the answer was lost. Kabinet does not send it again by itself, so that there are not two rooms. Make a new one, or paste a link.
error-room_gone = The service does not have this room any more. Make a new one and send its link to the client.
error-unknown_cohosts = There are no accounts with these addresses: { $emails }. Correct or remove them; nothing was made or changed.
error-room_is_being_made = Kabinet is still waiting for the service's answer about this. Wait a moment.
error-room_made_on_request = The service makes this room when the consultation is created; until then there is no link.
error-room_not_made_here = This room was not made by Kabinet, so there is nothing to compare or change.
error-room_gone_before = The service does not have the room for { $time } any more. Make a new one and send its link to the client.
error-room_without_cohosts = The room is made, but these people could not be made co-hosts: { $emails }. Open the consultation and add them again.
error-room_partly_changed = At the service this was changed: { $done }. This was not: { $left }. { $why }
error-no_account = No account is connected for this yet. Connect one in Connections, or paste a link.
error-no_watch_link = This consultation has no link for viewers.
error-link_names_client = This link holds the client’s name, and your practice keeps names off the server. Take another room.
error-link_for_viewers = This link is for the viewers of a broadcast: nobody can speak there. Paste the link of those who take part.
error-bad_emails = These are not e-mail addresses: { $emails }. Write them as anna@example.org.
room-unknown-cohosts = There are no accounts with these addresses: { $emails }.
room-part-waiting_room = waiting room
room-part-cohosts = co-hosts
room-part-summary = summary
room-part-title = title
room-part-description = description
room-part-viewers = who may watch
error-room_field_bad = This value does not work here. Shorten or correct it.

## Signing in to a service

error-token_not_accepted = The service does not accept this token. Check that all of it was copied.
error-sign_in_again = The service does not know us any more. Sign in again in Connections.
error-access_denied = Access was not given. If that was a mistake, try again and allow it.
error-bad_verification_code = The code does not work. Check it for mistakes, or get a new one.
error-expired_code = The time for entering the code is over. Get a new one.
error-invalid_client = The service does not know this application. Check the application’s id and secret.
error-invalid_grant = The sign-in has ended or was withdrawn. Sign in again in Connections.
error-invalid_request = The service did not accept the sign-in. Check that the application’s return address is registered exactly as shown, and try again.
error-invalid_scope = The application’s rights have changed. Sign in again; if that does not help, check its rights at the service.
error-unauthorized_client = The application may not be used yet, or any more. Check its state at the service.
error-unsupported_token_type = This token cannot be withdrawn from here. Kabinet has forgotten it; to withdraw it, remove the application’s access at the service.
error-not_signed_in = No account is connected yet. Press Connect, or paste a token.
error-no_sign_in = This sign-in is over. Press Connect again.
error-sign_in_not_offered = This service cannot be signed in to that way. Choose another.
error-sign_in_no_browser = No browser could be opened. Start one and try again, or sign in with a code.
error-sign_in_port_taken = Another program uses { $address }, where the browser would lead back to. Open the page, allow the access, and paste here the whole address that the browser then shows; or cancel and connect with a code.
error-sign_in_not_pasted = This does not belong to this sign-in. Copy the whole address from the browser, as it stands after you allowed the access.
error-sign_in_too_late = Nobody came back from the browser for ten minutes. Press Connect again.
error-sign_in_not_revoked = The service could not be told to withdraw the access. Kabinet has forgotten it; to withdraw it, remove the application’s access at the service.

## Calendars

error-webhook_as_address = This is the address of a webhook, and whoever has it can open the calendar. Paste it into the webhook field: there it is kept safely.
error-calendar_sign_in_again = The calendar does not let Kabinet in any more. Sign in again, or paste a new webhook address, in Connections.
error-calendar_sign_in_broken = Signing in did not come to an end. Press Connect again and finish within half a minute of confirming.
error-calendar_unknown_application = The calendar does not know the application. Check its id and secret, and that it is installed on the portal.
error-calendar_right_missing = The connection may not do this yet. Give it the rights to the calendar, users and messages on the portal, then connect again.
error-calendar_not_allowed = Your account may not do this on the portal. Ask its administrator, or choose a calendar of your own.
error-calendar_not_in_plan = The portal's plan does not include access for other programs. Its administrator can turn it on.
error-calendar_busy = The calendar asks to wait. Kabinet tries again by itself in a few minutes.
error-calendar_blocked = The portal has shut Kabinet out for asking too much. Its administrator or its support can open it again.
error-calendar_gone = This portal does not exist any more. Connect another one.
error-calendar_leads_elsewhere = The portal leads to another address that Kabinet does not trust. Check the address and connect again.
error-calendar_unreachable = The calendar does not answer. What you changed is kept here and goes there when it answers again.
error-calendar_not_there = Something else answers at this address. Check that the whole address was copied and that it is your portal's.
error-calendar_refused = The calendar refused this. It says: { $said }
error-calendar_unfit = The calendar does not take this value. Check the title, the time and who is invited.
error-calendar_no_such_entry = This entry is not in the calendar any more.
error-calendar_changed_meanwhile = Somebody just changed this in the calendar. Nothing was overwritten; look at it again.
error-calendar_series = In the calendar this has become a series or a whole day, so nothing is changed here or there. Change it or delete it in the calendar.
error-calendar_maybe_done = The calendar's answer was lost, so the entry may be there already. Kabinet looks for it before it writes again.
error-calendar_other_time = The calendar keeps another time than it was given. Check the time zone in the portal's settings.
error-calendar_unexpected = The calendar answers something else than expected. Try again; if that does not help, look at the log.
error-calendar_conflict = { $count ->
    [one] A consultation was changed both here and in the calendar. Choose which one counts.
   *[other] { $count } consultations were changed both here and in the calendar. Choose which one counts.
}
error-calendar_choose = Another account is connected now. Choose the calendar that consultations are written to.
error-calendar_read_only = Nothing can be written to “{ $name }”. Choose another calendar.
error-calendar_entry_over = This entry is over already.
error-calendar_entry_known = This entry is planned here already.
error-no_such_calendar = This calendar is not there any more. Choose another one.
error-no_calendar = No calendar is connected yet, or none was chosen. Both are done in Connections.
error-no_conflict = This has been decided already.

## The event server

error-backend_unreachable = The event server does not answer. The list is as it was last; changes are sent when the connection is back.
error-backend_refused = The event server does not let this computer in any more. Pair it again in Connections.
error-backend_busy = The event server cannot answer just now. Kabinet keeps trying.
error-backend_unexpected = The event server answers something else than expected. Check its address and version.
error-backend_failed = The event server on this computer does not start. Quit Kabinet and start it anew; if that does not help, look at the log.
error-backend_in_use = The event server's files are in use by another Kabinet. Quit the other one.
error-backend_setting = A setting of the event server is wrong: { $key }.
error-database_newer = The events on this computer were written by a newer Kabinet. Install the newer version.
error-port_taken = Another program uses { $address }, where reports from the video server arrive. Clients may go unnoticed. Close that program and start Kabinet again.
error-pairing_link_bad = This is not a pairing link. It begins with kabinet://pair.
error-pairing_code_wrong = The code does not work: it may be mistyped, used or too old. Ask for a new one.
error-pairing_no_address = Give the event server's address with the code.
error-pairing_not_a_backend = There is no event server at this address.
error-no_tls = This computer cannot make encrypted connections: its certificates cannot be read.

## Secrets and data on this computer

error-keychain_locked = The keychain is locked. Unlock it and press Try again. Until then Kabinet remembers nothing after it is closed.
error-keychain_absent = This computer has no keychain that answers. Install or start one (for example GNOME Keyring) and press Try again. Until then Kabinet remembers nothing after it is closed.
error-keychain_failed = The keychain answers with an error. Press Try again; until then Kabinet remembers nothing after it is closed.
error-store_failed = Kabinet cannot write to the disk. Check that there is free space; until then it remembers nothing after it is closed.
error-store_newer = Kabinet's data on this computer is from a newer version. It was set aside as { $file }, and a new start was made.
error-store_unreadable = Kabinet's data on this computer cannot be read with the keychain's key. It was set aside as { $file }, and a new start was made.
error-settings_unreadable = The settings could not be read and are as at first. The old file is kept as settings.json.unreadable.
error-settings_partly_unreadable = Some of the settings could not be read and are as at first. The old file is kept as settings.json.unreadable.
error-settings_lost = The settings could not be read, and the old file could not be kept. Check Kabinet's folder.
error-settings_not_saved = The settings could not be written. Check that the disk has free space.
error-operator_unreadable = The practice’s settings for this computer cannot be read: { $file }. Tell whoever looks after the computer; Kabinet works without them.
error-operator_not_toml = The practice’s settings for this computer hold a mistake: { $file }, line { $line }. Tell whoever looks after the computer; Kabinet works without them.
error-operator_not_understood = The practice’s settings for this computer hold something that Kabinet does not understand: { $keys }, in { $file }. Tell whoever looks after the computer; the rest of them counts.
error-practice_not_understood = The practice’s settings for this computer hold something that its event server does not accept: { $keys }. Tell whoever looks after the computer; the rest of them counts.

## This computer's desktop

error-no_browser = No browser could be opened. Copy the link and open it yourself.
error-not_a_web_address = The link of this consultation is not a web address. Change it.
error-no_clipboard = The clipboard does not answer. Copy the link from the consultation's page.
error-no_notifications = This computer shows no notifications. Install a notification daemon; until then keep Kabinet in sight.
error-no_downloads = This computer does not say where downloads go, so the file was not written. Make a folder Downloads in your home folder.
error-disk_full = The disk is full, and the file was not written. Free some space and try again.
error-file_not_saved = The file could not be written to the downloads folder. Check that you may write there.
error-no_file_manager = The folder could not be opened. The file is in your downloads.
error-no_autostart = Starting with the system could not be changed. Look for Kabinet in the system's own settings.
error-no_tray_host = This desktop has no place for tray icons. Kabinet works from its window; to have the icon, turn on the tray or its extension.
error-no_tray_library = The library for tray icons is missing. Install libayatana-appindicator3-1 and start Kabinet anew.
error-no_display = There is no graphical session here. Start Kabinet from the desktop.
error-no_folder = Kabinet's folder cannot be used: { $reason }.
error-no_start = Kabinet does not start: { $reason }.

## The client: link, messages, deliveries

error-needs_connection = There is no connection to the event server just now, and this cannot be done without it. Try again when Kabinet is connected.
error-unknown_there = The event server does not know this, or cannot do it. Check the connection; the server may need a newer version.
error-refused_there = The event server did not do this. Open the consultation and look how it stands.
error-link_not_ready = The event server makes this client’s link as soon as it is connected. Try again in a moment, or copy the room’s own link.
error-bad_phone = This is not a telephone number with its country’s code. Write it as +7 900 123-45-67.
error-phone_needed = This channel needs the client’s telephone number.
error-bad_email = This is not an e-mail address. Write it as anna@example.org.
error-email_needed = To write an e-mail, the client’s address is needed.
error-bad_client_language = The client can be written to in Russian or in English.
error-bad_client_reminder = A reminder can go out from a minute to a week before, and there can be up to eight.
error-message_empty = There is nothing to send yet. Write something.
error-message_too_long = The message is too long. Keep it under 4000 characters.
error-bad_after_seconds = Choose from 10 seconds to 15 minutes.
error-quiet_hours_half = Quiet hours need both a beginning and an end. Fill in both or neither.
error-no_mail_program = No mail program could be opened. Copy the words instead, and send them as you like.
error-delivery_not_registered = There is nobody with this number in the messenger. Check the number, or choose another way.
error-delivery_blocked = The recipient has blocked the messages. Reach them another way.
error-delivery_quota = The messenger’s plan allows no more messages for now. Send it another way, and tell whoever looks after the practice.
error-delivery_not_authorised = The practice’s messenger account has been signed out. Send it another way, and tell whoever looks after the practice.
error-delivery_not_signed_in = The practice’s messenger account is not signed in. Send it another way, and tell whoever looks after the practice.
error-delivery_restricted = The messenger has restricted the practice’s account. Send it another way, and tell whoever looks after the practice.
error-delivery_rejected = The messenger did not accept this. Send it another way.
error-delivery_unreachable = The messenger does not answer. Try again later, or send it another way.
error-delivery_unsure = It may have been sent: the messenger’s answer was lost, so it is not sent twice. Ask the client, or send it again.
error-delivery_expired = Its time was over before it could be sent.
error-delivery_not_bound = The client has not started the practice’s bot yet. Send the link another way; from their page they can start it.
error-delivery_no_phone = There is no telephone number for this client. Add one, or choose another way.
error-delivery_channel_not_connected = The practice does not send by this channel. Choose another way, or ask whoever looks after the practice to connect it.
error-no_names_key = There is no key of names on this computer yet.
error-not_a_names_key = This key opens none of the sealed names. Copy the whole line from the other computer.
error-names_key_missing = Some clients' names were sealed on another computer. Enter its key of names in the settings to read them.
