// plugins/redis/protocol.h - RESP: commands as text, and replies out of it (hiredis's reader).
#pragma once

#include <hiredis/read.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace tollgate::redis {

// Puts a command together: command(out, 3).add("SET").add("key").add("value").
class Command {
public:
    // `parts`: of how many words it consists. `out` outlives it, and gets the command added.
    Command(std::string& out, std::size_t parts) : out_{out} { (out_ += '*').append(Number{parts}.text()) += "\r\n"; }
    Command& add(std::string_view part) {
        (out_ += '$').append(Number{part.size()}.text()) += "\r\n";
        out_.append(part) += "\r\n";
        return *this;
    }
    Command& add(std::uint64_t number) { return add(Number{number}.text()); }
    Command& add_real(double number);  // the shortest text that reads as the same number

private:
    class Number {
    public:
        explicit Number(std::uint64_t number) noexcept;
        std::string_view text() const noexcept { return {digits_, size_}; }

    private:
        char digits_[20];
        std::size_t size_;
    };
    std::string& out_;
};

// A reply, as far as anybody here wants to know it: a text, an error, a number, or a flat list of numbers.
struct Reply {
    enum class Kind : std::uint8_t { other, text, error, integers };
    static constexpr std::size_t most = 64;

    Kind kind = Kind::other;
    std::string text;  // of text and error
    std::size_t size = 0;
    std::array<std::int64_t, most> integers;
    bool odd = false;  // a list in which something else was, or more than `most`

    // The first word of an error ("NOSCRIPT"), else "".
    std::string_view error_word() const noexcept;
};

// Replies out of the bytes of a connection, in whatever pieces they come.
class Replies {
public:
    Replies() { reset(); }
    Replies(const Replies&) = delete;
    Replies& operator=(const Replies&) = delete;
    void reset();  // forgets what came
    void feed(std::string_view bytes);
    // The next whole reply, which holds until the next call; null: there is none yet, or problem() says why there will
    // be none.
    const Reply* next();
    const char* problem() const noexcept { return reader_->err ? reader_->errstr : nullptr; }

private:
    struct Free {
        void operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }
    };
    std::unique_ptr<redisReader, Free> reader_;
    Reply reply_;
};

}  // namespace tollgate::redis
