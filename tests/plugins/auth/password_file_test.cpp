// tests/plugins/auth/password_file_test.cpp - users and hashes of all kinds, and mistakes that quote no hash.
#include "password_file.h"

#include <boost/test/unit_test.hpp>

#include <set>
#include <string>
#include <vector>

using tollgate::auth::is_password;
using tollgate::auth::PasswordFile;

namespace {

PasswordFile parsed(const std::string& text) {
    return PasswordFile::parse(text, "users", [](std::string_view tier) { return tier == "gold"; });
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_password_file)

BOOST_AUTO_TEST_CASE(users_have_a_hash_and_perhaps_an_owner_and_a_tier) {
    const auto file = parsed("# users\n\nalice:$6$a$b\nbob:$y$j9T$x$y acme gold # him\ncarol:$2b$05$abc - -\n");
    BOOST_TEST(file.problems().empty());
    BOOST_TEST(file.find("alice")->hash == "$6$a$b");
    BOOST_TEST(file.find("alice")->tier == "");
    BOOST_TEST(file.find("bob")->owner == "acme");
    BOOST_TEST(file.find("bob")->tier == "gold");
    BOOST_TEST(file.find("carol")->owner == "");
    BOOST_TEST(!file.find("Alice"));
}

BOOST_AUTO_TEST_CASE(strangers_cost_what_users_do_and_each_the_same_every_time) {
    const auto file = parsed("alice:$6$a$b\nbob:$y$j9T$x$y\ncarol:$2b$05$abc\n");
    std::set<std::string> hashes;
    for (int i = 0; i < 1000; ++i) {
        const std::string name = "stranger" + std::to_string(i);
        BOOST_TEST(file.decoy(name) == file.decoy(name));
        hashes.insert(file.decoy(name));
    }
    BOOST_TEST(hashes == (std::set<std::string>{"$6$a$b", "$y$j9T$x$y", "$2b$05$abc"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_by_line_and_without_what_may_be_a_password) {
    const auto file = parsed("alice:open-sesame\nbob:$apr1$x$y\n:$6$a$b\ncarol\ncarol:$6$a$b acme\ndave:$6$a$b x silver\n"
                             "erin:$6$a$b\nerin:$6$c$d\n");
    const std::string hash = "expected a hash of yescrypt, bcrypt, SHA-512 or SHA-256 ($y$, $2b$, $6$, $5$), got another; "
                             "try: openssl passwd -6";
    const std::string form = "expected NAME:HASH, and an owner and a tier or neither";
    const std::vector<std::string> wanted{"users:1: " + hash, "users:2: " + hash, "users:3: " + form, "users:4: " + form,
                                          "users:5: " + form, "users:6: expected a tier of routes.lua, got \"silver\"",
                                          "users:8: expected each user once, got \"erin\" again"};
    BOOST_TEST(file.problems() == wanted, boost::test_tools::per_element());
    BOOST_TEST(parsed("").problems().at(0) == "users: expected at least one user, got none");
}

// Made by other programs: SHA-crypt by `openssl passwd`, bcrypt from the tests of crypt_blowfish.
BOOST_AUTO_TEST_CASE(passwords_are_checked_by_every_kind_of_hash) {
    const std::string sha256 = "$5$saltstring$5B8vYYiY.CVt1RlTTf8KbXBH3hsxY/GNooZaBBGWEc5";
    const std::string sha512 = "$6$saltstring$svn8UoSVapNtMuq1ukKS4tPQd8iKwSMHWjl/O817G3uBnIFNjnQJuesI68u4OTLiBFdcbYEdFCoEOfaS35inz1";
    const std::string bcrypt = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    for (const std::string& hash : {sha256, sha512}) {
        BOOST_TEST(is_password("Hello world!", hash), hash);
        BOOST_TEST(!is_password("Hello world", hash), hash);
        BOOST_TEST(!is_password("", hash), hash);
    }
    BOOST_TEST(is_password("U*U", bcrypt));
    BOOST_TEST(!is_password("U*U*", bcrypt));
    for (const char* broken : {"$6$", "$y$", "$2b$", "*0", "", "$9$x$y", "$6$saltstring$"})
        BOOST_TEST(!is_password("Hello world!", broken), broken);
}

BOOST_AUTO_TEST_SUITE_END()
