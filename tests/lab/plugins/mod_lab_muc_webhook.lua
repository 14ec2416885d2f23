-- Sends what the guide's mod_muc_webhook sends, body for body: one request an event, at once, and nobody looks at the answer.
-- Option: lab_muc_webhook_url, the one address for everything (the guide's ends in /worker/webhook/jitsi).
local http = require "net.http";
local jid = require "util.jid";
local json = require "util.json";

local url = module:get_option_string("lab_muc_webhook_url");

local function post(event, room, occupant, more)
	local body = more or {};
	body.event, body.roomName = event, jid.node(room.jid);
	body.createdAt = os.date("!%Y-%m-%dT%H:%M:%SZ");
	if occupant then
		body.participantName, body.participantId = occupant.nick, occupant.jid;
	end
	http.request(url, {
		method = "POST", body = json.encode(body), headers = { ["Content-Type"] = "application/json" },
	}, function (_, code)
		if code ~= 200 then module:log("error", "Webhook failed: %s", tostring(code)); end
	end);
end

module:hook("muc-room-created", function (event) post("room_created", event.room); end);
module:hook("muc-room-destroyed", function (event) post("room_destroyed", event.room); end);
module:hook("muc-occupant-joined", function (event)
	post("participant_joined", event.room, event.occupant, { isHost = event.occupant.role == "moderator" });
end);
module:hook("muc-occupant-left", function (event) post("participant_left", event.room, event.occupant); end);
