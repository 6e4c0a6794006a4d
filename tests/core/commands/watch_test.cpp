// tests/core/commands/watch_test.cpp - which edits are noticed, and when.
#include "commands/watch.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <string>

using namespace tollgate;
using commands::Watch;

namespace {

struct Folder {
    test::TemporaryFolder folder;
    std::filesystem::path a = folder / "a.lua", b = folder / "b.lua";

    Folder() {
        write(a, "one");
        write(b, "one");
    }
    static void write(const std::filesystem::path& file, const std::string& text) { std::ofstream{file} << text; }
    // Told once, at the second look that sees the same.
    static bool noticed(Watch& watch) {
        const bool at_once = watch.changed();
        return !at_once && watch.changed() && !watch.changed();
    }
};

}  // namespace

BOOST_AUTO_TEST_SUITE(commands_watch)
BOOST_FIXTURE_TEST_SUITE(of_two_files, Folder)

BOOST_AUTO_TEST_CASE(nothing_changes_by_itself) {
    Watch watch{{a, b}};
    for (int i = 0; i < 3; ++i) BOOST_TEST(!watch.changed());
}

BOOST_AUTO_TEST_CASE(an_edit_is_told_once_it_is_quiet) {
    Watch watch{{a, b}};
    write(b, "longer");
    BOOST_TEST(!watch.changed());
    write(b, "longer still");
    BOOST_TEST(!watch.changed());
    BOOST_TEST(watch.changed());
    BOOST_TEST(!watch.changed());
}

BOOST_AUTO_TEST_CASE(a_file_renamed_over_it_is_an_edit_even_of_the_same_size_and_time) {
    Watch watch{{a}};
    write(folder / "new", "two");
    std::filesystem::last_write_time(folder / "new", std::filesystem::last_write_time(a));
    std::filesystem::rename(folder / "new", a);
    BOOST_TEST(noticed(watch));
}

BOOST_AUTO_TEST_CASE(a_file_that_goes_or_comes_is_an_edit) {
    Watch watch{{a, folder / "later.lua"}};
    std::filesystem::remove(a);
    BOOST_TEST(noticed(watch));
    write(folder / "later.lua", "one");
    BOOST_TEST(noticed(watch));
}

BOOST_AUTO_TEST_CASE(what_is_no_longer_followed_may_change) {
    Watch watch{{a, b}};
    watch.follow({a}, std::filesystem::file_time_type::clock::now());
    write(b, "longer");
    BOOST_TEST(!watch.changed());
    BOOST_TEST(!watch.changed());
}

BOOST_AUTO_TEST_CASE(a_new_file_written_while_it_was_read_is_looked_at_again) {
    Watch watch{{a}};
    const auto before = std::filesystem::file_time_type::clock::now();
    write(b, "late");
    watch.follow({a, b}, before);
    BOOST_TEST(watch.changed());
    std::filesystem::last_write_time(b, before - std::chrono::hours{1});
    Watch other{{a}};
    other.follow({a, b}, before);
    BOOST_TEST(!other.changed());
}

BOOST_AUTO_TEST_SUITE_END()
BOOST_AUTO_TEST_SUITE_END()
