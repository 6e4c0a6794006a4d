// core/commands/watch.h - Watch: finds out that files have changed, by looking at them now and then.
//
// Looking is what works everywhere: over network file systems, in containers whose files are mounted, and for editors
// that write another file and rename it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <vector>

namespace tollgate::commands {

// One thread. Knows no clock: whoever owns it looks as often as it likes.
class Watch {
public:
    // What is seen of them now is what they were.
    explicit Watch(const std::vector<std::filesystem::path>& files);

    // True once after a change, when nothing has changed since the look before: whoever writes has stopped. A file that
    // has gone, or come, has changed too.
    bool changed();

    // Watches these instead. Of one that is new what is seen now counts as known, unless it was written after `since`:
    // then it may have been read before that, and is looked at as changed.
    void follow(const std::vector<std::filesystem::path>& files, std::filesystem::file_time_type since);

private:
    struct Seen {
        bool exists = false;
        std::int64_t written = 0;
        std::uintmax_t size = 0, device = 0, number = 0;
        bool operator==(const Seen&) const = default;
    };
    using Sight = std::map<std::filesystem::path, Seen>;
    static Seen look_at(const std::filesystem::path& file);
    static Sight look_at(const Sight& files);

    Sight known_, last_;
};

}  // namespace tollgate::commands
