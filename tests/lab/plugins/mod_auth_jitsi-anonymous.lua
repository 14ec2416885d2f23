-- Imitates Jitsi's mod_auth_jitsi-anonymous: whoever comes gets a UUID as user name (Prosody's own takes any letters), and
-- keeps it when the address names a stream to resume.
local new_sasl = require "util.sasl".new;
local uuid = require "util.uuid".generate;

local provider = {};

module:hook_global("websocket-session", function (event)
	event.session.lab_previous = (event.request.url.query or ""):match("previd=([^&]+)");
end);

function provider.get_sasl_handler(session)
	local handler = new_sasl(module.host, { anonymous = function () return true; end });
	local process = handler.process;
	function handler:process(message)
		local status, answer, text = process(self, message);
		if status == "success" then
			self.username = uuid();
			for _, other in pairs(session.lab_previous and prosody.full_sessions or {}) do
				if other.resumption_token == session.lab_previous then self.username = other.username; end
			end
		end
		return status, answer, text;
	end
	return handler;
end
function provider.test_password() return nil, "not here"; end
function provider.user_exists() return true; end

module:provides("auth", provider);
