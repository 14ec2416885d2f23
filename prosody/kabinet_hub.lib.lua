-- What all instances of the module in this Prosody share: the queue, the clockwork, and the connections of people.
--
-- The module is loaded on several hosts, in no fixed order; the first instance makes the hub, the last one closes it.

local logger = require "util.logger";
local array = require "util.array";
local json = require "util.json";
local timer = require "util.timer";
local uuid = require "util.uuid".generate;
local new_queue = module:require "kabinet_queue".new;
local settings = module:require "kabinet_settings";

local MODULE_VERSION = "0.1.0";
local MAX_ROOM_NAMES, MAX_NAME_BYTES = 1000, 40 * 1024;
local SNAPSHOT_PAUSE = 1; -- seconds between two snapshots that the backend asks for
local NEARLY_EMPTY = 50; -- a snapshot waits until no more events than this are before it: it shall say what is true now
local HIBERNATION_OVER = "Hibernating too long"; -- mod_smacks' words

local log = logger.init("kabinet");

local hub_mt = {};
hub_mt.__index = hub_mt;

local function new()
	return setmetatable({
		instances = {}, -- host -> { context, place, snapshot, look_around }
		by_jid = {}, -- real address -> set of stays
		unbinding = {}, -- real address -> why its session is ending just now
		hooks = {}, hooked_hosts = {}, timers = {},
	}, hub_mt);
end

--- Tells this server from others whose hosts have the same names: made once, and kept with the data.
local function server_id(path)
	local file = io.open(path, "rb");
	local known = file and (file:read("*a") or ""):match("^%x[%x-]+%x$");
	if file then file:close(); end
	if known then return known; end
	local fresh, err = uuid(), nil;
	file, err = io.open(path, "wb");
	local ok = file and file:write(fresh);
	if file then ok = file:close() and ok; end
	if not ok then
		-- A new one with each start would make one server look like many.
		log("error", "Cannot keep this server's id (%s: %s); another server of the same name is not told from it", path, err or "cannot write");
		return nil;
	end
	return fresh;
end

--- A handler that cannot hurt the server: our mistake must not keep anybody out of a room.
function hub_mt:guard(handler)
	return function (...)
		local ok, err = pcall(handler, ...);
		if not ok then log("error", "A mistake in mod_kabinet, please report it: %s", err); end
	end
end

-- ---------------------------------------------------------------- instances

