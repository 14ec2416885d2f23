-- Imitates Jitsi's mod_muc_lobby_rooms, on the main MUC: a room made members-only gets a lobby room under the same node,
-- a refused join names it, its owners are owners there too, and an invitation makes the invited one a member.
local jid = require "util.jid";
local st = require "util.stanza";

local lobby_host;
for host in pairs(prosody.hosts) do
	lobby_host = lobby_host or module:context(host):get_option_string("lobby_muc");
end
for host in pairs(require "core.configmanager".getconfig()) do
	lobby_host = lobby_host or module:context(host):get_option_string("lobby_muc");
end

local function lobby_muc()
	return prosody.hosts[lobby_host].modules.muc;
end

local function close_lobby(room)
	local lobby = room._data.lobbyroom and lobby_muc().get_room_from_jid(room._data.lobbyroom);
	room._data.lobbyroom = nil;
	if lobby then
		lobby:set_persistent(false);
		lobby:destroy(nil, "Lobby room closed.");
	end
end

module:hook("muc-config-submitted/muc#roomconfig_membersonly", function (event)
	local room = event.room;
	if not event.value then
		close_lobby(room);
	elseif not room._data.lobbyroom then
		local lobby = lobby_muc().create_room(jid.join(jid.node(room.jid), lobby_host));
		lobby:set_persistent(true);
		lobby.main_room_jid = room.jid;
		room._data.lobbyroom = lobby.jid;
		for address, affiliation in room:each_affiliation() do
			if affiliation == "owner" then lobby:set_affiliation(true, address, "owner"); end
		end
	end
end, -1);

module:hook("muc-occupant-pre-join", function (event)
	local room, stanza = event.room, event.stanza;
	if not room._data.lobbyroom or (room:get_affiliation(stanza.attr.from) or "none") ~= "none" then return; end
	local reply = st.error_reply(stanza, "auth", "registration-required"):up();
	reply:tag("lobbyroom", { xmlns = "http://jitsi.org/jitmeet" }):text(room._data.lobbyroom):up();
	event.origin.send(reply);
	return true;
end, -4); -- Prosody's own refusal, which names no lobby, is at -5

module:hook("muc-room-destroyed", function (event)
	close_lobby(event.room);
end);
