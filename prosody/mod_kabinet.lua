-- Tells Kabinet's event server what happens in the rooms of a Jitsi server. See README.md beside this file.
--
-- Load it on the MUC component, and where they exist on the lobby and breakout components. All instances of one Prosody
-- share one queue. For Prosody 0.12 and 13.
--
--   kabinet_queue     events in order, signed and retried until the backend has them
--   kabinet_journal   the queue on disk
--   kabinet_hub       what the instances share: queue, heartbeat, snapshots, connections
--   kabinet_rooms     one component's rooms and occupants
--   kabinet_people    what can be known of an occupant
--   kabinet_settings  options, and which host plays which part
--   kabinet_text      names made harmless

local settings = module:require "kabinet_settings";
local new_hub = module:require "kabinet_hub".new;
local attach_rooms = module:require "kabinet_rooms".attach;

local shared = module:shared("/*/kabinet/hub");
shared.hub = shared.hub or new_hub();
local hub = shared.hub;

local instance = {};
if module:get_host_type() == "component" then
	local place = settings.place(module);
	if place == "ignore" then
		module:log("info", "This is neither the main MUC nor its lobby nor its breakout rooms: nothing is reported from here");
	else
		instance = attach_rooms(module, hub, place);
		module:log("debug", "Reporting the place %q", place);
	end
end
hub:join(module, instance);

function module.unload()
	if hub:leave(module.host) then shared.hub = nil; end
end
