-- Imitates Jitsi's mod_token_affiliation: the token's claims decide who is owner, before the join.
local jid_bare = require "util.jid".bare;

module:hook("muc-occupant-pre-join", function (event)
	local user = event.origin.jitsi_meet_context_user;
	if not user then return; end
	local affiliation = (user.moderator == true or user.affiliation == "owner") and "owner" or "member";
	event.room:set_affiliation(true, jid_bare(event.stanza.attr.from), affiliation);
end, 2);
