// core/commands/watching.cpp - a connection that is made again where it is lost.
#include "commands/watching.h"

#include "admin/admin_listener.h"
#include "commands/admin_client.h"
#include "commands/surroundings.h"

#include <Poco/Exception.h>
#include <Poco/JSON/Parser.h>
#include <Poco/URI.h>

#include <unistd.h>

#include <cstdlib>
#include <thread>

namespace tollgate::commands {

namespace {

constexpr std::chrono::milliseconds between_tries{500};

}  // namespace

bool wants_colour(int descriptor) {
    const char* const no_color = std::getenv("NO_COLOR");
    return (!no_color || !*no_color) && ::isatty(descriptor) == 1;
}

std::string query_member(const std::string& name, const std::string& value) {
    std::string encoded;
    Poco::URI::encode(value, "/?#&+%=", encoded);
    return name + '=' + encoded + '&';
}

int watched(const std::function<int()>& watch) {
    try {
        return watch();
    } catch (const BadAddress& error) {
        complain(error.what());
        return wrong;
    } catch (const std::exception& error) {
        complain(error.what());
        return failed;
    }
}

Watching::Watching(const Options& options, std::string query, const std::string& first)
    : address_{options.admin.value_or(admin::AdminListener::default_address)}, token_{options.token},
      query_{std::move(query)} {
    client_.emplace(address_, token_, query_ + first);
}

void Watching::connect_again(std::chrono::milliseconds time) {
    try {
        client_.emplace(address_, token_, query_);
        if (!quiet_) complain("connected again");
    } catch (const NotLetIn&) {
        throw;
    } catch (const std::runtime_error&) {
        std::this_thread::sleep_for(std::min(time, between_tries));  // it is still away
    }
}

std::optional<Watching::Message> Watching::next(std::chrono::milliseconds time) {
    if (!client_) {
        connect_again(time);
        return std::nullopt;
    }
    std::optional<std::string> text;
    try {
        text = client_->next(time);
    } catch (const std::runtime_error& error) {
        client_.reset();
        if (!quiet_) complain(std::string{error.what()} + "; waiting for the gateway at " + address_);
        return std::nullopt;
    }
    if (!text) return std::nullopt;
    try {
        return Message{Poco::JSON::Parser{}.parse(*text).extract<Poco::JSON::Object::Ptr>(), std::move(*text)};
    } catch (const Poco::Exception&) {
        throw NotLetIn{"what answers at " + address_ + " says what no gateway says"};
    }
}

}  // namespace tollgate::commands
