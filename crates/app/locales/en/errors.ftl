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
error-nothing_next = Nothing is planned from now on.
error-no_such_provider = There is no such place for rooms.
error-no_jitsi_address = Kabinet does not know your Jitsi server yet. Give its address in Connections, or paste a link.
error-no_link = This consultation has no link yet. Paste one.
error-no_specialist_link = The link to the room could not be made. Check the connection's app id and secret.
error-no_login = No login is kept for this connection. Add it in Connections.
error-no_password = No password is kept for this connection. Add it in Connections.
error-change_refused = The event server did not accept a change. It is kept on this computer; open the consultation and save it again.

## Connections

error-provider_refuses = The server does not let us in. Check the login and the secret.
error-provider_not_there = Something else answers at this address. Check that it is the address of your video server.
error-provider_busy = The server asks to wait. Try again in a minute.
error-provider_unreachable = The server does not answer. Check the address and this computer's network.

## The event server

error-backend_unreachable = The event server does not answer. The list is as it was last; changes are sent when the connection is back.
error-backend_refused = The event server does not let this computer in any more. Pair it again in Connections.
error-backend_busy = The event server cannot answer just now. Kabinet keeps trying.
error-backend_unexpected = The event server answers something else than expected. Check its address and version.
error-backend_failed = The event server on this computer does not start. Quit Kabinet and start it anew; if that does not help, look at the log.
error-backend_in_use = The event server's files are in use by another Kabinet. Quit the other one.
error-backend_setting = A setting of the event server is wrong: { $key }.
error-database_newer = The events on this computer were written by a newer Kabinet. Install the newer version.
error-port_taken = Another program uses { $address }, where reports from the video server arrive. Until it is free, clients may go unnoticed.
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
error-settings_not_saved = The settings could not be written. Check that the disk has free space.

## This computer's desktop

error-no_browser = No browser could be opened. Copy the link and open it yourself.
error-not_a_web_address = The link of this consultation is not a web address. Change it.
error-no_clipboard = The clipboard does not answer. Copy the link from the consultation's page.
error-no_notifications = This computer shows no notifications. Install a notification daemon; until then keep Kabinet in sight.
error-no_autostart = Starting with the system could not be changed. Look for Kabinet in the system's own settings.
error-no_tray_host = This desktop has no place for tray icons. Kabinet works from its window; to have the icon, turn on the tray or its extension.
error-no_tray_library = The library for tray icons is missing. Install libayatana-appindicator3-1 and start Kabinet anew.
error-no_display = There is no graphical session here. Start Kabinet from the desktop.
error-no_folder = Kabinet's folder cannot be used: { $reason }.
error-no_start = Kabinet does not start: { $reason }.
