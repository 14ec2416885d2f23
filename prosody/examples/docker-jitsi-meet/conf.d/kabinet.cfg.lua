-- Goes to ${CONFIG}/prosody/config/conf.d/kabinet.cfg.lua. Global options only: every instance of the module falls back to them.
-- Never repeat plugin_paths or modules_enabled in a file like this: it would replace the lists that the image generates.
-- The same options can be written as XMPP_MUC_CONFIGURATION in .env, but that line is split at every comma, also inside a value.

kabinet_url = ENV_KABINET_URL
kabinet_secret = ENV_KABINET_SECRET

-- kabinet_queue_limit = 10000      -- events kept while the backend is away
-- kabinet_snapshot_interval = 300  -- seconds
-- kabinet_heartbeat_interval = 60  -- seconds
