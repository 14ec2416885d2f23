-- One MUC component's rooms: who is in them, and what is worth reporting when that changes.

local array = require "util.array";
local jid = require "util.jid";
local json = require "util.json";
local now = require "util.time".now;
local uuid = require "util.uuid".generate;
local service_accounts = module:require "kabinet_settings".service_accounts;
local people = module:require "kabinet_people";

local null = json.null;
local SNAPSHOT_BYTES = 40 * 1024;

local function milliseconds() return math.floor(now() * 1000); end
local function or_null(value) if value == nil then return null; end return value; end

local function attach(context, hub, place)
	local host = context.host;
	local states = {}; -- room address -> what we know
	local is_service_account = service_accounts(context);

	-- ------------------------------------------------------------ rooms

	--- The address of the main room that a room belongs to; nil when there is none (any more).
	local function main_address(room)
		if place == "room" then return room.jid; end
		if place == "lobby" then
			if room.main_room_jid then return room.main_room_jid; end
			for other, instance in pairs(hub.instances) do
				if instance.place == "room" then return jid.join(jid.node(room.jid), other); end
			end
			return nil;
		end
		for other, instance in pairs(hub.instances) do
			local muc = instance.place == "room" and prosody.hosts[other].modules.muc;
			for main in (muc and muc.each_room or function () return function () end; end)() do
				if main._data.breakout_rooms and main._data.breakout_rooms[room.jid] then return main.jid; end
			end
		end
		return nil;
	end

	local function state_of(room, created_at)
		local state = states[room.jid];
		if state and state.object == room then return state; end
		for _, stay in pairs(state and state.stays or {}) do hub:forget(stay); end
		if people.is_health_check(room) then return nil; end
		local main = main_address(room);
		if not main then return nil; end
		state = {
			object = room, main = main, room = jid.node(main), stays = {},
			breakout = place == "breakout" and jid.node(room.jid) or nil,
			created_at = created_at or tonumber(room.created_timestamp) or milliseconds(),
		};
		states[room.jid] = state;
		return state;
	end

	local function emit(state, event_type, fields)
		local event = fields or {};
		event.type, event.place, event.room = event_type, place, state.room;
		event.at = event.at or milliseconds();
		event.breakout = or_null(state.breakout);
		if state.held then
			state.held[#state.held + 1] = event;
			return;
		end
		local main = hub:find_room(state.main);
		state.meeting = main and main._data.meetingId or state.meeting;
		event.meeting = or_null(state.meeting);
		hub:emit(event);
	end

	local function release(state)
		local held = state.held;
		state.held = nil;
		for _, event in ipairs(held or {}) do emit(state, event.type, event); end
	end

	-- ------------------------------------------------------------ occupants

	--- In a lobby the main room's affiliation is told: that is how a moderator in the lobby differs from a knocker.
	local function affiliation_of(state, bare)
		local room = place == "lobby" and hub:find_room(state.main) or state.object;
		return room:get_affiliation(bare) or "none", room.kabinet_granted and room.kabinet_granted[bare] or nil;
	end

	local function describe(stay)
		return {
			stay = stay.id, jid = stay.jid, resource = jid.resource(stay.nick), name = or_null(stay.name),
			role = stay.role, affiliation = stay.affiliation, granted_by = or_null(stay.granted_by), kind = stay.kind,
			account = stay.account, token = or_null(stay.token), joined_at = stay.joined_at, line = stay.line,
		};
	end

	local function add(state, occupant, stanza, session)
		session = session or prosody.full_sessions[occupant.jid];
		local fresh = state.object:get_occupant_by_nick(occupant.nick) or occupant; -- a grant may have come meanwhile
		local stay = {
			id = uuid(), host = host, nick = occupant.nick, jid = occupant.jid, bare = occupant.bare_jid, name = people.name_in(stanza),
			role = fresh.role or "none", kind = people.is_service(occupant, stanza, is_service_account) and "service" or "person",
			account = people.has_account(occupant.bare_jid), token = people.token_of(session),
			lobby_of = place == "lobby" and state.main or nil,
			joined_at = milliseconds(), line = session and session.hibernating and "lost" or "up",
		};
		stay.affiliation, stay.granted_by = affiliation_of(state, stay.bare);
		stay.report = function (event_type, fields)
			fields = fields or {};
			fields.occupant = describe(stay);
			emit(state, event_type, fields);
		end
		state.stays[stay.nick] = stay;
		hub:remember(stay);
		return stay;
	end

	local function remove(state, stay)
		state.stays[stay.nick] = nil;
		hub:forget(stay);
	end

	--- Brings a room that we did not see opening, or not wholly, up to date.
	local function adopt(state)
		local present = {};
		for nick, occupant in state.object:each_occupant() do
			present[nick] = true;
			if not state.stays[nick] then add(state, occupant, occupant:get_presence()); end
		end
		for nick, stay in pairs(state.stays) do
			if not present[nick] then remove(state, stay); end
		end
	end

	-- ------------------------------------------------------------ hooks
	-- Prosody destroys an emptied room in its own muc-occupant-left handler at -1; ours must come before that.

	local function hook(name, handler, priority)
		context:hook(name, hub:guard(handler), priority);
	end

	hook("muc-occupant-joined", function (event)
		local known = states[event.room.jid];
		local state = state_of(event.room);
		if not state then return; end
		if known ~= state then
			-- The first occupant's join comes before the room's creation and its meeting id: hold it for that moment.
			state.held = {};
			context:add_timer(0, function () release(state); end);
		end
		add(state, event.occupant, event.stanza, event.origin).report("occupant_joined");
	end, -10);

	hook("muc-room-created", function (event)
		local state = state_of(event.room);
		if not state then return; end
		local held = state.held;
		state.held = nil;
		emit(state, "room_created");
		state.held = held;
		release(state);
	end, -10); -- Jitsi's meeting id is set at 0

	hook("muc-broadcast-presence", function (event)
		local state = states[event.room.jid];
		local stay = state and event.occupant and state.stays[event.occupant.nick];
		if not stay then return; end
		for status in event.x:childtags("status") do
			local code = status.attr.code;
			if code == "307" or code == "301" or code == "321" or code == "322" then stay.leaving = "kicked"; end
			if code == "333" then
				local text = event.stanza:get_child_text("status") or "";
				stay.leaving = text:find("Hibernating too long", 1, true) and "lost" or "closed";
			end
		end
		if event.stanza.attr.type == "unavailable" or not event.occupant.role then return; end
		local name, role = people.name_in(event.stanza), event.occupant.role;
		local renamed, promoted = name ~= stay.name, role ~= stay.role;
		stay.name, stay.role = name, role;
		if renamed then stay.report("name_changed"); end
		if promoted then stay.report("role_changed", { role = role }); end
	end, -10);

	hook("muc-set-affiliation", function (event)
		if event.affiliation == event.previous_affiliation then return; end
		local room, bare = event.room, jid.bare(event.jid);
		local by = "server";
		if type(event.actor) == "string" then
			by = is_service_account(jid.bare(event.actor)) and "focus" or "occupant";
		end
		room.kabinet_granted = room.kabinet_granted or {}; -- on the room, so that it outlives a reload of the module
		room.kabinet_granted[bare] = event.affiliation == "owner" and by or nil;
		local state = states[room.jid];
		for _, stay in pairs(state and state.stays or {}) do
			if stay.bare == bare then
				stay.affiliation, stay.granted_by = affiliation_of(state, bare);
				stay.report("affiliation_changed", {
					affiliation = event.affiliation, previous = event.previous_affiliation or "none", by = by,
				});
			end
		end
	end, -10);

	local function reason_for(state, stay, event)
		if hub.stopping then return "unknown"; end
		if state.object.destroying then return state.moved_to and "moved" or "ended"; end
		if stay.leaving == "kicked" then return "kicked"; end
		if stay.admitted then return "moved"; end
		local unbinding = hub.unbinding[stay.jid] or stay.leaving;
		if unbinding then return unbinding; end
		if event.stanza and event.stanza.attr.type == "unavailable" then
			return event.stanza:get_child_text("status") == "switch_room" and "moved" or "hung_up";
		end
		return "unknown";
	end

	hook("muc-occupant-left", function (event)
		local state = states[event.room.jid];
		local stay = state and state.stays[event.nick];
		if not stay then return; end
		local stanza = event.stanza;
		if stanza and stanza.attr.type == nil and not state.stays[stanza.attr.to] then
			-- A change of nickname, which a plain Prosody allows: the same stay under another resource.
			state.stays[stay.nick] = nil;
			stay.nick = stanza.attr.to;
			state.stays[stay.nick] = stay;
			return;
		end
		remove(state, stay);
		stay.report("occupant_left", { reason = reason_for(state, stay, event) });
	end, 5);

	hook("muc-pre-room-destroy", function (event)
		local state = states[event.room.jid];
		if not state or event.allowed == false then return; end
		state.people, state.moved_to = 0, event.newjid;
		for _, stay in pairs(state.stays) do
			if stay.kind == "person" then state.people = state.people + 1; end
		end
	end, -100);

	hook("muc-room-destroyed", function (event)
		local state = states[event.room.jid];
		if not state then return; end
		release(state);
		for _, stay in pairs(state.stays) do
			hub:forget(stay);
			stay.report("occupant_left", { reason = "unknown" });
		end
		local reason = not hub.stopping and ((state.people or 0) > 0 and "ended" or "empty") or nil;
		emit(state, "room_destroyed", { reason = or_null(reason) });
		states[event.room.jid] = nil;
	end, -10);

	hook("muc-invite", function (event)
		if place ~= "room" or not event.room._data.lobbyroom then return; end
		local state, address = states[event.room.jid], event.stanza.attr.to;
		if not state or not address then return; end
		for real, set in pairs(hub.by_jid) do
			for stay in pairs(set) do
				if (real == address or stay.bare == address) and stay.lobby_of == state.main then
					stay.admitted = true;
					return emit(state, "admitted", { occupant = describe(stay) });
				end
			end
		end
		emit(state, "admitted", { occupant = { jid = address } });
	end, -10);

	-- ------------------------------------------------------------ who is here now

	local function each_state(action)
		local muc = prosody.hosts[host].modules.muc;
		for room in (muc and muc.each_room or function () return function () end; end)(true) do
			local state = state_of(room);
			if state then
				release(state);
				adopt(state);
				action(state);
			end
		end
	end

	local instance = { place = place };

	--- For a module that comes when people are already there.
	function instance.look_around()
		each_state(function () end);
	end

	function instance.snapshot(add_main_room)
		each_state(function (state)
			if place == "room" then add_main_room(state.room); end
			local occupants, bytes, truncated = array(), 0, nil;
			for _, stay in pairs(state.stays) do
				local one = describe(stay);
				bytes = bytes + #json.encode(one) + 1;
				if bytes > SNAPSHOT_BYTES then truncated = true; break; end
				occupants:push(one);
			end
			emit(state, "room_snapshot", { created_at = state.created_at, occupants = occupants, truncated = truncated });
		end);
	end

	return instance;
end

return { attach = attach };
