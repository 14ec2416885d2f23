-- Imitates Jitsi's mod_muc_meeting_id: every meeting gets a UUID, at priority 0 of muc-room-created.
local uuid = require "util.uuid".generate;

module:hook("muc-room-created", function (event)
	event.room._data.meetingId = uuid();
end);
