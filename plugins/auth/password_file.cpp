// plugins/auth/password_file.cpp - reading a file of users, and checking a password by libcrypt.
#include "password_file.h"

#include <crypt.h>
#include <openssl/crypto.h>

#include <cstddef>
#include <cstring>
#include <functional>
#include <memory>
#include <sstream>
#include <utility>

namespace tollgate::auth {

namespace {

constexpr std::size_t most_problems = 20, most_decoys = 1000;

bool is_slow_hash(std::string_view hash) noexcept {
    for (const std::string_view mark : {"$y$", "$2b$", "$2y$", "$2a$", "$6$", "$5$"})
        if (hash.starts_with(mark)) return true;
    return false;
}

}  // namespace

PasswordFile PasswordFile::parse(std::string_view text, const std::string& name,
                                 const std::function<bool(std::string_view)>& declared) {
    PasswordFile file;
    std::istringstream lines{std::string{text}};
    std::size_t number = 0;
    for (std::string line; std::getline(lines, line) && file.problems_.size() < most_problems;)
        file.read_line(line, name + ':' + std::to_string(++number) + ": ", declared);
    for (const auto& [user, facts] : file.users_)
        if (file.decoys_.size() < most_decoys) file.salt_ += file.decoys_.emplace_back(facts.hash);
    file.salt_ = std::to_string(std::hash<std::string>{}(file.salt_));
    if (file.users_.empty() && file.problems_.empty())
        file.problems_.push_back(name + ": expected at least one user, got none");
    return file;
}

void PasswordFile::read_line(const std::string& line, const std::string& place,
                             const std::function<bool(std::string_view)>& declared) {
    std::istringstream text{line};
    std::vector<std::string> words;
    for (std::string word; text >> word && word.front() != '#';) words.push_back(word);
    if (words.empty()) return;
    const std::size_t colon = words[0].find(':');
    if ((words.size() != 1 && words.size() != 3) || colon == std::string::npos || colon == 0) {
        problems_.push_back(place + "expected NAME:HASH, and an owner and a tier or neither");
        return;
    }
    User user{words[0].substr(colon + 1), "", ""};
    if (!is_slow_hash(user.hash)) {
        problems_.push_back(place + "expected a hash of yescrypt, bcrypt, SHA-512 or SHA-256 ($y$, $2b$, $6$, $5$), "
                                    "got another; try: openssl passwd -6");
        return;
    }
    if (words.size() == 3) {
        if (words[1] != "-") user.owner = words[1];
        if (words[2] != "-") user.tier = words[2];
    }
    if (!user.tier.empty() && !declared(user.tier))
        problems_.push_back(place + "expected a tier of routes.lua, got \"" + user.tier + '"');
    else if (const std::string name = words[0].substr(0, colon); !users_.emplace(name, std::move(user)).second)
        problems_.push_back(place + "expected each user once, got \"" + name + "\" again");
}

const PasswordFile::User* PasswordFile::find(std::string_view name) const {
    const auto found = users_.find(name);
    return found == users_.end() ? nullptr : &found->second;
}

const std::string& PasswordFile::decoy(std::string_view name) const {
    return decoys_[std::hash<std::string>{}(salt_ + std::string{name}) % decoys_.size()];
}

bool is_password(const std::string& password, const std::string& hash) {
    const auto work = std::make_unique<crypt_data>();  // 32 kilobytes
    const char* made = crypt_r(password.c_str(), hash.c_str(), work.get());
    const bool same = made && std::strlen(made) == hash.size() && CRYPTO_memcmp(made, hash.data(), hash.size()) == 0;
    OPENSSL_cleanse(work.get(), sizeof *work);
    return same;
}

}  // namespace tollgate::auth
