// tests/support/connection.h - Connection: one end of a stream socket, blocking, with a deadline on everything.
#pragma once

#include "support/deadline.h"

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>

namespace tollgate::test {

// What a test waited for did not happen.
class ConnectionError : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

// How the other side ended.
enum class End { closed, reset, timed_out };

// Reads go through a buffer that grows as needed; all that ever came is kept on request (record()).
class Connection {
public:
    explicit Connection(int descriptor);  // takes it over
    ~Connection();
    Connection(Connection&& other) noexcept;
    Connection& operator=(Connection&&) = delete;

    // Sends all of it, or throws ConnectionError.
    void send(std::string_view bytes);
    // Sends what the other side takes, and says how much that was; stops when it takes nothing for `patience`, or closed.
    std::size_t send_as_far_as_possible(std::string_view bytes, std::chrono::milliseconds patience);
    // One send() per piece, so that each is a packet of its own on loopback.
    void send_in_pieces(std::string_view bytes, std::size_t size);
    void end_sending();  // half-close
    void close();
    void reset();        // RST, not FIN

    // Whatever comes next, at most `most` bytes; "" at the end. Throws where nothing comes in time, or on a reset.
    std::string read_some(std::size_t most = 64 << 10);
    std::string read_exactly(std::size_t bytes);
    std::string read_until(std::string_view delimiter);  // with it
    std::string read_to_end();                           // a reset throws
    // Reads and drops what comes until the other side ends it.
    End wait_for_end(std::chrono::milliseconds time = patience);
    // True if the other side has neither sent nor ended anything for that long.
    bool silent_for(std::chrono::milliseconds time);
    bool buffered() const noexcept { return !buffer_.empty(); }
    void put_back(std::string_view bytes) { buffer_.insert(0, bytes); }

    // Small, so that a slow reader is felt soon. Call before much has come.
    void shrink_receive_buffer(int bytes);
    void keep_record() { recording_ = true; }
    const std::string& record() const noexcept { return record_; }  // everything received since keep_record()
    void set_patience(std::chrono::milliseconds time) { patience_ = time; }
    int descriptor() const noexcept { return descriptor_; }
    std::string local_address() const;  // "127.0.0.1:43210"

private:
    // 0 at the end, bytes otherwise.
    std::size_t fill(const Deadline& deadline);
    std::string take(std::size_t bytes);

    int descriptor_;
    std::string buffer_, record_;
    bool recording_ = false;
    std::chrono::milliseconds patience_ = patience;
};

// Connects, or throws ConnectionError. "127.0.0.1:8080", "[::1]:8080", "unix:/path".
int connect_to(const std::string& address);
// A socket with a port of its own on which nobody listens, nor ever will while it is open: who connects is refused.
int bind_deaf();
// A socket with a port of its own that keeps it for a process which is to listen there, also while that is dead: the
// kernel gives it to nobody, and who binds it by its number may, as servers do it (SO_REUSEADDR).
int reserve_port();
// Listens on the address (port 0: any) and returns the descriptor.
int listen_on(const std::string& address, int backlog = 128);
// Where a socket is bound, in the form connect_to() takes.
std::string bound_address(int descriptor);

}  // namespace tollgate::test
