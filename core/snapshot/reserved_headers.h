// core/snapshot/reserved_headers.h - ReservedHeaders: names of request headers that are not the clients' to send.
#pragma once

#include <tollgate/message.h>

#include <string>
#include <string_view>
#include <vector>

namespace tollgate {

// Filled while a snapshot is built, immutable after.
class ReservedHeaders {
public:
    void add(std::string_view name);
    bool empty() const noexcept { return names_.empty(); }
    // In any case, and '_' is '-'.
    bool has(std::string_view name) const noexcept;
    void remove_from(Headers& headers) const;

private:
    std::vector<std::string> names_;  // lower case, '-' for '_'
};

}  // namespace tollgate
