-- Imitates Jitsi's mod_end_conference: a component to which a moderator says "end the meeting for all".
local muc_host = module:get_option_string("muc_component");

module:hook("message/host", function (event)
	if not event.stanza:get_child("end_conference") then return; end
	local muc = prosody.hosts[muc_host].modules.muc;
	for room in muc.each_room() do
		local occupant = room:get_occupant_by_real_jid(event.stanza.attr.from);
		if occupant and occupant.role == "moderator" then
			room:set_persistent(false);
			room:destroy(nil, "The meeting has been terminated");
			return true;
		end
	end
	return true;
end);
