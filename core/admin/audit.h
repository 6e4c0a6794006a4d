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

struct Answer;
struct Call;
struct Controls;

// Any thread. Nothing of a body or an answer is in it, and nothing of a token.
class Audit {
public:
    static constexpr std::size_t most = 1000;           // that are remembered
    static constexpr std::int64_t most_refusals = 100;  // of who was not let in, in a minute; they may ask without end

    struct Entry {
        std::chrono::system_clock::time_point time;
        std::string client, method, path, query;
        int status = 0;
        std::string what;           // came of it, in words
        bool let_in = true;         // by token, Host and Origin
        std::uint64_t omitted = 0;  // before it: refusals that were too many
    };
    // Remembers it, logs it, and appends a line of JSON to the file; "": to none. A file that cannot be written is
    // logged, and made anew where it is gone: whoever rotates it just moves it away.
    void add(Entry entry, const std::string& file);

    // The latest first. Who was not let in is remembered apart, and pushes nobody out who was.
    std::vector<Entry> latest(std::size_t most) const;

private:
    struct Numbered {
        std::uint64_t number;
        Entry entry;
    };
    bool is_too_much(const Entry& entry);
    void append(const Entry& entry, const std::string& file);

    mutable std::mutex mutex_;
    std::deque<Numbered> entries_, refused_;  // the latest first
    std::uint64_t number_ = 0;
    std::int64_t minute_ = 0, refused_in_it_ = 0;
    std::uint64_t omitted_ = 0;
};

// One line of JSON, without a line feed.
std::string json(const Audit::Entry& entry);

// Whether a request is one that is written down.
bool changes_something(const Call& call);
// Adds it to the audit of `controls`, with what came of it.
void write_down(const Call& call, const Answer& answer, bool let_in, const Controls& controls);

}  // namespace tollgate::admin
