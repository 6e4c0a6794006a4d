// tests/core/store/database_url_test.cpp - what names a database, what does not, and that no password is told.
#include "store/database_url.h"

#include <boost/test/unit_test.hpp>

using tollgate::store::DatabaseUrl;

namespace {

DatabaseUrl good(std::string_view text) {
    std::string problem;
    const auto url = DatabaseUrl::parse(text, "/etc/tollgate", problem);
    BOOST_REQUIRE_MESSAGE(url, text << ": " << problem);
    return *url;
}
std::string problem_of(std::string_view text) {
    std::string problem;
    BOOST_TEST(!DatabaseUrl::parse(text, "/etc/tollgate", problem), text);
    return problem;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(store_database_url)

BOOST_AUTO_TEST_CASE(files_begin_at_the_folder) {
    BOOST_TEST(good("sqlite:tollgate.db").connection() == "/etc/tollgate/tollgate.db");
    BOOST_TEST(good("sqlite:../a/./b.db").connection() == "/etc/a/b.db");
    BOOST_TEST(good("sqlite:/var/lib/t.db").connection() == "/var/lib/t.db");
    BOOST_TEST(good("sqlite:///var/lib/t.db").connection() == "/var/lib/t.db");
    BOOST_TEST(good("sqlite:t.db").shown() == "sqlite:/etc/tollgate/t.db");
    BOOST_TEST(problem_of("sqlite:") == "expected a file (\"sqlite:tollgate.db\"), got \"\"");
    problem_of("sqlite::memory:");  // each session would have its own
}

BOOST_AUTO_TEST_CASE(postgresql_is_told_in_libpq_words) {
    const auto url = good("postgresql://me:s%40cret@db.internal:5433/tollgate?sslmode=verify-full&sslrootcert=/ca.pem");
    BOOST_TEST((url.kind() == DatabaseUrl::Kind::postgresql));
    BOOST_TEST(url.connection() == "host=db.internal port=5433 user=me password=s@cret dbname=tollgate sslmode=verify-full "
                                   "sslrootcert=/ca.pem connect_timeout=5");
    BOOST_TEST(url.shown() == "postgresql://me@db.internal:5433/tollgate");
    BOOST_TEST(good("postgres://h/d?connect_timeout=1").connection() == "host=h dbname=d connect_timeout=1");
    BOOST_TEST(good("postgresql://me@[::1]:5432/d").connection() == "host=::1 port=5432 user=me dbname=d connect_timeout=5");
    BOOST_TEST(good("postgresql://[::1]/d").connection() == "host=::1 dbname=d connect_timeout=5");
    BOOST_TEST(good("postgresql://%2Frun%2Fpg/d").connection() == "host=/run/pg dbname=d connect_timeout=5");
    BOOST_TEST(good("postgresql:///d").connection() == "dbname=d connect_timeout=5");
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_and_passwords_are_not) {
    BOOST_TEST(problem_of("mysql://me:secret@h/d") ==
               "expected \"sqlite:FILE\" or \"postgresql://USER:PASSWORD@HOST/NAME\", got \"mysql:\" and something");
    BOOST_TEST(problem_of("nothing") == "expected \"sqlite:FILE\" or \"postgresql://USER:PASSWORD@HOST/NAME\", got \"nothing\"");
    BOOST_TEST(problem_of("postgresql://me:secret@h") == "expected the name of a database after the host (\"/name\")");
    BOOST_TEST(problem_of("postgresql://h/") == "expected the name of a database after the host (\"/name\")");
    BOOST_TEST(problem_of("postgresql://h:x/d") == "expected a port from 1 to 65535, got \"x\"");
    BOOST_TEST(problem_of("postgresql://me:se%20cret@h/d") ==
               "password: expected no blanks, quotes and backslashes, and %XX for what is encoded; a password with them stands "
               "in a file: ?passfile=PATH");
    BOOST_TEST(problem_of("postgresql://me:secret%2@h/d").find("secret") == std::string::npos);
    BOOST_TEST(problem_of("postgresql://h/d?sslmod=require") ==
               "expected an option of libpq, got \"sslmod\"; did you mean \"sslmode\"?");
    problem_of("postgresql://h/d?host=other");
    problem_of("postgresql://h/d%20x=y");
    problem_of("");
}

BOOST_AUTO_TEST_SUITE_END()
