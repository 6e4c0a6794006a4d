// core/admin/watcher.h - Watcher: one who watches, what it wishes to see, and what it has not read yet.
#pragma once

#include "admin/frames.h"
#include "history/filter.h"
#include "support/digest.h"

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>

namespace tollgate::admin {

// What a query of /ws/live asks for.
struct Wish {
    bool requests = true, seconds = true;
    std::size_t recent = 0;  // so many of the last ones first
    history::Filter filter{};
    std::optional<Digest> token{};  // which it was let in by
    std::string who{};              // "127.0.0.1:51432"

    static constexpr std::size_t most_recent = 200;
    // Returns what is wrong with it, or "".
    std::string read(const std::string& query);
};

class Watcher {
public:
    using TimePoint = std::chrono::steady_clock::time_point;
    // Takes over the socket. `most`: bytes that may wait for it to read.
    Watcher(int socket, Wish wish, std::size_t most);
    ~Watcher();

    void tell(const std::shared_ptr<const std::string>& frame);
    void tell(std::string frame) { tell(std::make_shared<const std::string>(std::move(frame))); }
    // The last that it is told.
    void close(std::uint16_t code, std::string_view why);

    // Neither waits.
    void write();
    void read(TimePoint now);

    int socket() const noexcept { return socket_; }
    const Wish& wish() const noexcept { return wish_; }
    bool has_more() const noexcept { return !queue_.empty(); }
    bool closing() const noexcept { return closing_; }
    std::size_t room() const noexcept { return most_ - queued_; }
    bool gone() const noexcept { return gone_ || (said_goodbye_ && queue_.empty()); }
    bool full() const noexcept { return full_; }  // it did not read, and is gone for that
    void drop() noexcept { gone_ = full_ = true; }
    void let_go() noexcept { gone_ = true; }

    TimePoint heard, pinged;   // when it last said anything; when it was last asked to
    int budget = 0;            // records that it may still be told in this second
    std::uint64_t left_out = 0;  // records that it was not, for that

private:
    void answer(const FrameReader::Frame& frame);

    const int socket_;
    const Wish wish_;
    const std::size_t most_;
    FrameReader reader_;
    std::deque<std::shared_ptr<const std::string>> queue_;
    std::size_t queued_ = 0, written_ = 0;  // bytes; written_: of the first
    bool closing_ = false;       // it was told so
    bool said_goodbye_ = false;  // it said so
    bool gone_ = false, full_ = false;
};

}  // namespace tollgate::admin
