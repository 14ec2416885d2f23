-- Sends what jitsi-contrib's event_sync sends, body for body and with its habits: the focus and health checks are left out,
-- a failed request is tried three times a second apart, each for itself, so that events overtake each other, and forgotten.
-- The original is a component of its own; this one is loaded on the main and the breakout MUC.
-- Options: lab_event_sync_url (the original's api_prefix), lab_event_sync_token (for Authorization: Bearer).
local http = require "net.http";
local array = require "util.array";
local jid = require "util.jid";
local json = require "util.json";
local timer = require "util.timer";

local prefix = module:get_option_string("lab_event_sync_url");
local token = module:get_option_string("lab_event_sync_token");
local main_host = module:get_option_string("main_muc", module.host);
local RETRIES, RETRY_SECONDS, TIMEOUT = 3, 1, 20;

local function post(path, body)
	local text, tries = json.encode(body), 0;
	local headers = {
		["Content-Type"] = "application/json",
		["User-Agent"] = ("Prosody (%s; %s)"):format(prosody.version, prosody.platform),
		["Authorization"] = token and ("Bearer " .. token) or nil,
	};
	local function send()
		local over, request = false, nil;
		request = http.request(prefix .. path, { method = "POST", body = text, headers = headers }, function (_, code)
			if over then return; end
			over = true;
			if (code == 0 or code >= 500) and tries < RETRIES then
				tries = tries + 1;
				timer.add_task(RETRY_SECONDS, send);
			end
		end);
		timer.add_task(TIMEOUT, function ()
			if over then return; end
			over = true;
			if type(request) == "table" then http.destroy_request(request); end
		end);
	end
	send();
end

--- For a breakout room the name and address of its main room, and its own id beside them.
local function frame(room, event_name)
	local main, breakout = room.jid, nil;
	if module.host ~= main_host then
		breakout = jid.node(room.jid);
		for other in prosody.hosts[main_host].modules.muc.each_room() do
			if other._data.breakout_rooms and other._data.breakout_rooms[room.jid] then main = other.jid; end
		end
		room.lab_main = room.lab_main or main;
		main = room.lab_main;
	end
	return {
		event_name = event_name, room_name = jid.node(main), room_jid = main, is_breakout = breakout ~= nil, breakout_room_id = breakout,
	};
end

local function left_out(room, occupant)
	return (jid.node(room.jid) or ""):find("__jicofo-health-check", 1, true) == 1 or occupant and jid.node(occupant.jid) == "focus";
end

local function active(room)
	local count = 0;
	for _, occupant in room:each_occupant() do
		if jid.node(occupant.jid) ~= "focus" then count = count + 1; end
	end
	return count;
end

module:hook("muc-room-created", function (event)
	if left_out(event.room) then return; end
	event.room.lab_events = { created_at = os.time(), all = {} };
	local body = frame(event.room, "muc-room-created");
	body.created_at = event.room.lab_events.created_at;
	post("/events/room/created", body);
end, -1);

module:hook("muc-occupant-joined", function (event)
	local data = event.room.lab_events; -- not there yet for the first occupant: that join is lost, as the original's
	if not data or left_out(event.room, event.occupant) then return; end
	local user = event.origin and event.origin.jitsi_meet_context_user or {};
	local entry = {
		occupant_jid = event.occupant.jid, joined_at = os.time(), name = user.name, id = user.id, email = user.email,
	};
	data.all[#data.all + 1] = entry;
	local body = frame(event.room, "muc-occupant-joined");
	body.occupant, body.active_occupants_count = entry, active(event.room);
	post("/events/occupant/joined", body);
end, -2);

module:hook("muc-occupant-left", function (event)
	local data = event.room.lab_events;
	if not data or left_out(event.room, event.occupant) then return; end
	for i = #data.all, 1, -1 do
		local entry = data.all[i];
		if entry.occupant_jid == event.occupant.jid and not entry.left_at then
			entry.left_at = os.time();
			local body = frame(event.room, "muc-occupant-left");
			body.occupant, body.active_occupants_count = entry, active(event.room);
			post("/events/occupant/left", body);
			return;
		end
	end
end, -2); -- after Prosody's own -1: a room that this one emptied is destroyed before

module:hook("muc-room-destroyed", function (event)
	local data = event.room.lab_events;
	if not data then return; end
	local body = frame(event.room, "muc-room-destroyed");
	body.created_at, body.destroyed_at, body.all_occupants = data.created_at, os.time(), array(data.all);
	post("/events/room/destroyed", body);
end);
