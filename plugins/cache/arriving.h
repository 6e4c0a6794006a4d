// plugins/cache/arriving.h - Arriving: an answer on its way, from the one who fetches it to all who wait for it.
//
// One writer, on its loop, and any number of readers on theirs. Bytes lie in pieces that are written once and never
// moved, so what a reader is shown stays where it is while the writer goes on.
#pragma once

#include "held.h"
#include "kept.h"
#include "wakeful.h"

#include <tollgate/task.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::cache {

class Arriving {
public:
    enum class State : std::uint8_t {
        awaited,   // no head yet
        flowing,   // the head is there, and some of the body
        whole,     // all of it is there
        cut,       // there will be no more of the body
        declined,  // nobody but the one who asked for it may have it
        failed,    // there will be no answer: failure() says why
    };
    // What there is when the head has come.
    struct Opened {
        std::shared_ptr<const Kept> head;          // with its body, where that was kept already
        std::shared_ptr<const Variants> variants;  // by which it is told from others of its URL; null: by nothing
    };
    class Reader;
    // One who may become a reader: nothing is let go of, and nobody goes on in vain, before he has decided.
    class Coming {
    public:
        Coming() noexcept = default;  // to nothing
        explicit Coming(std::shared_ptr<Arriving> arriving);
        ~Coming();
        Coming(Coming&&) noexcept = default;
        Coming& operator=(Coming&&) = delete;

    private:
        std::shared_ptr<Arriving> arriving_;
    };

    // `largest`: what is longer is not kept, and passes through a window of so many bytes. `held`: adds up the bytes of
    // all that are on their way. What is kept counts there too, until everybody who read it on its way has gone.
    Arriving(std::size_t largest, std::shared_ptr<Held> held) noexcept : largest_{largest}, held_{std::move(held)} {}
    ~Arriving();
    Arriving(const Arriving&) = delete;
    Arriving& operator=(const Arriving&) = delete;

    // The writer's.
    // Before open(): whether there is memory for a body of that length, if it is known. If so it is set apart.
    bool reserve(std::optional<std::uint64_t> length) noexcept;
    void open(Opened opened, std::optional<std::uint64_t> length);
    void append(std::string_view bytes);
    // The whole body, for keeping, before finish(); null where it passes.
    std::shared_ptr<const std::string> collect();
    // That was all. Of a body whose length was known nobody is shown the end before: who has it all can count on
    // what was done between.
    void finish();
    void confirm(Opened opened);  // what was kept still holds: there is nothing to wait for
    void cut();
    void decline();
    void fail(std::exception_ptr failure);
    // Whether it passes through a window, and is not kept: it is too long, or there was no memory left for one whose
    // length nobody knew.
    bool passes() const;
    bool too_long() const;
    // Whether it would go on for nobody: nobody reads, and it passes, or nobody has read for `patience` and its length
    // is not known; it may have no end. To be asked after every piece.
    bool in_vain(Instant now, std::chrono::nanoseconds patience);
    // Waits until the readers have made room. Of several, one who holds the others up, and took less than a quarter of
    // the window, or of 64 KiB, in the last `slowness`, is cut. `loop` is the writer's.
    Task<void> room(Loop& loop);
    static constexpr std::chrono::seconds slowness{5};

    // Anybody's.
    State state() const;
    Opened opened() const;  // empty before the head
    std::exception_ptr failure() const;
    // The length, where it is known: said beforehand, or because it is whole.
    std::optional<std::uint64_t> length() const;

private:
    friend Task<bool> head_came(std::shared_ptr<Arriving> arriving, Loop& loop, Task<void> alarm);
    struct Piece {
        Piece(std::size_t room, std::shared_ptr<Held> held);
        ~Piece();
        std::string bytes;       // all of its room
        std::size_t filled = 0;  // grows; what lies before it never changes
        void keep() noexcept;    // it counts no more
        std::shared_ptr<Held> held;
    };
    void add_piece(std::size_t wanted);
    void pass(std::uint64_t window) noexcept;
    std::uint64_t slowest() const noexcept;  // up to where all have read
    bool full() const noexcept;
    void cut_laggards(Instant now);
    void let_go() noexcept;  // of what everybody has read, once it passes
    std::size_t room_for_next(std::size_t wanted, bool short_of_memory) const noexcept;

    const std::size_t largest_;
    const std::shared_ptr<Held> held_;
    std::size_t reserved_ = 0;  // the writer's own, as is last_
    mutable std::mutex mutex_;
    Waiters waiters_{mutex_};
    State state_ = State::awaited;
    Opened opened_;
    std::exception_ptr failure_;
    std::optional<std::uint64_t> length_;
    std::deque<std::shared_ptr<Piece>> pieces_;
    std::shared_ptr<Piece> last_;        // of these
    std::uint64_t begin_ = 0, end_ = 0;  // of the body, what is in the pieces
    std::uint64_t shown_ = 0;            // up to where readers may see it
    std::optional<std::uint64_t> window_;  // once it passes
    std::vector<Reader*> readers_;
    std::size_t coming_ = 0;
    std::optional<Instant> alone_since_;  // nobody has read, or come, since then
};

// One who reads, on one loop. Not before the head is there, and not once its beginning has passed.
class Arriving::Reader {
public:
    Reader(std::shared_ptr<Arriving> arriving, Loop& loop, std::uint64_t first = 0);
    ~Reader();
    Reader(const Reader&) = delete;
    Reader& operator=(const Reader&) = delete;

    // False: the beginning is gone already.
    bool in_time() const noexcept { return in_time_; }
    // The next bytes, at most `most`: valid until the next call. "" at the end. nullopt where they have to be waited
    // for. Throws Cut where there will be none.
    std::optional<std::string_view> try_read(std::uint64_t most);
    // The same once there are some; takes their number off `left`, which has to be there until then.
    Task<std::string_view> read(std::uint64_t& left);

    struct Cut : std::exception {
        const char* what() const noexcept override { return "the answer that is shared with others was cut short"; }
    };

private:
    friend class Arriving;
    std::optional<std::string_view> look(std::uint64_t most);  // under the lock

    const std::shared_ptr<Arriving> arriving_;
    Loop& loop_;
    std::uint64_t at_;
    std::shared_ptr<Piece> shown_;
    bool in_time_ = false, cut_ = false;
    // Since when he is looked at for being slow, and where he was then.
    std::optional<Instant> watched_since_;
    std::uint64_t watched_at_ = 0;
};

// Waits until it is more than awaited, or until the alarm is over, if there is one; false: it was the alarm.
Task<bool> head_came(std::shared_ptr<Arriving> arriving, Loop& loop, Task<void> alarm);

}  // namespace tollgate::cache
