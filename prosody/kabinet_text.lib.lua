-- Free text from strangers: made harmless for JSON and bounded, but otherwise left as typed.

local LONGEST = 200; -- characters of a name

local text = {};

--- Valid UTF-8, without control characters, at most `limit` characters; nil when nothing is left.
function text.clean(value, limit)
	if type(value) == "number" then value = tostring(value); end
	if type(value) ~= "string" then return nil; end
	value = value:sub(1, 8 * LONGEST); -- four bytes a character at most; the rest is never looked at
	local kept, count, position = {}, 0, 1;
	limit = limit or LONGEST;
	while position <= #value and count < limit do
		local byte = value:byte(position);
		local length = byte < 0x80 and 1 or byte >= 0xC2 and byte < 0xE0 and 2 or byte >= 0xE0 and byte < 0xF0 and 3
			or byte >= 0xF0 and byte < 0xF5 and 4 or 0;
		local character = value:sub(position, position + length - 1);
		local second = character:byte(2) or 0;
		local whole = length > 0 and #character == length and not character:find("[^\128-\191]", 2)
			and not (byte == 0xE0 and second < 0xA0) and not (byte == 0xED and second > 0x9F)
			and not (byte == 0xF0 and second < 0x90) and not (byte == 0xF4 and second > 0x8F);
		if not whole then
			position = position + 1;
		else
			position = position + length;
			local control = byte < 0x20 or byte == 0x7F or (byte == 0xC2 and second < 0xA0);
			kept[#kept + 1] = control and " " or character;
			count = count + 1;
		end
	end
	local result = table.concat(kept):gsub("^ +", ""):gsub(" +$", "");
	if result == "" then return nil; end
	return result;
end

return text;
