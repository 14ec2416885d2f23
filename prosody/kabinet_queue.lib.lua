-- The one queue of this Prosody: events in order, sent in batches, one request at a time, until the backend has them.

local base64 = require "util.encodings".base64;
local hmac_sha256 = require "util.hashes".hmac_sha256;
local http = require "net.http";
local json = require "util.json";
local now = require "util.time".now;
local timer = require "util.timer";
local uuid = require "util.uuid".generate;
local new_journal = module:require "kabinet_journal".new;

local floor, max, min = math.floor, math.max, math.min;
local t_concat = table.concat;

local TIMEOUT = 5; -- seconds for one attempt
local FIRST_PAUSE, LONGEST_PAUSE = 0.5, 5;
local BATCH_EVENTS, BATCH_BYTES = 100, 50 * 1024; -- the receiver takes 60 KB; the frame around the events is small
local LARGEST_EVENT = 48 * 1024;

local queue_mt = {};
queue_mt.__index = queue_mt;

--- `options`: url, secrets (list), limit, path, server() (what the batch says about us), on_answer(table).
local function new(options, log)
	local q = setmetatable({
		options = options, log = log,
		items = {}, first = 1, last = 0, bytes = 0,
		boot = uuid(), seq = 0, dropped = 0,
		attempt = 0, pause = FIRST_PAUSE,
	}, queue_mt);
	return q;
end

function queue_mt:size() return self.last - self.first + 1; end

-- ---------------------------------------------------------------- the list

function queue_mt:append(boot, text)
	self.last = self.last + 1;
	self.items[self.last] = { boot = boot, text = text };
	self.bytes = self.bytes + #text;
end

function queue_mt:cut(count) -- forgets the first ones
	for i = self.first, min(self.first + count - 1, self.last) do
		self.bytes = self.bytes - #self.items[i].text;
		self.items[i] = nil;
	end
	self.first = min(self.first + count, self.last + 1);
	self.frozen = nil;
end

function queue_mt:cut_after(skip, count) -- forgets the oldest ones that are not being sent
	count = min(count, self:size() - skip);
	if count <= 0 then return 0; end
	for i = self.first + skip, self.first + skip + count - 1 do self.bytes = self.bytes - #self.items[i].text; end
	for i = self.first + skip - 1, self.first, -1 do self.items[i + count] = self.items[i]; end
	for i = self.first, self.first + count - 1 do self.items[i] = nil; end
	self.first = self.first + count;
	return count;
end

