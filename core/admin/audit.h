// core/admin/audit.h - Audit: who changed what through the admin listener, or was refused to.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <vector>

namespace tollgate::admin {

// Any thread. Nothing of a body or an answer is in it, and nothing of a token.
class Audit {
public:
    static constexpr std::size_t most = 1000;           // that are remembered
    static constexpr std::int64_t most_refusals = 100;  // of who asks, in a minute; who is refused may ask without end

    struct Entry {
        std::chrono::system_clock::time_point time;
        std::string client, method, path, query;
        int status = 0;
        std::string what;         // came of it, in words
        std::uint64_t omitted = 0;  // before it: refusals that were too many
    };
    // Remembers it, logs it, and appends a line of JSON to the file; "": to none. A file that cannot be written is
    // logged, and made anew where it is gone: whoever rotates it just moves it away.
    void add(Entry entry, const std::string& file);

    // The latest first.
    std::vector<Entry> latest(std::size_t most) const;

private:
    bool is_too_much(const Entry& entry);
    void append(const Entry& entry, const std::string& file);

    mutable std::mutex mutex_;
    std::deque<Entry> entries_;
    std::int64_t minute_ = 0, refused_in_it_ = 0;
    std::uint64_t omitted_ = 0;
};

// One line of JSON, without a line feed.
std::string json(const Audit::Entry& entry);

}  // namespace tollgate::admin