function hub_mt:contexts()
	local list = {};
	for _, instance in pairs(self.instances) do list[#list + 1] = instance.context; end
	table.sort(list, function (a, b) return a.host < b.host; end);
	return list;
end

function hub_mt:join(context, instance)
	instance.context = context;
	self.instances[context.host] = instance;
	if self.running then
		self:configure();
		if instance.snapshot then
			instance.look_around();
			self.snapshot_wanted = true;
			self:maybe_snapshot();
		end
	elseif not self.waiting then
		self.waiting = true;
		self:hook(prosody.events, "config-reloaded", function ()
			if self.running then self:configure(); else self:start(); end
		end);
		if prosody.start_time then -- loaded into a running server
			timer.add_task(0, self:guard(function () self:start(); end));
		else
			self:hook(prosody.events, "server-started", function () self:start(); end);
		end
	end
end

--- Returns true when nobody is left.
function hub_mt:leave(host)
	self.instances[host] = nil;
	for _, set in pairs(self.by_jid) do
		for stay in pairs(set) do
			if stay.host == host then set[stay] = nil; end
		end
	end
	if next(self.instances) then return false; end
	self:close();
	return true;
end

--- The main MUC's host, or any.
function hub_mt:muc_host()
	local found;
	for host, instance in pairs(self.instances) do
		if instance.place == "room" and (not found or host < found) then found = host; end
	end
	return found or next(self.instances);
end

function hub_mt:find_room(address)
	local host = address and address:match("@([^/]+)$");
	local host_session = host and rawget(prosody.hosts, host);
	local muc = host_session and host_session.modules and host_session.modules.muc;
	return muc and muc.get_room_from_jid(address) or nil;
end

-- ---------------------------------------------------------------- life

-- Hooks belong to the hub and not to one instance, which could be unloaded while others stay.
function hub_mt:hook(events, name, handler, priority)
	handler = self:guard(handler);
	events.add_handler(name, handler, priority or 0);
	self.hooks[#self.hooks + 1] = { events, name, handler };
end

function hub_mt:configure()
	local read = settings.read(self:contexts(), log);
	self.settings = read;
	if self.queue then
		local options = self.queue.options;
		options.url, options.secrets, options.limit = read.url or options.url, read.secrets, read.limit;
	end
	return read;
end

function hub_mt:start()
	if self.running or self.closed then return; end
	local read = self:configure();
	if not read.url then
		log("error", "kabinet_url is not set: nothing is reported. Set it to the address of the event server");
		return;
	end
	if #read.secrets == 0 then
		log("warn", "kabinet_secret is not set: the backend takes events from its own machine only");
	end
	self.running = true;
	self.server_id = server_id(prosody.paths.data .. "/kabinet-server.id");
	self.queue = new_queue({
		url = read.url, secrets = read.secrets, limit = read.limit,
		path = prosody.paths.data .. "/kabinet-queue.journal",
		server = function () return self:server(); end,
		on_answer = function (reply) self:on_answer(reply); end,
	}, log);

	self:hook(prosody.events, "server-stopping", function ()
		self.stopping = true;
		self:emit({ type = "stopping" });
		self.queue.stopping = true;
		self.queue:save();
	end, 100);
	self:hook(prosody.events, "server-stopped", function () self.queue:close(); end, -100);
	self:hook(prosody.events, "host-activated", function (host) self:watch_host(host); end);
	for host in pairs(prosody.hosts) do self:watch_host(host); end

	self.queue:open();
	self:emit({ type = "started" });
	self:snapshot();
	self:every(function () return self.settings.heartbeat_interval; end, function ()
		-- Events that wait say the same as a heartbeat, and after an outage nobody wants the old ones.
		if self.queue:size() > 0 then return; end
		self.queue:tidy();
		self:emit({ type = "heartbeat" });
	end);
	self:every(function () return self.settings.snapshot_interval; end, function ()
		self.snapshot_wanted = true;
		self:maybe_snapshot();
	end);
end

function hub_mt:every(interval, action)
	local id;
	id = timer.add_task(interval(), function ()
		if self.closed then return; end
		self:guard(action)();
		return interval();
	end);
	self.timers[#self.timers + 1] = id;
end

function hub_mt:close()
	self.closed = true;
	for _, hook in ipairs(self.hooks) do hook[1].remove_handler(hook[2], hook[3]); end
	for _, id in ipairs(self.timers) do timer.stop(id); end
	if self.queue then self.queue:close(); end
end

-- ---------------------------------------------------------------- what is said

function hub_mt:emit(event)
	if self.running and not self.closed then self.queue:push(event); end
end

function hub_mt:server()
	local host = self:muc_host();
	local login = host and settings.login(host);
	if login == nil then login = json.null; end
	return { id = self.server_id or json.null, host = host or json.null, prosody = prosody.version, module = MODULE_VERSION, login = login };
end

function hub_mt:on_answer(reply)
	if reply.snapshot == true then self.snapshot_wanted = true; end
	self:maybe_snapshot();
end

function hub_mt:maybe_snapshot()
	if not self.snapshot_wanted or self.closed or self.stopping or self.queue:size() > NEARLY_EMPTY then return; end
	local since = os.time() - (self.snapshot_at or 0);
	if since <= SNAPSHOT_PAUSE then
		if not self.snapshot_timer then
			self.snapshot_timer = timer.add_task(SNAPSHOT_PAUSE + 0.1, function ()
				self.snapshot_timer = nil;
				self:maybe_snapshot();
			end);
		end
		return;
	end
	self:snapshot();
end

--- Everybody who is here now, room by room, and then the names of all rooms.
function hub_mt:snapshot()
	self.snapshot_wanted, self.snapshot_at = nil, os.time();
	local names, bytes = array(), 0;
	local function add_main_room(name)
		names:push(name);
		bytes = bytes + #name + 3;
	end
	for _, place in ipairs({ "room", "breakout", "lobby" }) do
		for _, instance in pairs(self.instances) do
			if instance.place == place then instance.snapshot(add_main_room); end
		end
	end
	local all = #names <= MAX_ROOM_NAMES and bytes <= MAX_NAME_BYTES;
	self:emit({ type = "server_snapshot", rooms = all and names or json.null });
end

-- ---------------------------------------------------------------- connections

function hub_mt:remember(stay)
	local set = self.by_jid[stay.jid] or {};
	self.by_jid[stay.jid] = set;
	set[stay] = true;
end

function hub_mt:forget(stay)
	local set = self.by_jid[stay.jid];
	if not set then return; end
	set[stay] = nil;
	if not next(set) then self.by_jid[stay.jid] = nil; end
end

function hub_mt:line(address, line, event_type)
	for stay in pairs(self.by_jid[address] or {}) do
		if stay.line ~= line then
			stay.line = line;
			stay.report(event_type);
		end
	end
end

--- The connections of people belong to virtual hosts: there a line is lost, regained, or given up.
function hub_mt:watch_host(host)
	local host_session = rawget(prosody.hosts, host);
	if not host_session or host_session.type ~= "local" or self.hooked_hosts[host_session] then return; end
	self.hooked_hosts[host_session] = true;
	local events = host_session.events;
	self:hook(events, "smacks-hibernation-start", function (event)
		self:line(event.origin.full_jid, "lost", "line_lost");
	end);
	self:hook(events, "smacks-hibernation-end", function (event)
		self:line(event.resumed and event.resumed.full_jid, "up", "line_back");
	end);
	-- Told before Prosody tells the rooms, so that a departure that follows can say why. A session that is given up bounces
	-- what it had not read first of all, before it unbinds; any other end may still be prevented at that moment.
	local function ending(event)
		local address = event.session.full_jid;
		if not address or not self.by_jid[address] then return; end
		self.unbinding[address] = event.error == HIBERNATION_OVER and "lost" or "closed";
		timer.add_task(1, function () self.unbinding[address] = nil; end);
	end
	self:hook(events, "pre-resource-unbind", function (event)
		if event.error == HIBERNATION_OVER then ending(event); end
	end, 100);
	self:hook(events, "resource-unbind", ending, 100);
end

return { new = new };
