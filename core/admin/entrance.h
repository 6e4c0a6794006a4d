// core/admin/entrance.h - Entrance: whom the admin listener lets in, by Host, Origin and token.
#pragma once

#include "admin/guard.h"
#include "admin/handlers.h"

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>

namespace Poco::Net {
class HTTPServerRequest;
}

namespace tollgate::admin {

// Of one listener. Any thread.
class Entrance {
public:
    struct Verdict {
        Access by;                      // what it was judged by; the configuration may be another one already
        std::optional<Answer> refusal;  // nullopt: let in
    };
    Verdict judge(const Poco::Net::HTTPServerRequest& request, const Call& call, const Controls& controls);

private:
    std::optional<Answer> refusal_of(const Poco::Net::HTTPServerRequest& request, const Call& call, const Access& access);
    void tell(const std::string& why);
    std::atomic<std::int64_t> told_{-1};
};

}  // namespace tollgate::admin
