-- ERROR: cache_tags_that_are_no_header.lua:3: cache: tags: expected a header's name, got "Cache Tag"
listen "127.0.0.1:0"
route "GET /" { answer = "ok", plugins = { cache { tags = "Cache Tag" } } }
