-- What can be known of an occupant: a person or a machine of the server, the name, the token, the account.

local jid = require "util.jid";
local json = require "util.json";
local settings = module:require "kabinet_settings";
local clean = module:require "kabinet_text".clean;

local NICK = "http://jabber.org/protocol/nick";
local JIBRI = "http://jitsi.org/protocol/jibri";
local JIGASI = "http://jitsi.org/protocol/jigasi";
local HEALTH_CHECK = "__jicofo-health-check";

local people = {};

-- Jitsi's own library knows a few machines better than we do; a plain Prosody does not have it.
local has_util, util = pcall(function () return module:require "util"; end);
if not has_util or type(util) ~= "table" then util = {}; end

local function jitsi_says(question, ...)
	local ask = util[question];
	if not ask then return false; end
	local ok, answer = pcall(ask, ...);
	return ok and answer and true or false;
end

--- Jicofo opens such rooms to see whether everything works.
function people.is_health_check(room)
	return (jid.node(room.jid) or ""):sub(1, #HEALTH_CHECK) == HEALTH_CHECK or jitsi_says("is_healthcheck_room", room.jid);
end

--- The display name of a presence, made harmless; nil when there is none.
function people.name_in(stanza)
	return stanza and clean(stanza:get_child_text("nick", NICK)) or nil;
end

--- Whether somebody proved who they are by an account (a token is told as such, and an anonymous address proves nothing).
function people.has_account(bare)
	return settings.authentication(jid.host(bare)) == "account";
end

local function has_feature(stanza, feature)
	for _, parent in ipairs({ stanza, stanza:get_child("features") or nil }) do
		for child in parent:childtags("feature") do
			if child.attr.var == feature then return true; end
		end
	end
	return false;
end

--- A machine of the server: focus, recorder, transcriber, telephone.
function people.is_service(occupant, stanza, is_service_account)
	if is_service_account(occupant.bare_jid) then return true; end
	-- What a presence claims counts for accounts only: a stranger could claim it too, and be overlooked.
	local authentication = settings.authentication(jid.host(occupant.bare_jid));
	if authentication == "anonymous" or authentication == "token" then return false; end
	return stanza and (has_feature(stanza, JIBRI) or stanza:get_child("initiator", JIGASI) ~= nil
		or jitsi_says("is_sip_jigasi", stanza) or jitsi_says("is_sip_jibri_join", stanza))
		or jitsi_says("is_jibri", occupant) or jitsi_says("is_transcriber", occupant.jid);
end

--- The claims of a session's JWT, which Jitsi's token modules leave on it.
function people.token_of(session)
	local user = session and session.jitsi_meet_context_user;
	if type(user) ~= "table" then return nil; end
	local function or_null(value) if value == nil then return json.null; end return value; end
	local affiliation = user.affiliation;
	return {
		id = or_null(clean(user.id)), name = or_null(clean(user.name)),
		moderator = user.moderator == true or user.moderator == "true"
			or affiliation == "owner" or affiliation == "moderator" or affiliation == "teacher",
	};
end

return people;
