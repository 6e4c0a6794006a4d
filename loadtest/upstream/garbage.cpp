// loadtest/upstream/garbage.cpp - six ways to answer what is no HTTP.
#include "loadtest/upstream/garbage.h"

#include "loadtest/requests.h"

namespace tollgate::loadtest {

std::string garbage(std::uint64_t variant) {
    const std::string ok = "HTTP/1.1 200 OK\r\n";
    switch (variant % garbage_kinds) {
        case 1: return "HTTP/1.1 banana\r\nContent-Length: 0\r\n\r\n";
        case 2: return ok + "a line without a colon\r\nContent-Length: 0\r\n\r\n";
        case 3: return ok + "Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello\r\n";
        case 4: return ok + "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n";
        case 5: return ok + "X-Endless: " + std::string(1u << 20, 'x');
        default: break;
    }
    Random random{variant, 0};
    std::string bytes(512, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random.next());
    bytes.front() = '\x16';  // not even by chance the "H" of "HTTP"
    return bytes;
}

}  // namespace tollgate::loadtest
