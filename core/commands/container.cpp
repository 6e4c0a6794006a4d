// core/commands/container.cpp - process 1, and those that do nothing but start one program and end with it.
#include "commands/container.h"

#include <algorithm>
#include <array>
#include <fstream>

namespace tollgate::commands {

std::string tie_to_container(pid_t process, pid_t parent, std::string_view first) {
    // What `docker run --init`, `podman run --init` and images have as process 1.
    constexpr std::array<std::string_view, 6> inits{"docker-init", "podman-init", "catatonit",
                                                    "tini",        "tini-static", "dumb-init"};
    if (process == 1) return "this is process 1, whose end is its container's";
    // Kubernetes' shared process namespace, --pid=container:NAME; `docker exec`, for which a refusal is too careful.
    if (parent == 0) return "it was started from outside its process namespace, by who ends the container with it";
    if (parent == 1 && std::find(inits.begin(), inits.end(), first) != inits.end())
        return "process 1 is " + std::string{first} + ", which ends the container when this process ends";
    return "";
}

std::string name_of(pid_t process) {
    std::string name;
    std::ifstream file{"/proc/" + std::to_string(process) + "/comm"};
    std::getline(file, name);
    return name;
}

}  // namespace tollgate::commands
