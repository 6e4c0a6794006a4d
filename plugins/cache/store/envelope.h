// plugins/cache/store/envelope.h - Envelope: what a value in a Redis says besides the item's own bytes.
#pragma once

#include "store/purges.h"

#include <optional>
#include <string>
#include <string_view>

namespace tollgate::cache {

// Its parts are in whatever it was read from.
struct Envelope {
    Moment begun;           // when the item was sent for, by the purge log
    std::string_view text;  // that it is found by
    std::string_view bytes;

    std::string written() const;
    // Nothing, where these are no bytes that written() made, or not all of them, or changed ones.
    static std::optional<Envelope> read(std::string_view bytes);
};

}  // namespace tollgate::cache
