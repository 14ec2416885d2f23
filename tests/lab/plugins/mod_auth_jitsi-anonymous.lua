-- Imitates Jitsi's mod_auth_jitsi-anonymous: whoever comes gets a UUID as user name (Prosody's own takes any letters).
local new_sasl = require "util.sasl".new;
local uuid = require "util.uuid".generate;

local provider = {};

function provider.get_sasl_handler()
	return new_sasl(module.host, {
		anonymous = function () return uuid(), true; end;
	});
end
function provider.test_password() return nil, "not here"; end
function provider.user_exists() return true; end

module:provides("auth", provider);
