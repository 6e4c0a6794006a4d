// core/net/stream.h - Stream: the bytes under an exchange, whatever carries them, and how a coroutine awaits them.
//
// One reader and one writer at a time. An awaited operation lives in the coroutine that awaits it; destroying the
// coroutine withdraws it. The loop of the stream only.
#pragma once

#include "net/event_loop.h"

#include <sys/uio.h>

#include <array>
#include <coroutine>
#include <cstddef>
#include <span>
#include <string_view>

namespace tollgate::net {

struct IoResult {
    enum class Kind : std::uint8_t {
        done,
        blocked,      // from try_*: nothing can be done now
        ended,        // the other side will send no more
        failed,       // errno in `error`
        timed_out,
        interrupted,  // by interrupt_reading()
    };
    Kind kind = Kind::blocked;
    int error = 0;
    std::size_t bytes = 0;
    explicit operator bool() const noexcept { return kind == Kind::done; }
    std::string describe() const;  // "connection reset by peer"
};

class Stream {
public:
    explicit Stream(EventLoop& loop) noexcept : loop_{loop} {}
    virtual ~Stream();
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;

    EventLoop& loop() const noexcept { return loop_; }

    // Never wait. Reading yields at least one byte when done.
    virtual IoResult try_read(std::span<char> into) = 0;
    virtual IoResult try_write(std::span<const iovec> pieces) = 0;
    // True if the next try_read() may do something.
    virtual bool may_read() const noexcept = 0;
    // Asks the kernel whether nothing at all has come: neither bytes nor an end. Sees what no event has told yet.
    virtual bool silent() const noexcept = 0;
    // Says that nothing more will be written (FIN). Reading goes on.
    virtual void end_writing() noexcept = 0;
    // What came of an operation, in words: "connection reset by peer". Some streams know more than the kernel.
    virtual std::string describe(const IoResult& result) const { return result.describe(); }
    // Closing will tell the other side that things went wrong (RST) instead of that they ended well.
    virtual void close_by_reset() noexcept = 0;

    // Who hears what happens while nobody is reading or writing: the connection died (reset, or closed on both sides),
    // or something came to be read. May destroy the stream.
    class Owner {
    public:
        virtual void on_unawaited(bool died) = 0;

    protected:
        ~Owner() = default;
    };
    void set_owner(Owner* owner) noexcept { owner_ = owner; }

    // What somebody awaits. Withdrawn by its destructor.
    class Operation : private Timer {
    public:
        enum class Side : std::uint8_t { reading, writing };
        Operation(Stream& stream, Side side, Duration timeout) noexcept
            : stream_{stream}, slot_{side == Side::reading ? stream.reading_ : stream.writing_}, timeout_{timeout} {}
        Operation(const Operation&) = delete;
        bool await_ready() { return stream_.has_budget() && attempt(); }
        void await_suspend(std::coroutine_handle<> waiter) noexcept;
        IoResult await_resume() noexcept { return result_; }

    protected:
        ~Operation();
        virtual bool attempt() = 0;  // true: result_ is set
        void rearm() noexcept;
        Stream& stream_;
        IoResult result_;

    private:
        friend class Stream;
        void on_timer() override;
        void finish(IoResult result);
        Operation*& slot_;
        std::coroutine_handle<> waiter_;
        Duration timeout_;
        bool put_off_ = false;  // not tried yet: the stream's budget of this turn was spent
    };

    class Read final : public Operation {
    public:
        Read(Stream& stream, std::span<char> into, Duration timeout) noexcept
            : Operation{stream, Side::reading, timeout}, into_{into} {}

    private:
        bool attempt() override;
        std::span<char> into_;
    };
    class Readable final : public Operation {
    public:
        Readable(Stream& stream, Duration timeout) noexcept : Operation{stream, Side::reading, timeout} {}

    private:
        bool attempt() override;
    };
    class Write final : public Operation {
    public:
        static constexpr std::size_t most_pieces = 4;
        Write(Stream& stream, std::span<const std::string_view> pieces, Duration timeout) noexcept;

    private:
        bool attempt() override;
        std::array<iovec, most_pieces> pieces_;
        std::size_t first_ = 0, count_ = 0;
    };

    // Some bytes. `timeout` is for this one wait.
    Read read(std::span<char> into, Duration timeout) noexcept { return {*this, into, timeout}; }
    // Until there is something to read (or to be told), holding no buffer meanwhile.
    Readable readable(Duration timeout) noexcept { return {*this, timeout}; }
    // All of the pieces, in order. `timeout` is for each time the other side takes nothing. They must outlive the wait.
    Write write(std::string_view piece, Duration timeout) noexcept {
        return {*this, std::span{&piece, 1}, timeout};
    }
    Write write(std::span<const std::string_view> pieces, Duration timeout) noexcept { return {*this, pieces, timeout}; }

    // Wakes who reads with Kind::interrupted. Not from inside that coroutine or one that it would destroy.
    void interrupt_reading();
    // Gives who reads another timeout from now on.
    void set_reading_timeout(Duration timeout) noexcept;
    bool idle() const noexcept { return !reading_ && !writing_; }

protected:
    // For who implements a stream: the descriptor is ready. May destroy *this.
    void became_ready(bool died);

    EventLoop& loop_;
    Operation *reading_ = nullptr, *writing_ = nullptr;

private:
    // A client that sends and takes as fast as we do would otherwise keep the loop to itself: after so many operations
    // that needed no waiting, the next one waits for the loop's next round.
    static constexpr std::uint32_t operations_per_turn = 64;
    bool has_budget() noexcept {
        if (turn_ != loop_.turn()) {
            turn_ = loop_.turn();
            operations_ = 0;
        }
        return ++operations_ <= operations_per_turn;
    }

    std::uint64_t turn_ = 0;
    std::uint32_t operations_ = 0;
    Owner* owner_ = nullptr;
    bool* destroyed_ = nullptr;  // set while became_ready() runs
};

}  // namespace tollgate::net
