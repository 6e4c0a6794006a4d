// tests/plugins/auth/key_file_test.cpp - key files, right and wrong in every way.
#include "key_file.h"

#include "support/temporary_folder.h"

#include <boost/test/unit_test.hpp>

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

using namespace tollgate::auth;
using tollgate::test::TemporaryFolder;

namespace {

const std::string abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";  // SHA-256 of "abc"
const std::string zeros(64, '0');

std::vector<Credential> keys_of(const std::string& text) {
    KeyFile file = KeyFile::parse(text, "keys");
    for (const std::string& problem : file.problems()) BOOST_ERROR(problem);
    return file.take_credentials();
}

// The one problem of a text that has one.
std::string problem_of(const std::string& text) {
    const KeyFile file = KeyFile::parse(text, "keys");
    BOOST_TEST(!file.good());
    BOOST_REQUIRE(file.problems().size() == 1u);
    return file.problems()[0];
}

std::string save(const TemporaryFolder& folder, const std::string& text) {
    const std::string path = (folder / "keys").string();
    std::ofstream{path, std::ios::binary} << text;
    return path;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(auth_key_file)

BOOST_AUTO_TEST_CASE(a_line_is_a_hash_an_owner_and_a_tier) {
    const auto keys = keys_of(abc + " alice premium\n");
    BOOST_REQUIRE(keys.size() == 1u);
    BOOST_TEST(keys[0].digest == sha256("abc"), boost::test_tools::per_element());
    BOOST_TEST(keys[0].owner == "alice");
    BOOST_TEST(keys[0].tier == "premium");
}

BOOST_AUTO_TEST_CASE(a_dash_is_no_owner_or_no_tier) {
    const auto keys = keys_of(abc + " - -\n");
    BOOST_TEST(keys[0].owner == "");
    BOOST_TEST(keys[0].tier == "");
}

BOOST_AUTO_TEST_CASE(comments_and_empty_lines_are_skipped) {
    const auto keys = keys_of("# keys\n\n  \t\n" + abc + "\talice   free # until May\n#" + zeros + " bob free\n");
    BOOST_REQUIRE(keys.size() == 1u);
    BOOST_TEST(keys[0].tier == "free");
}

BOOST_AUTO_TEST_CASE(upper_case_digits_line_ends_of_windows_and_a_byte_order_mark_are_fine) {
    std::string upper = abc;
    for (char& c : upper) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    const auto keys = keys_of("\xef\xbb\xbf" + upper + " alice free\r\n" + zeros + " bob free");
    BOOST_REQUIRE(keys.size() == 2u);
    BOOST_TEST(keys[0].digest == sha256("abc"), boost::test_tools::per_element());
    BOOST_TEST(keys[0].tier == "free");
}

BOOST_AUTO_TEST_CASE(a_key_in_place_of_its_hash_is_refused_and_not_repeated) {
    const std::string problem = problem_of("s3cret alice free\n");
    BOOST_TEST(problem == "keys:1: expected 64 hex digits (the SHA-256 of the key), got 6 characters");
}

BOOST_AUTO_TEST_CASE(sixty_four_characters_that_are_no_hex_are_refused) {
    BOOST_TEST(problem_of(std::string(64, 'g') + " alice free\n") ==
               "keys:1: expected 64 hex digits (the SHA-256 of the key), got 64 characters that are not all hex");
}

BOOST_AUTO_TEST_CASE(missing_words_are_counted) {
    BOOST_TEST(problem_of(abc + "\n") == "keys:1: expected a hash, an owner and a tier (\"-\" for none), got 1 word");
    BOOST_TEST(problem_of(abc + " alice # free\n") ==
               "keys:1: expected a hash, an owner and a tier (\"-\" for none), got 2 words");
}

BOOST_AUTO_TEST_CASE(a_fourth_word_is_refused_unless_it_is_a_comment) {
    BOOST_TEST(problem_of(abc + " alice free extra\n") ==
               "keys:1: expected nothing or \"# comment\" after the tier, got a fourth word");
}

BOOST_AUTO_TEST_CASE(the_hash_of_an_unset_variable_is_recognised) {
    BOOST_TEST(problem_of("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855 alice free\n") ==
               "keys:1: this is the SHA-256 of nothing: the key was empty when it was hashed");
}

BOOST_AUTO_TEST_CASE(the_same_key_twice_is_refused_with_both_lines) {
    BOOST_TEST(problem_of(abc + " alice free\n\n" + abc + " bob free\n") == "keys:3: the same key as in line 1");
}

BOOST_AUTO_TEST_CASE(all_mistakes_are_reported_at_once) {
    const KeyFile file =
        KeyFile::parse("x a b\n" + abc + " alice free\n" + zeros + "\n" + abc + " bob free\n", "keys");
    BOOST_REQUIRE(file.problems().size() == 3u);
    BOOST_TEST(file.problems()[0].starts_with("keys:1: "));
    BOOST_TEST(file.problems()[1].starts_with("keys:3: "));
    BOOST_TEST(file.problems()[2].starts_with("keys:4: "));
}

BOOST_AUTO_TEST_CASE(a_file_of_nothing_but_mistakes_ends_in_their_number) {
    std::string text;
    for (int i = 0; i < 1000; ++i) text += "wrong\n";
    const KeyFile file = KeyFile::parse(text, "keys");
    BOOST_REQUIRE(file.problems().size() == KeyFile::most_problems + 1);
    BOOST_TEST(file.problems().back() == "keys: and 980 more mistakes");
}

BOOST_AUTO_TEST_CASE(a_file_without_a_key_is_refused) {
    BOOST_TEST(problem_of("") == "keys: expected at least one key, got none");
    BOOST_TEST(problem_of("# none yet\n\n") == "keys: expected at least one key, got none");
}

BOOST_AUTO_TEST_CASE(a_binary_file_is_refused_with_the_line_where_it_shows) {
    const std::string problem = problem_of(abc + " alice free\n\x7f" "ELF\n");
    BOOST_TEST(problem == "keys:2: expected a text file, got a control character");
    BOOST_TEST(problem_of(std::string("\0\0\0", 3)) == "keys:1: expected a text file, got a control character");
}

BOOST_AUTO_TEST_CASE(a_carriage_return_cannot_hide_in_a_word) {
    BOOST_TEST(problem_of(abc + " al\rice free\n") ==
               "keys:1: expected a carriage return only at the end of a line, got one inside");
}

BOOST_AUTO_TEST_CASE(a_line_or_a_word_without_end_is_refused) {
    BOOST_TEST(problem_of(std::string(5000, 'a')) == "keys:1: expected at most 1024 bytes in a line, got 5000");
    BOOST_TEST(problem_of(abc + ' ' + std::string(129, 'a') + " free\n") ==
               "keys:1: expected at most 128 bytes in a word, got 129");
}

BOOST_AUTO_TEST_CASE(lines_with_a_tier_that_is_not_declared_are_named_in_order) {
    const std::string second(64, '2'), third(64, '3');
    const KeyFile file = KeyFile::parse(abc + " alice silver\n" + zeros + " bob gold\n# none\n" + second +
                                            " carol -\n" + third + " dave silver\n",
                                        "keys");
    const auto only_gold = [](std::string_view tier) { return tier == "gold"; };
    const auto problems = KeyFile::undeclared(file.tiers(), "keys", only_gold);
    BOOST_REQUIRE(problems.size() == 2u);
    BOOST_TEST(problems[0] == "keys:1: expected a tier of routes.lua, got \"silver\"");
    BOOST_TEST(problems[1] == "keys:5: expected a tier of routes.lua, got \"silver\"");
    BOOST_TEST(KeyFile::undeclared(file.tiers(), "keys", [](std::string_view) { return true; }).empty());
}

BOOST_AUTO_TEST_CASE(many_lines_with_a_tier_that_is_not_declared_end_in_their_number) {
    KeyFile::Tiers tiers;
    for (std::uint32_t line = 1; line <= 100; ++line) tiers["gold"].push_back(line);
    const auto problems = KeyFile::undeclared(tiers, "keys", [](std::string_view) { return false; });
    BOOST_REQUIRE(problems.size() == KeyFile::most_problems + 1);
    BOOST_TEST(problems.back() == "keys: and 80 more mistakes");
}

BOOST_AUTO_TEST_CASE(any_bytes_at_all_do_no_harm) {
    std::uint32_t seed = 1;
    for (int round = 0; round < 2000; ++round) {
        std::string text = round % 2 ? abc + " alice free\n" : "";
        for (int i = 0; i < 200; ++i) text += static_cast<char>((seed = seed * 1664525 + 1013904223) >> 24);
        const KeyFile file = KeyFile::parse(text, "keys");
        BOOST_TEST(file.good() == file.problems().empty());
    }
}

BOOST_AUTO_TEST_CASE(a_file_is_loaded_whole) {
    const TemporaryFolder folder;
    std::string text = abc + " alice free\n";
    for (int i = 0; i < 5000; ++i) text += "# a comment that makes the file longer than one read\n";
    std::string problem;
    BOOST_TEST((KeyFile::load(save(folder, text), problem) == text));
    BOOST_TEST(problem == "");
}

BOOST_AUTO_TEST_CASE(a_missing_file_is_named) {
    const TemporaryFolder folder;
    std::string problem;
    BOOST_TEST(KeyFile::load((folder / "keys").string(), problem) == "");
    BOOST_TEST(problem == (folder / "keys").string() + ": no such file or directory");
}

BOOST_AUTO_TEST_CASE(a_folder_is_no_key_file) {
    const TemporaryFolder folder;
    std::string problem;
    BOOST_TEST(KeyFile::load(folder.path().string(), problem) == "");
    BOOST_TEST(problem == folder.path().string() + ": expected a file, got a folder");
}

BOOST_AUTO_TEST_CASE(a_pipe_nobody_writes_to_is_refused_without_waiting) {
    const TemporaryFolder folder;
    const std::string path = (folder / "keys").string();
    BOOST_REQUIRE(::mkfifo(path.c_str(), 0600) == 0);
    std::string problem;
    BOOST_TEST(KeyFile::load(path, problem) == "");
    BOOST_TEST(problem == path + ": expected a regular file, got a pipe or device");
}

BOOST_AUTO_TEST_CASE(an_endless_device_is_refused) {
    std::string problem;
    BOOST_TEST(KeyFile::load("/dev/zero", problem) == "");
    BOOST_TEST(problem == "/dev/zero: expected a regular file, got a pipe or device");
}

BOOST_AUTO_TEST_CASE(a_huge_file_is_refused_unread) {
    const TemporaryFolder folder;
    const std::string path = save(folder, "");
    std::filesystem::resize_file(path, KeyFile::largest + 1);  // sparse
    std::string problem;
    BOOST_TEST(KeyFile::load(path, problem) == "");
    BOOST_TEST(problem == path + ": expected at most 67108864 bytes, got more");
}

BOOST_AUTO_TEST_SUITE_END()
