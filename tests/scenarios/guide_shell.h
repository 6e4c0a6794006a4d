// tests/scenarios/guide_shell.h - GuideShell: the terminal of somebody who follows a guide, with addresses of its own.
//
// What a guide says of 127.0.0.1 happens at another loopback address of the same length, so that its ports are free.
#pragma once

#include "support/child_process.h"
#include "support/gateway_process.h"
#include "support/places.h"
#include "support/temporary_folder.h"

#include <tollgate/plugin.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <optional>
#include <string>

namespace tollgate::test {

// 127.x.y.z, which no other test has while this lives.
class OwnAddress {
public:
    OwnAddress() {
        const int first = ::getpid() % 810;
        for (int i = 0; i < 810; ++i) {
            const int number = (first + i) % 810;
            text_ = "127." + std::to_string(1 + number / 90) + '.' + std::to_string(number / 9 % 10) + '.' +
                    std::to_string(1 + number % 9);
            socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
            sockaddr_in address{};
            address.sin_family = AF_INET;
            address.sin_port = htons(7999);
            ::inet_pton(AF_INET, text_.c_str(), &address.sin_addr);
            if (::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) return;
            ::close(socket_);
        }
        throw std::runtime_error{"no loopback address is free"};
    }
    ~OwnAddress() { ::close(socket_); }
    OwnAddress(const OwnAddress&) = delete;
    OwnAddress& operator=(const OwnAddress&) = delete;

    std::string in(std::string text) const { return replaced(std::move(text), "127.0.0.1", text_); }
    std::string out_of(std::string text) const { return replaced(std::move(text), text_, "127.0.0.1"); }

private:
    static std::string replaced(std::string text, const std::string& what, const std::string& by) {
        for (auto at = text.find(what); at != text.npos; at = text.find(what, at + by.size()))
            text.replace(at, what.size(), by);
        return text;
    }

    std::string text_;
    int socket_ = -1;
};

class GuideShell {
public:
    GuideShell() {
        std::filesystem::create_directory(work_ / "folder");
        std::filesystem::create_directory(work_ / "bin");
        for (const char* program : {"tollgate", "loadtester"}) lay_program(program);
        lay_examples();
        lay_build();
        const auto steps = (work_ / "steps").string();
        if (::mkfifo(steps.c_str(), 0600) != 0 || (steps_ = ::open(steps.c_str(), O_RDWR | O_CLOEXEC)) < 0)
            throw std::runtime_error{steps + " cannot be made"};
        std::ofstream{work_ / "shell"} << shell;
        // Should the test be killed, what it started hears of it by the end of `steps`.
        const std::string inner = (work_ / "shell").string();
        const std::vector<std::string> command{"setsid", "bash", "-c", "bash \"$0\" & wait $!", inner};
        std::vector environment{"WORK=" + work_.path().string()};
        // What a guide builds is loaded by this very build.
        const std::string sanitizer = TOLLGATE_SANITIZER;
        if (sanitizer != "none") environment.push_back("CXXFLAGS=-fsanitize=" + sanitizer);
        process_.emplace(command, std::filesystem::path{}, environment);
    }
    ~GuideShell() {
        ::close(steps_);
        try {
            process_->wait(std::chrono::seconds{20});
        } catch (const std::exception&) {
            ::kill(-process_->id(), SIGKILL);  // a command of it hangs, and all that it has started
        }
    }

    void write(const std::string& name, const std::string& text, bool at_the_end) const {
        std::ofstream{folder() / name, at_the_end ? std::ios::app : std::ios::trunc} << address_.in(text);
    }
    // Runs a command to its end; what is in the background goes on.
    void run(const std::string& command) {
        const auto number = std::to_string(++number_);
        std::ofstream{work_ / ("step." + number)} << address_.in(command) << '\n';
        if (::write(steps_, (number + '\n').c_str(), number.size() + 1) < 0) throw std::runtime_error{"write"};
        process_->wait_for_line("step " + number + " is over");
    }
    // What the last one has printed so far, ending in a line's end, without the CR of header lines.
    std::string printed() const {
        std::ifstream in{work_ / ("out." + std::to_string(number_)), std::ios::binary};
        auto text = address_.out_of({std::istreambuf_iterator<char>{in}, {}});
        std::erase(text, '\r');
        if (!text.empty() && text.back() != '\n') text += '\n';
        return text;
    }
    std::filesystem::path folder() const { return work_ / "folder"; }

private:
    // Some guides are followed where the repository was cloned.
    void lay_examples() const {
        const std::filesystem::path examples = source_folder() + "/examples";
        std::filesystem::copy(examples, folder() / "examples", std::filesystem::copy_options::recursive);
        for (const auto& entry : std::filesystem::recursive_directory_iterator{folder() / "examples"}) {
            if (entry.path().extension() != ".lua") continue;
            std::ifstream in{entry.path(), std::ios::binary};
            const std::string text{std::istreambuf_iterator<char>{in}, {}};
            std::ofstream{entry.path(), std::ios::trunc} << address_.in(text);
        }
    }
    // Where scripts/demo, which readers build by, would have put it.
    void lay_build() const {
        std::filesystem::create_directory(folder() / "build");
        std::filesystem::create_directory_symlink(build_folder(), folder() / "build" / "release");
    }
    // The reader's gateway has its admin listener where commands look for it.
    void lay_program(const std::string& name) const {
        const std::string real = tollgate_program(), folder = real.substr(0, real.rfind('/') + 1);
        const auto file = work_ / "bin" / name;
        std::ofstream{file} << "#!/bin/sh\nprogram=" << folder << name << "\nadmin=" << address_.in("127.0.0.1:9180\n")
                            << (name == "tollgate" ? of_tollgate : "exec \"$program\" \"$@\"\n");
        std::filesystem::permissions(file, std::filesystem::perms::owner_all);
    }

    static constexpr auto of_tollgate = R"(command=$1
case "$command $*" in
    *" --admin "*) ;;
    serve\ * | reload\ * | upgrade\ * | upstreams\ * | drain\ * | undrain\ * | logs\ * | top\ * | plugin\ * | health\ *)
        shift
        exec "$program" "$command" --admin "$admin" "$@" ;;
esac
exec "$program" "$@"
)";
    static constexpr auto shell = R"(
cd "$WORK/folder" && export PATH="$WORK/bin:$PATH" LC_ALL=C.UTF-8 TERM=dumb || exit
unset DATABASE_URL REDIS_URL TOLLGATE_ADMIN_TOKEN
export CURL_HOME="$WORK" && printf 'silent\nshow-error\n' >"$WORK/.curlrc"  # as it is in a terminal: no progress
exec 3<"$WORK/steps"
# By its number, too: another process may have taken a gateway's place.
trap 'kill $(jobs -p; cat -- *.pid 2>/dev/null) 2>/dev/null; wait' EXIT
while read -r step <&3; do
    . "$WORK/step.$step" >"$WORK/out.$step" 2>&1 </dev/null 3<&-
    echo "step $step is over" >&2
done
)";

    OwnAddress address_;
    TemporaryFolder work_;
    int steps_ = -1;
    int number_ = 0;
    std::optional<ChildProcess> process_;
};

}  // namespace tollgate::test
