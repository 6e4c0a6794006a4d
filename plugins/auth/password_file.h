// plugins/auth/password_file.h - PasswordFile: users and their hashed passwords, as crypt(5) has them.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace tollgate::auth {

// A line per user: `<name>:<hash>[ <owner> <tier>] [# comment]`, "-" for no owner or no tier. The hash is of a kind
// that is slow on purpose: yescrypt ($y$), bcrypt ($2b$, $2y$), SHA-512 ($6$) or SHA-256 ($5$). No problem text quotes it.
class PasswordFile {
public:
    struct User {
        std::string hash, owner, tier;
    };
    static PasswordFile parse(std::string_view text, const std::string& name,
                              const std::function<bool(std::string_view)>& declared);
    const std::vector<std::string>& problems() const noexcept { return problems_; }  // one line each

    const User* find(std::string_view name) const;  // null where there is none
    // A hash of the file, for a name that is not in it: always the same for a name, and of all with the same chance, so
    // that strangers' checks cost what users' do, also where some hashes are slower than others.
    const std::string& decoy(std::string_view name) const;

private:
    void read_line(const std::string& line, const std::string& place,
                   const std::function<bool(std::string_view)>& declared);

    std::map<std::string, User, std::less<>> users_;
    std::vector<std::string> decoys_;
    std::string salt_;  // of the choice among them: nobody outside can tell which one a name has
    std::vector<std::string> problems_;
};

// Slow, by tens or hundreds of milliseconds: never on a loop. Any thread.
bool is_password(const std::string& password, const std::string& hash);

}  // namespace tollgate::auth
