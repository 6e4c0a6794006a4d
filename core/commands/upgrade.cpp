// core/commands/upgrade.cpp - `tollgate upgrade`: has a running gateway replaced by the program at its path.
#include "commands/remote.h"
#include "commands/surroundings.h"

#include <Poco/JSON/Array.h>

#include <iostream>

namespace tollgate::commands {

int upgrade(const Options& options) {
    const auto tell = [](int, const Poco::JSON::Object& json) {
        const std::string summary = json.optValue<std::string>("summary", json.optValue<std::string>("error", ""));
        if (json.optValue("ok", false)) {
            std::cout << "upgraded: " << summary << '\n';
            return done;
        }
        if (const auto words = json.getArray("words"))
            for (unsigned i = 0; i < words->size(); ++i) std::cerr << words->getElement<std::string>(i) << '\n';
        complain("upgrade refused: " + summary);
        return failed;
    };
    return order(options, "/upgrade?wait=" + std::to_string(options.wait), "", tell);
}

}  // namespace tollgate::commands
