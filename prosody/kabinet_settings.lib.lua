-- What is configured: where to send, the secret, and which host of this Prosody plays which part.
-- Hosts are activated in no fixed order, so everything about other hosts is read from the configuration, not from them.

local base64 = require "util.encodings".base64;
local config = require "core.configmanager";
local jid = require "util.jid";

local PATH = "/api/webhook/kabinet";

local settings = {};

--- The first value of an option that any of the contexts (the loaded instances) has; else the environment's.
local function pick(contexts, name, getter, variable)
	for _, context in ipairs(contexts) do
		local value = context[getter](context, name);
		if value ~= nil then return value; end
	end
	local value = variable and os.getenv(variable);
	if value == "" then return nil; end
	return value;
end

local function read_file(path, log)
	local file, err = io.open(path, "rb");
	if not file then
		log("error", "kabinet_secret_file cannot be read: %s", err);
		return nil;
	end
	local content = file:read("*a");
	file:close();
	return content;
end

--- `whsec_` and base64 is a key to sign with; anything else is a word for `Authorization: Bearer`.
local function parse_secrets(text, log)
	local secrets = {};
	for word in (text or ""):gmatch("%S+") do
		local encoded = word:match("^whsec_(.+)$");
		local key = encoded and base64.decode(encoded);
		if encoded and (not key or #key < 24 or #key > 64) then
			log("error", "kabinet_secret: after whsec_ there must be 24 to 64 bytes in base64; this secret is not used");
		elseif key then
			secrets[#secrets + 1] = { key = key };
		else
			secrets[#secrets + 1] = { word = word };
		end
	end
	return secrets;
end

function settings.read(contexts, log)
	local url = pick(contexts, "kabinet_url", "get_option_string", "KABINET_URL");
	if url then
		url = url:gsub("/+$", "");
		if url:sub(-#PATH) ~= PATH then url = url .. PATH; end
	end
	local secret = pick(contexts, "kabinet_secret", "get_option_string", "KABINET_SECRET");
	local file = not secret and pick(contexts, "kabinet_secret_file", "get_option_string", "KABINET_SECRET_FILE");
	if file then secret = read_file(file, log); end
	local function number(name, default)
		local value = tonumber(pick(contexts, name, "get_option_number"));
		return value and value > 0 and value or default;
	end
	return {
		url = url,
		secrets = parse_secrets(secret, log),
		limit = math.max(100, number("kabinet_queue_limit", 10000)),
		snapshot_interval = number("kabinet_snapshot_interval", 300),
		heartbeat_interval = number("kabinet_heartbeat_interval", 60),
	};
end

-- ---------------------------------------------------------------- hosts

local function hosts_in_config()
	return config.getconfig();
end

--- All values of an option over the hosts of the configuration, as a set.
local function values(option)
	local set = {};
	for host in pairs(hosts_in_config()) do
		local value = config.get(host, option);
		if type(value) == "table" then
			for _, entry in ipairs(value) do set[entry] = true; end
		elseif value ~= nil then
			set[value] = true;
		end
	end
	return set;
end

--- What happens in the rooms of this MUC component: "room", "lobby", "breakout", or "ignore" (bridges' brewery and the like).
function settings.place(context)
	local host = context.host;
	local said = context:get_option_string("kabinet_place");
	if said then return said; end
	if values("lobby_muc")[host] then return "lobby"; end
	if values("breakout_rooms_muc")[host] then return "breakout"; end
	local mains = values("main_muc");
	local base, prefix = config.get("*", "muc_mapper_domain_base"), config.get("*", "muc_mapper_domain_prefix");
	if base then mains[(prefix or "conference") .. "." .. base] = true; end
	if next(mains) and not mains[host] then return "ignore"; end
	return "room"; -- a plain Prosody says nothing: every MUC is one
end

--- The virtual host that people with accounts belong to.
function settings.main_host(muc_host)
	local hosts = hosts_in_config();
	local base = config.get(muc_host, "muc_mapper_domain_base");
	if base and hosts[base] then return base; end
	local parent = muc_host:match("^[^.]+%.(.+)$");
	if parent and hosts[parent] then return parent; end
	return nil;
end

--- "account" (people prove who they are by an account), "token", "anonymous", or nil for a host that is not ours.
function settings.authentication(host)
	if not host or not hosts_in_config()[host] then return nil; end
	local kind = tostring(config.get(host, "authentication") or "internal_hashed");
	if kind:find("anonymous", 1, true) then return "anonymous"; end
	if kind:find("token", 1, true) then return config.get(host, "allow_empty_token") == true and "anonymous" or "token"; end
	return "account";
end

--- Whether the main host knows who somebody is; nil when we cannot tell.
function settings.login(muc_host)
	local kind = settings.authentication(settings.main_host(muc_host));
	if kind == nil then return nil; end
	return kind ~= "anonymous";
end

-- ---------------------------------------------------------------- the server's own

--- A function that says whether an address with an account is a machine: the focus, recorders, telephones, bridges.
function settings.service_accounts(context)
	local admins = context:get_option_inherited_set("admins", {});
	local extra = context:get_option_inherited_set("kabinet_services", {});
	local hidden, named = values("muc_lobby_whitelist"), {};
	for _, option in ipairs({ "recorder_prefixes", "transcriber_prefixes", "muc_password_whitelist" }) do
		for prefix in pairs(values(option)) do
			if type(prefix) == "string" and prefix:find("@", 1, true) then named[#named + 1] = prefix; end
		end
	end
	local main = settings.main_host(context.host);
	return function (bare)
		local node, host = jid.split(bare);
		if extra:contains(bare) or extra:contains(host) or node == "focus" then return true; end
		-- On the main host there are people: an administrator, or somebody excused from lobby and password, may be the specialist.
		if host == main then return false; end
		if hidden[host] and settings.authentication(host) == "account" or admins:contains(bare) then return true; end
		for _, prefix in ipairs(named) do
			if bare:sub(1, #prefix) == prefix then return true; end
		end
		return false;
	end
end

return settings;
