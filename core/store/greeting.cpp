// core/store/greeting.cpp - connecting by libpq's steps, since PQconnectdb() can be ended by nobody.
#include "store/greeting.h"

#include <Poco/Data/DataException.h>

#include <libpq-fe.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <cstring>
#include <memory>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::store {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

namespace {

using Connection = std::unique_ptr<PGconn, decltype([](PGconn* connection) { PQfinish(connection); })>;
using Options = std::unique_ptr<PQconninfoOption, decltype([](PQconninfoOption* options) { PQconninfoFree(options); })>;
using Addresses = std::unique_ptr<addrinfo, decltype([](addrinfo* found) { ::freeaddrinfo(found); })>;

// One of those that libpq would try. What is empty is left to it.
struct Door {
    std::string host, address, port;

    std::string in_words() const {
        std::string words;
        for (const auto& [name, value] : {std::pair{" host=", host}, {" hostaddr=", address}, {" port=", port}})
            if (!value.empty()) words += name + value;
        return words;
    }
};

std::string value_of(const Options& options, const char* name) {
    for (const PQconninfoOption* option = options.get(); option && option->keyword; ++option)
        if (std::strcmp(option->keyword, name) == 0 && option->val) return option->val;
    return {};
}

std::vector<std::string> split(std::string_view list) {
    std::vector<std::string> parts;
    for (;;) {
        const auto comma = list.find(',');
        parts.emplace_back(list.substr(0, comma));
        if (comma == list.npos) return parts;
        list.remove_prefix(comma + 1);
    }
}

// Of a name each address by itself: libpq's steps go on to the next one only where the one before refuses.
std::vector<Door> doors_of(const std::string& connection) {
    const Options options{PQconninfoParse(connection.c_str(), nullptr)};
    const auto hosts = split(value_of(options, "host")), ports = split(value_of(options, "port"));
    std::vector<Door> doors;
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        const std::string& host = hosts[i];
        const std::string& port = ports.size() == hosts.size() ? ports[i] : ports.front();
        addrinfo wanted{};
        wanted.ai_socktype = SOCK_STREAM;
        addrinfo* found = nullptr;
        const bool named = !host.empty() && host.front() != '/' && host.front() != '@';
        if (named && ::getaddrinfo(host.c_str(), nullptr, &wanted, &found) != 0) found = nullptr;
        const Addresses addresses{found};
        if (!found) doors.push_back({host, {}, port});  // libpq says what is wrong with the name
        for (; found; found = found->ai_next) {
            char text[NI_MAXHOST];
            if (::getnameinfo(found->ai_addr, found->ai_addrlen, text, sizeof text, nullptr, 0, NI_NUMERICHOST) == 0)
                doors.push_back({host, text, port});
        }
    }
    return doors;
}

Connection knock(const std::string& connection, const Door& door) {
    std::vector<const char*> names{"dbname"}, values{connection.c_str()};  // what follows counts instead of what is in it
    const auto say = [&](const char* name, const std::string& value) {
        if (value.empty()) return;
        names.push_back(name);
        values.push_back(value.c_str());
    };
    say("host", door.host);
    say("hostaddr", door.address);
    say("port", door.port);
    names.push_back(nullptr);
    values.push_back(nullptr);
    return Connection{PQconnectStartParams(names.data(), values.data(), 1)};
}

std::chrono::seconds patience_of(PGconn* connection) {
    const Options options{PQconninfo(connection)};
    const std::string text = value_of(options, "connect_timeout");
    int seconds = 0;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::max(std::chrono::seconds{seconds}, 2s);  // as libpq has it
}

// "" where we are let in, else why not.
std::string answer_of(PGconn* connection, int stop) {
    if (PQstatus(connection) == CONNECTION_BAD) return PQerrorMessage(connection);
    const auto patience = patience_of(connection);
    const auto end = steady_clock::now() + patience;
    for (auto wants = PGRES_POLLING_WRITING; wants != PGRES_POLLING_OK; wants = PQconnectPoll(connection)) {
        if (wants == PGRES_POLLING_FAILED) return PQerrorMessage(connection);
        pollfd waits[] = {{stop, POLLIN, 0},
                          {PQsocket(connection), short(wants == PGRES_POLLING_READING ? POLLIN : POLLOUT), 0}};
        const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - steady_clock::now());
        const int ready = ::poll(waits, 2, int(std::max(left, 0ms).count()));
        if (waits[0].revents) throw Poco::IllegalStateException{"the gateway asks no more"};
        if (ready == 0) return "nobody answers within " + std::to_string(patience.count()) + " s";
    }
    return {};
}

}  // namespace

std::string greet(const std::string& connection, int stop) {
    std::string why;
    for (const Door& door : doors_of(connection)) {
        const std::string answer = answer_of(knock(connection, door).get(), stop);
        if (answer.empty()) return door.in_words();
        why += (why.empty() ? "" : "; ") + answer;
    }
    throw Poco::Data::ConnectionFailedException{why};
}

}  // namespace tollgate::store
