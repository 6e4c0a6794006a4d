// tests/support/signatures.h - Signatures: signed requests good and forged (signatures.py), once per program.
#pragma once

#include "support/places.h"
#include "support/temporary_folder.h"

#include <cstdlib>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace tollgate::test {

class Signatures {
public:
    static const Signatures& all() {
        static const Signatures made;
        return made;
    }

    // A request as it goes over the wire, or the file `signers`.
    std::string operator[](const std::string& name) const {
        std::ifstream in{folder_ / name, std::ios::binary};
        if (!in) throw std::runtime_error{"signatures.py wrote no " + name};
        return {std::istreambuf_iterator<char>{in}, {}};
    }
    // Of which the name begins so; there must be one.
    std::vector<std::string> names(const std::string& beginning) const {
        std::vector<std::string> found;
        for (const auto& entry : std::filesystem::directory_iterator{folder_.path()})
            if (const std::string name = entry.path().filename().string(); name.starts_with(beginning))
                found.push_back(name);
        if (found.empty()) throw std::runtime_error{"signatures.py wrote no " + beginning + "..."};
        return found;
    }

private:
    Signatures() {
        // Debian's python3, whose packages these are; another one may come first in the PATH.
        const std::string command = "/usr/bin/python3 '" + source_folder() + "/tests/support/signatures.py' '" +
                                    folder_.path().string() + "'";
        if (std::system(command.c_str()) != 0) throw std::runtime_error{"failed: " + command};
    }

    TemporaryFolder folder_;
};

}  // namespace tollgate::test
