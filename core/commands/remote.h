// core/commands/remote.h - order(): asking a running gateway something, and complaining where no answer comes.
#pragma once

#include "commands/commands.h"

#include <Poco/JSON/Object.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace tollgate::commands {

// GETs `path` of the admin listener where there is no `body`, else POSTs it, and hands the answer's JSON to `tell`.
// Returns what that returns, or the exit code of having no answer in that time: a reload builds every plugin anew.
int order(const Options& options, const std::string& path, const std::optional<std::string>& body,
          const std::function<int(int status, const Poco::JSON::Object&)>& tell,
          std::chrono::seconds patience = std::chrono::seconds{300});

}  // namespace tollgate::commands
