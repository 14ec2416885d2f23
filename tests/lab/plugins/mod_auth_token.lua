-- Imitates Jitsi's mod_auth_token: the WebSocket's address carries a JWT (HS256); its bearer gets a random user name on
-- this host, and the session the claims of context.user. Named as Jitsi's, so that `authentication = "token"` is the same.
local base64 = require "util.encodings".base64;
local hmac = require "util.hashes".hmac_sha256;
local json = require "util.json";
local new_sasl = require "util.sasl".new;
local uuid = require "util.uuid".generate;

local secret = module:get_option_string("app_secret");

local function decode(part)
	part = part:gsub("-", "+"):gsub("_", "/");
	return base64.decode(part .. ("="):rep(-#part % 4));
end

local function claims_of(token)
	local head, body, signature = (token or ""):match("^([^.]+)%.([^.]+)%.([^.]+)$");
	if not head or decode(signature) ~= hmac(secret, head .. "." .. body) then return nil; end
	local claims = json.decode(decode(body) or "");
	if type(claims) ~= "table" or (claims.exp or 0) < os.time() then return nil; end
	return claims;
end

module:hook_global("websocket-session", function (event)
	local query = event.request.url.query or "";
	event.session.lab_token, event.session.lab_previous = query:match("token=([^&]+)"), query:match("previd=([^&]+)");
end);

local provider = {};

function provider.get_sasl_handler(session)
	local claims = claims_of(session.lab_token);
	local handler = new_sasl(module.host, { anonymous = function () return claims ~= nil; end });
	local process = handler.process;
	function handler:process(message)
		if not claims then return "failure", "not-allowed", "no valid token"; end
		local status, answer, text = process(self, message);
		if status == "success" then
			self.username = uuid();
			for _, other in pairs(session.lab_previous and prosody.full_sessions or {}) do
				if other.resumption_token == session.lab_previous then self.username = other.username; end
			end
			session.jitsi_meet_context_user = claims.context and claims.context.user;
		end
		return status, answer, text;
	end
	return handler;
end
function provider.test_password() return nil, "not here"; end
function provider.user_exists() return true; end

module:provides("auth", provider);