--- Adds an event; gives it its id, its number and its time.
function queue_mt:push(event)
	self.seq = self.seq + 1;
	event.id, event.seq = uuid(), self.seq;
	event.at = event.at or floor(now() * 1000);
	local text = json.encode(event);
	if #text > LARGEST_EVENT then
		self.dropped = self.dropped + 1;
		self.log("error", "An event of type %s has %d bytes and cannot be sent", event.type, #text);
		return;
	end
	self:append(self.boot, text);
	if self.journal then self.journal:add("+" .. self.boot .. " " .. text); end
	local over = self:size() - self.options.limit;
	if over > 0 then
		-- A hundredth at once, so that a full queue is not shifted for each event.
		local skip = self.frozen and self.frozen.count or 0;
		local gone = self:cut_after(skip, max(over, floor(self.options.limit / 100)));
		if gone > 0 then
			if self.journal then self.journal:add(("x%d %d"):format(skip, gone)); end
			if self.dropped == 0 then self.log("error", "The queue is full (%d events): the oldest are being dropped", self.options.limit); end
			self.dropped = self.dropped + gone;
		end
	end
	self:soon();
end

-- ---------------------------------------------------------------- the disk

function queue_mt:all_lines()
	local lines = {};
	for i = self.first, self.last do
		lines[#lines + 1] = "+" .. self.items[i].boot .. " " .. self.items[i].text;
	end
	if self.frozen then lines[#lines + 1] = ("=%s %d"):format(self.frozen.id, self.frozen.count); end
	return lines;
end

function queue_mt:save()
	if self.journal then
		self.journal:flush(self.bytes, function () return self:all_lines(); end);
	end
end

--- Delivered events do not stay on disk for longer than until the next quiet moment.
function queue_mt:tidy()
	if self.journal and self:size() == 0 and self.journal.size > 0 then
		self.journal:rewrite(function () return self:all_lines(); end);
	end
end

--- Takes over what an earlier run has left, and starts sending.
function queue_mt:open()
	local early_items, early_first, early_last = self.items, self.first, self.last;
	self.items, self.first, self.last, self.bytes = {}, 1, 0, 0;
	self.journal = new_journal(self.options.path, self.log);
	self.journal:read(
		function (boot, text) self:append(boot, text); end,
		function (id, count) if count <= self:size() then self.frozen = { id = id, count = count }; end end,
		function (count) self:cut(count); end,
		function (skip, count) self:cut_after(skip, count); end
	);
	if self:size() > 0 then self.log("info", "%d events of an earlier run are still to be delivered", self:size()); end
	for i = early_first, early_last do self:append(early_items[i].boot, early_items[i].text); end
	self.journal:rewrite(function () return self:all_lines(); end);
	self:soon();
end

function queue_mt:close()
	self.closed = true;
	self:give_up_attempt();
	self:save();
	if self.journal then self.journal:close(); end
end

-- ---------------------------------------------------------------- sending

--- At the end of this turn of the loop: writes down what came, and sends if nothing is under way.
function queue_mt:soon()
	if self.closed or not self.journal then return; end
	if self.stopping then self:save(); end -- there may be no next turn
	if self.turn then return; end
	self.turn = true;
	timer.add_task(0, function ()
		self.turn = nil;
		if self.closed then return; end
		self:save();
		if not self.request and not self.resting then self:send(); end
	end);
end

--- The first events become a batch; from now on it is sent as it is until it is taken.
function queue_mt:freeze()
	local boot, bytes, count = self.items[self.first].boot, 0, 0;
	for i = self.first, self.last do
		local item = self.items[i];
		bytes = bytes + #item.text + 1;
		if item.boot ~= boot or count >= BATCH_EVENTS or (count > 0 and bytes > BATCH_BYTES) then break; end
		count = count + 1;
	end
	self.frozen = { id = "msg_" .. uuid(), count = count };
	self.journal:add(("=%s %d"):format(self.frozen.id, count));
	self:save();
end

function queue_mt:body()
	local batch = self.frozen;
	if not batch.body then
		local texts = {};
		for i = self.first, self.first + batch.count - 1 do texts[#texts + 1] = self.items[i].text; end
		local frame = json.encode({
			v = 1, boot = self.items[self.first].boot, server = self.options.server(),
			-- By our clock, so that the receiver learns how far that is off. Another attempt has its own second in the headers.
			sent_at = floor(now() * 1000),
			queued = self:size() - batch.count, dropped = self.dropped,
		});
		batch.body = frame:sub(1, -2) .. ',"events":[' .. t_concat(texts, ",") .. "]}";
	end
	return batch.body;
end

function queue_mt:headers(id, body)
	local at = ("%d"):format(floor(now()));
	local headers = { ["Content-Type"] = "application/json", ["User-Agent"] = "mod_kabinet" };
	headers["webhook-id"], headers["webhook-timestamp"] = id, at;
	local signatures = {};
	for _, secret in ipairs(self.options.secrets) do
		if secret.key then
			signatures[#signatures + 1] = "v1," .. base64.encode(hmac_sha256(secret.key, id .. "." .. at .. "." .. body));
		else
			headers["Authorization"] = "Bearer " .. secret.word;
		end
	end
	if #signatures > 0 then headers["webhook-signature"] = t_concat(signatures, " "); end
	return headers;
end

function queue_mt:send()
	if self:size() == 0 then return; end
	if not self.frozen then self:freeze(); end
	local body = self:body();
	self.attempt = self.attempt + 1;
	local attempt = self.attempt; -- a late answer to an earlier attempt means nothing any more
	local answered = false;
	local function done(answer, code, response)
		if answered or attempt ~= self.attempt or self.closed then return; end
		answered, self.request = true, nil;
		if self.deadline then timer.stop(self.deadline); self.deadline = nil; end
		self:handle(code, answer, response);
	end
	self.request = true; -- the callback may come before the request is returned
	self.deadline = timer.add_task(TIMEOUT, function ()
		self.deadline = nil;
		if attempt ~= self.attempt or answered then return; end
		local request = self.request;
		self.attempt = self.attempt + 1;
		self.request = nil;
		if type(request) == "table" then http.destroy_request(request); end
		self:handle(0, "no answer within " .. TIMEOUT .. " s");
	end);
	local ok, request = pcall(http.request, self.options.url, {
		method = "POST", body = body, headers = self:headers(self.frozen.id, body),
	}, done);
	if not ok then
		done(request, 0);
	elseif self.request and not answered then
		self.request = request or true;
	end
end

function queue_mt:give_up_attempt()
	self.attempt = self.attempt + 1;
	if self.deadline then timer.stop(self.deadline); self.deadline = nil; end
	if type(self.request) == "table" then http.destroy_request(self.request); end
	self.request = nil;
end

function queue_mt:take_off()
	self.journal:add("-" .. self.frozen.count);
	self:cut(self.frozen.count);
end

function queue_mt:handle(code, answer, response)
	if code >= 200 and code < 300 then
		self:take_off();
		self.pause = FIRST_PAUSE;
		if self.trouble then
			self.log("info", "The backend takes events again; %d are waiting", self:size());
			self.trouble = nil;
		end
		local ok, reply = pcall(json.decode, answer or "");
		self.options.on_answer(ok and type(reply) == "table" and reply or {});
		self:soon();
		return;
	end
	if code == 400 or code == 413 or code == 422 then
		-- It will be refused for ever; holding it would hold everything behind it.
		self.log("error", "The backend refuses a batch of %d events for good (status %d): they are dropped", self.frozen.count, code);
		self.dropped = self.dropped + self.frozen.count;
		self:take_off();
		self:soon();
		return;
	end
	local reason = code == 0 and tostring(answer) or ("status " .. code);
	if self.trouble ~= reason then
		local hint = (code == 401 or code == 403) and ": is kabinet_secret the backend's, and is the clock right?"
			or code == 404 and ": is kabinet_url right?" or "";
		self.log(code == 0 and "warn" or "error", "The backend does not take events (%s)%s; trying again until it does", reason, hint);
		self.trouble = reason;
	end
	local pause = self.pause;
	self.pause = min(self.pause * 2, LONGEST_PAUSE);
	local wished = response and response.headers and tonumber(response.headers["retry-after"]);
	if wished then pause = max(pause, min(wished, LONGEST_PAUSE)); end
	self.resting = true;
	timer.add_task(pause, function ()
		self.resting = nil;
		if not self.closed then self:soon(); end
	end);
	self:save();
end

return { new = new };
