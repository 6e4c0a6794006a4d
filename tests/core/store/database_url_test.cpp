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

const std::string keepalives = " tcp_user_timeout=10000 keepalives_idle=10 keepalives_interval=5 keepalives_count=3";
const std::string timeouts = " connect_timeout=5" + keepalives;

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
                                   "sslrootcert=/ca.pem" + timeouts);
    BOOST_TEST(url.shown() == "postgresql://me@db.internal:5433/tollgate");
    BOOST_TEST(good("postgres://h/d?connect_timeout=1").connection() == "host=h dbname=d connect_timeout=1" + keepalives);
    BOOST_TEST(good("postgresql://me@[::1]:5432/d").connection() == "host=::1 port=5432 user=me dbname=d" + timeouts);
    BOOST_TEST(good("postgresql://[::1]/d").connection() == "host=::1 dbname=d" + timeouts);
    BOOST_TEST(good("postgresql://%2Frun%2Fpg/d").connection() == "host=/run/pg dbname=d" + timeouts);
    BOOST_TEST(good("postgresql:///d").connection() == "dbname=d" + timeouts);
    BOOST_TEST(good("postgresql:///d?tcp_user_timeout=9&keepalives_idle=8&keepalives_interval=7&keepalives_count=6").connection() ==
               "dbname=d tcp_user_timeout=9 keepalives_idle=8 keepalives_interval=7 keepalives_count=6 connect_timeout=5");
}

BOOST_AUTO_TEST_CASE(mistakes_are_told_and_passwords_are_not) {
    BOOST_TEST(problem_of("mysql://me:secret@h/d") ==
               "expected \"sqlite:FILE\" or \"postgresql://USER:PASSWORD@HOST/NAME\", got \"mysql:\" and something");
    BOOST_TEST(problem_of("nothing") == "expected \"sqlite:FILE\" or \"postgresql://USER:PASSWORD@HOST/NAME\", got \"nothing\"");
    BOOST_TEST(problem_of("postgresql://me:secret@h") == "expected the name of a database after the host (\"/name\")");
    BOOST_TEST(problem_of("postgresql://h/") == "expected the name of a database after the host (\"/name\")");
    BOOST_TEST(problem_of("postgresql://h:x/d") == "expected a port from 1 to 65535 after \"h:\"");
    BOOST_TEST(problem_of("postgresql://me:se%20cret@h/d") ==
               "password: expected no blanks, quotes and backslashes, and %XX for what is encoded; a password with them stands "
               "in a file: ?passfile=PATH");
    BOOST_TEST(problem_of("postgresql://me:secret%2@h/d").find("secret") == std::string::npos);
    BOOST_TEST(problem_of("postgresql://h/d?sslmod=require") ==
               "expected an option of libpq, got \"sslmod\"; did you mean \"sslmode\"?");
    problem_of("postgresql://h/d?host=other");
    BOOST_TEST(problem_of("postgresql://h/d?connect_timeout=0") ==
               "connect_timeout: expected 1 second or more, else nobody ends waiting");
    problem_of("postgresql://h/d%20x=y");
    problem_of("");
}

BOOST_AUTO_TEST_CASE(a_password_that_is_not_encoded_is_neither_taken_nor_told) {
    for (const char* text :
         {"postgresql://me:12345/abc@db.internal/t", "postgresql://me:pa/ss@db/t", "postgresql://me:pa?ss@db/t",
          "postgresql://me:1/pa?ss@db/t", "postgresql://me:1/pa?ss=word@db/t", "postgresql://me:1/x?passfile=ss@db/t"})
        BOOST_TEST(problem_of(text) == "expected no \"@\" behind the host; in a user or password write / as %2F and ? as %3F, "
                                       "elsewhere @ as %40");
    BOOST_TEST(problem_of("postgresql://me:pass/t").find("pass") == std::string::npos);  // the host forgotten
    BOOST_TEST(good("postgresql://me:1%2F2%3F3@h/t").connection() == "host=h user=me password=1/2?3 dbname=t" + timeouts);
}

BOOST_AUTO_TEST_SUITE_END()
