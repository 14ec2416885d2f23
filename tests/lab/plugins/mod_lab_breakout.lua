-- Imitates Jitsi's mod_muc_breakout_rooms, on the breakout component: a moderator adds a room, everybody is told, only
-- known rooms may be opened, and a main room that had breakout rooms is destroyed a while after everybody has left.
local jid = require "util.jid";
local json = require "util.json";
local st = require "util.stanza";
local uuid = require "util.uuid".generate;

local main_host = module:get_option_string("main_muc");
local seconds_if_all_left = module:get_option_number("lab_breakout_ttl", 5);
local main_of = {}; -- breakout address -> main address

local function muc(host)
	return prosody.hosts[host].modules.muc;
end

local function people(room)
	for _, occupant in room:each_occupant() do
		if jid.node(occupant.jid) ~= "focus" then return true; end
	end
	return false;
end

local function tell(main)
	local rooms = { [jid.node(main.jid)] = { isMainRoom = true, jid = main.jid } };
	for address, subject in pairs(main._data.breakout_rooms) do
		rooms[jid.node(address)] = { jid = address, name = subject };
	end
	local text = json.encode({ type = "breakout_rooms", event = "features/breakout-rooms/update", rooms = rooms });
	for _, occupant in main:each_occupant() do
		module:send(st.message({ from = module.host, to = occupant.jid })
			:tag("json-message", { xmlns = "http://jitsi.org/jitmeet" }):text(text):up());
	end
end

module:hook("message/host", function (event)
	local wish = event.stanza:get_child("breakout_rooms");
	if not wish or wish.attr.type ~= "features/breakout-rooms/add" then return; end
	for main in muc(main_host).each_room() do
		local occupant = main:get_occupant_by_real_jid(event.stanza.attr.from);
		if occupant and occupant.role == "moderator" then
			local address = uuid() .. "@" .. module.host;
			main._data.breakout_rooms = main._data.breakout_rooms or {};
			main._data.breakout_rooms[address] = wish.attr.subject;
			main._data.breakout_rooms_active = true;
			main:set_persistent(true);
			main_of[address] = main.jid;
			tell(main);
		end
	end
	return true;
end);

module:hook("muc-room-pre-create", function (event)
	if main_of[event.room.jid] then return; end
	event.origin.send(st.error_reply(event.stanza, "cancel", "not-allowed"));
	return true;
end, 10);

local function look_whether_empty(main)
	if not main or not main._data.breakout_rooms_active or people(main) then return; end
	for address in pairs(main._data.breakout_rooms) do
		local room = muc(module.host).get_room_from_jid(address);
		if room and people(room) then return; end
	end
	module:add_timer(seconds_if_all_left, function ()
		local again = muc(main_host).get_room_from_jid(main.jid);
		if again ~= main or people(main) then return; end
		for address in pairs(main._data.breakout_rooms) do
			local room = muc(module.host).get_room_from_jid(address);
			if room and people(room) then return; end
			if room then room:destroy(nil, "Breakout room removed."); end
			main_of[address] = nil;
		end
		main:set_persistent(false);
		main:destroy(nil, "All occupants left.");
	end);
end

module:hook("muc-occupant-left", function (event)
	look_whether_empty(muc(main_host).get_room_from_jid(main_of[event.room.jid] or ""));
end, -2);

module:hook_global("server-started", function ()
	module:context(main_host):hook("muc-occupant-left", function (event)
		look_whether_empty(event.room);
	end, -2);
end);
