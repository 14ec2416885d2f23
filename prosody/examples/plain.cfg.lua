-- What to add to the configuration of a Prosody that was installed with Jitsi's packages (/etc/prosody/conf.avail/HOST.cfg.lua).
-- Take over the marked lines; do not add a second `plugin_paths` or a second `modules_enabled` for the same host: the last
-- one wins, and Jitsi's own modules would no longer be found or loaded.

-- 1. The folder with our files, added to the list that is already there.
plugin_paths = { "/usr/share/jitsi-meet/prosody-plugins/", "/usr/local/share/kabinet/prosody/" } -- the second is new

-- 2. Options, anywhere before the first VirtualHost.
kabinet_url = "https://kabinet.example" -- /api/webhook/kabinet is added
kabinet_secret_file = "/etc/prosody/kabinet-secret" -- one line, whsec_...; readable for the user prosody only

-- 3. The module, in the modules_enabled of each MUC component that people are in.
Component "conference.jitsi.example" "muc"
    modules_enabled = {
        "muc_hide_all";
        "muc_meeting_id";
        "muc_domain_mapper";
        "kabinet"; -- new
    }

Component "lobby.jitsi.example" "muc"
    modules_enabled = {
        "muc_hide_all";
        "kabinet"; -- new
    }

Component "breakout.jitsi.example" "muc"
    modules_enabled = {
        "muc_hide_all";
        "muc_meeting_id";
        "kabinet"; -- new
    }
