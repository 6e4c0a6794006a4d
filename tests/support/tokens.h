// tests/support/tokens.h - Tokens: keys and JWTs, good and bad, made by PyJWT (tokens.py says which), once per program.
#pragma once

#include "support/places.h"
#include "support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>

namespace tollgate::test {

class Tokens {
public:
    static const Tokens& all() {
        static const Tokens made;
        return made;
    }

    const std::string& operator[](const std::string& name) const { return tokens_.at(name); }
    // Of a file that tokens.py wrote.
    std::string path(const std::string& name) const { return (folder_ / name).string(); }
    std::string file(const std::string& name) const {
        std::ifstream in{folder_ / name};
        if (!in) throw std::runtime_error{"tokens.py wrote no " + name};
        return {std::istreambuf_iterator<char>{in}, {}};
    }

private:
    Tokens() {
        // Debian's python3, whose packages these are; another one may come first in the PATH.
        const std::string command = "/usr/bin/python3 '" + source_folder() + "/tests/support/tokens.py' '" +
                                    folder_.path().string() + "'";
        if (std::system(command.c_str()) != 0) throw std::runtime_error{"failed: " + command};
        std::ifstream in{folder_ / "tokens"};
        for (std::string name, token; in >> name >> token;) tokens_.emplace(name, token);
    }

    TemporaryFolder folder_;
    std::map<std::string, std::string> tokens_;
};

}  // namespace tollgate::test
