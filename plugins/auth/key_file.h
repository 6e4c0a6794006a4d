// plugins/auth/key_file.h - KeyFile: reads a file of hashed keys, and says what is wrong with it, line by line.
#pragma once

#include "credentials.h"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

// A line per key: `<64 hex digits: SHA-256 of the key> <owner> <tier> [# comment]`, "-" for no owner or no tier. Empty
// lines and lines of comment are skipped. No problem text ever quotes what stands where a hash is expected: people
// put the key itself there by mistake, and problems end up in logs.
class KeyFile {
public:
    static constexpr std::size_t largest = std::size_t{64} << 20;  // bytes; about 800,000 keys
    static constexpr std::size_t longest_line = 1024;
    static constexpr std::size_t longest_word = 128;
    static constexpr std::size_t most_problems = 20;  // then only their number is told

    // The whole file. Never blocks on a pipe or a device: only a regular file will do. On failure `problem` says why
    // ("/etc/tollgate/keys: permission denied") and the text is empty.
    static std::string load(const std::string& path, std::string& problem);

    // `name` stands before each line number: "keys:3: expected ...".
    static KeyFile parse(std::string_view text, const std::string& name);

    bool good() const noexcept { return problem_count_ == 0; }
    // One line each, at most most_problems and one that counts the rest.
    const std::vector<std::string>& problems() const noexcept { return problems_; }
    std::vector<Credential> take_credentials() noexcept { return std::move(credentials_); }

    // Each tier that is named, with the lines that do.
    using Tiers = std::map<std::string, std::vector<std::uint32_t>, std::less<>>;
    Tiers tiers() const;  // before take_credentials()
    // "keys:3: expected a tier of routes.lua, got "gold"" for each line whose tier is not `declared`, as problems() is.
    static std::vector<std::string> undeclared(const Tiers& tiers, const std::string& name,
                                               const std::function<bool(std::string_view)>& declared);

private:
    void read_line(std::string_view line, std::size_t number);
    void refuse(std::size_t number, std::string_view what);
    void refuse_duplicates();
    void finish();
    void count_the_rest();

    std::string name_;
    std::vector<Credential> credentials_;
    std::vector<std::size_t> line_of_;  // of each credential
    std::vector<std::string> problems_;
    std::size_t problem_count_ = 0;
};

}  // namespace tollgate::auth
