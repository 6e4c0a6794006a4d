// plugins/redis/address.h - Address: where a Redis is and how one logs in, as its URL says.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::redis {

struct Address {
    std::string host{}, port = "6379";  // a name or a literal, without brackets
    std::string path{};                 // of a Unix socket; then neither host nor port
    std::string user{}, password{};
    int database = 0;
    bool tls = false;
    std::string authorities{};  // of TLS: a file in PEM that the URL does not say; "": the system's

    // redis://[user:password@]host[:port][/db], rediss:// likewise, redis+unix:///path/redis.sock[?db=0]. Throws
    // std::invalid_argument with what was expected and what was got, in which no password is.
    static Address parse(std::string_view url);

    std::string shown() const;  // without the password
    // Other text for another Redis, another login or another database, in which no password can be found.
    std::string identity() const;

    bool operator==(const Address&) const = default;
};

}  // namespace tollgate::redis
