// core/net/connection.cpp - making a plain connection; reading and writing are the socket's own.
#include "net/connection.h"

namespace tollgate::net {

Task<std::unique_ptr<Connection>> Connection::connect(EventLoop& loop, const Poco::Net::SocketAddress& address,
                                                      Duration timeout, IoResult& result) {
    bool connected = false;
    const int descriptor = dial(address, connected, result);
    if (descriptor < 0) co_return nullptr;
    std::unique_ptr<Connection> connection{new Connection{loop, descriptor, connected}};
    if (!connected) {
        result = co_await Connecting{*connection, timeout};
        if (!result) co_return nullptr;
    }
    result = {IoResult::Kind::done};
    co_return std::move(connection);
}

}  // namespace tollgate::net
