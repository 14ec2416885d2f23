-- The queue's memory: an append-only file in Prosody's data folder.
--
-- Each line is one step, so that nothing is ever rewritten while it is busy, and a line that a crash has torn is simply
-- the last one and left out:
--   +BOOT JSON   an event was added            =ID N   the first N events are being sent as batch ID
--   -N           the first N are delivered     xM N    N events after the first M were given up (queue full)
-- Lines are collected during one turn of Prosody's loop and written together before anything is sent, so an event is on
-- disk before the first attempt to deliver it. There is no fsync: a killed Prosody loses nothing, a power cut may lose
-- what the system had not yet written.

local io_open, os_rename, os_time = io.open, os.rename, os.time;
local t_concat = table.concat;

local ROOM_TO_GROW = 1024 * 1024; -- bytes of finished steps tolerated before the file is written anew
local RETRY_SECONDS = 5;

local journal_mt = {};
journal_mt.__index = journal_mt;

local function new(path, log)
	return setmetatable({ path = path, log = log, waiting = {}, size = 0, broken_since = nil }, journal_mt);
end

--- Reads what an earlier run has left. Calls on_push(boot, json), on_freeze(id, n), on_remove(n), on_drop(skip, n).
function journal_mt:read(on_push, on_freeze, on_remove, on_drop)
	local file = io_open(self.path, "rb");
	if not file then return; end
	local content = file:read("*a") or "";
	file:close();
	for line in content:gmatch("([^\n]*)\n") do -- a torn last line has no end
		local kind, rest = line:sub(1, 1), line:sub(2);
		if kind == "+" then
			local boot, json = rest:match("^(%S+) (.+)$");
			if boot then on_push(boot, json); end
		elseif kind == "=" then
			local id, n = rest:match("^(%S+) (%d+)$");
			if id then on_freeze(id, tonumber(n)); end
		elseif kind == "-" then
			on_remove(tonumber(rest) or 0);
		elseif kind == "x" then
			local skip, n = rest:match("^(%d+) (%d+)$");
			if skip then on_drop(tonumber(skip), tonumber(n)); end
		end
	end
end

function journal_mt:add(line)
	self.waiting[#self.waiting + 1] = line;
end

function journal_mt:fail(what, err)
	if self.file then self.file:close(); self.file = nil; end
	if not self.broken_since then
		self.log("error", "Cannot keep the queue on disk (%s %s: %s); it is kept in memory and lost if Prosody ends now",
			what, self.path, err or "unknown error");
	end
	self.broken_since = os_time();
end

--- Writes what has been added. `everything()` gives all lines that describe the present queue, for writing anew.
function journal_mt:flush(live_bytes, everything)
	if #self.waiting == 0 and not self.broken_since then return; end
	if self.broken_since then
		if os_time() - self.broken_since < RETRY_SECONDS then self.waiting = {}; return; end
		return self:rewrite(everything);
	end
	local lines = t_concat(self.waiting, "\n") .. "\n";
	if self.size + #lines > 2 * live_bytes + ROOM_TO_GROW then return self:rewrite(everything); end
	self.waiting = {};
	if not self.file then
		local file, err = io_open(self.path, "ab");
		if not file then return self:fail("open", err); end
		file:setvbuf("full", 65536);
		self.file = file;
	end
	local ok, err = self.file:write(lines);
	if ok then ok, err = self.file:flush(); end
	if not ok then return self:fail("write", err); end
	self.size = self.size + #lines;
end

function journal_mt:rewrite(everything)
	self.waiting = {};
	if self.file then self.file:close(); self.file = nil; end
	local scratch = self.path .. "~";
	local file, err = io_open(scratch, "wb");
	if not file then return self:fail("open", err); end
	local lines = everything();
	local content = #lines > 0 and (t_concat(lines, "\n") .. "\n") or "";
	local ok;
	ok, err = file:write(content);
	if ok then ok, err = file:flush(); end
	file:close();
	if ok then ok, err = os_rename(scratch, self.path); end
	if not ok then return self:fail("write", err); end
	self.size = #content;
	if self.broken_since then
		self.broken_since = nil;
		self.log("info", "The queue is kept on disk again");
	end
end

function journal_mt:close()
	if self.file then self.file:close(); self.file = nil; end
end

return { new = new };
