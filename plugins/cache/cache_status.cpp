// plugins/cache/cache_status.cpp - the words of RFC 9211, and those that nginx's users know.
#include "cache_status.h"

#include <array>
#include <charconv>

namespace tollgate::cache {

namespace {

struct Words {
    std::string_view x_cache, word, status;
};
constexpr std::array<Words, ways> words{{{"HIT", "hit", "hit"},
                                         {"STALE", "stale", "hit"},
                                         {"REVALIDATED", "revalidated", "fwd=stale; fwd-status=304"},
                                         {"MISS", "miss", "fwd=uri-miss"},
                                         {"EXPIRED", "expired", "fwd=stale"},
                                         {"BYPASS", "pass", "fwd=bypass"},
                                         {"BYPASS", "denied", "fwd=miss"}}};

void append_number(std::string& text, std::int64_t number) {
    std::array<char, 24> room;
    const auto end = std::to_chars(room.data(), room.data() + room.size(), number).ptr;
    text.append(room.data(), static_cast<std::size_t>(end - room.data()));
}

}  // namespace

std::string_view x_cache(Way way) noexcept { return words[static_cast<std::size_t>(way)].x_cache; }
std::string_view word(Way way) noexcept { return words[static_cast<std::size_t>(way)].word; }

void append_cache_status(std::string& text, const Told& told) {
    text += "tollgate; ";
    text += words[static_cast<std::size_t>(told.way)].status;
    if (told.upstream_status != 0) append_number(text += "; fwd-status=", told.upstream_status);
    if (told.stored) text += "; stored";
    if (told.collapsed) text += "; collapsed";
    if (told.fresh_for)
        append_number(text += "; ttl=", std::chrono::floor<std::chrono::seconds>(*told.fresh_for).count());
}

}  // namespace tollgate::cache
