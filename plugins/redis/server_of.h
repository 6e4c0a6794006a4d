// plugins/redis/server_of.h - the Redis that a use names by the words all such plugins have.
#pragma once

#include "redis/server.h"

#include <tollgate/plugin.h>

#include <memory>

namespace tollgate::redis {

// What `store` (a URL, or "redis", as redis_url says), `redis_url` and `redis_authorities` say; `store` is not "memory".
// Throws ConfigError.
std::shared_ptr<Server> server_of(const Settings& settings, Host& host, Status::Words words);

}  // namespace tollgate::redis
