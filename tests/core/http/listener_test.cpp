// tests/core/http/listener_test.cpp - listening: whose files and ports are touched, and whose are not.
#include "http/listener.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <Poco/Exception.h>

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

using namespace tollgate;
using http::Listener;

namespace {

struct Folder {
    test::TemporaryFolder folder;
    std::string path = (folder.path() / "gateway.sock").string();
    net::Address address = [this] {
        std::string problem;
        return *net::Address::parse("unix:" + path, problem);
    }();
};

// A socket file nobody listens behind, as a crash leaves it.
void leave_socket(const std::string& path) {
    const int descriptor = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    BOOST_REQUIRE(bind(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    close(descriptor);
}

}  // namespace

BOOST_AUTO_TEST_SUITE(http_listener)

BOOST_AUTO_TEST_CASE(a_file_at_the_path_of_a_socket_is_not_touched) {
    Folder place;
    std::ofstream{place.path} << "precious";
    BOOST_CHECK_THROW(Listener::open(place.address), Poco::Exception);
    std::string content;
    std::ifstream{place.path} >> content;
    BOOST_TEST(content == "precious");
}

BOOST_AUTO_TEST_CASE(a_link_at_the_path_of_a_socket_is_not_followed) {
    Folder place;
    const auto precious = place.folder.path() / "precious";
    std::ofstream{precious} << "precious";
    std::filesystem::create_symlink(precious, place.path);
    BOOST_CHECK_THROW(Listener::open(place.address), Poco::Exception);
    BOOST_TEST(std::filesystem::exists(precious));
    BOOST_TEST(std::filesystem::is_symlink(place.path));
}

BOOST_AUTO_TEST_CASE(a_socket_somebody_listens_behind_is_refused_and_stays) {
    Folder place;
    const Listener first = Listener::open(place.address);
    BOOST_CHECK_THROW(Listener::open(place.address), Poco::Exception);
    BOOST_TEST(std::filesystem::is_socket(place.path));
}

BOOST_AUTO_TEST_CASE(a_socket_left_over_is_replaced) {
    Folder place;
    leave_socket(place.path);
    const Listener listener = Listener::open(place.address);
    BOOST_TEST(std::filesystem::is_socket(place.path));
}

BOOST_AUTO_TEST_CASE(closing_removes_its_own_file) {
    Folder place;
    { const Listener listener = Listener::open(place.address); }
    BOOST_TEST(!std::filesystem::exists(place.path));
}

BOOST_AUTO_TEST_CASE(closing_leaves_the_file_of_a_successor) {
    Folder place;
    std::optional<Listener> old = Listener::open(place.address);
    std::filesystem::remove(place.path);
    const Listener successor = Listener::open(place.address);
    old.reset();
    BOOST_TEST(std::filesystem::is_socket(place.path));
}

BOOST_AUTO_TEST_CASE(the_port_the_kernel_chose_is_shown) {
    std::string problem;
    const Listener listener = Listener::open(*net::Address::parse("127.0.0.1:0", problem));
    BOOST_TEST(listener.shown() != "127.0.0.1:0");
    BOOST_TEST(listener.shown().starts_with("127.0.0.1:"));
}

BOOST_AUTO_TEST_SUITE_END()
