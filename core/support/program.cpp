// core/support/program.cpp - starting a program with nothing of this process, and seeing it end.
//
// posix_spawn() and not fork(): between fork() and exec() of a process with threads next to nothing is allowed, and
// whose memory would be copied is a gateway's.
#include "support/program.h"

#include "support/text.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <system_error>
#include <utility>

namespace tollgate {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{20};  // nothing tells of its end where others hold its stdout
constexpr std::chrono::seconds grace{2};             // from SIGTERM to SIGKILL
constexpr std::array<const char*, 6> folders{"/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"};
constexpr const char* environment[] = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/",
                                       "LANG=C.UTF-8", nullptr};

struct Descriptor {
    Descriptor() = default;
    explicit Descriptor(int number) : number{number} {}
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    ~Descriptor() { close(); }
    void close() noexcept {
        if (number >= 0) ::close(std::exchange(number, -1));
    }
    int number = -1;
};

[[noreturn]] void fail(const char* what, int error) { throw std::system_error{error, std::generic_category(), what}; }

void need(const char* what, int error) {
    if (error != 0) fail(what, error);
}

struct Actions {
    Actions() { need("posix_spawn_file_actions_init", posix_spawn_file_actions_init(&these)); }
    Actions(const Actions&) = delete;
    Actions& operator=(const Actions&) = delete;
    ~Actions() { posix_spawn_file_actions_destroy(&these); }
    posix_spawn_file_actions_t these;
};

struct Attributes {
    Attributes() { need("posix_spawnattr_init", posix_spawnattr_init(&these)); }
    Attributes(const Attributes&) = delete;
    Attributes& operator=(const Attributes&) = delete;
    ~Attributes() { posix_spawnattr_destroy(&these); }
    posix_spawnattr_t these;
};

// "" where there is none of that name.
std::string found(const std::string& name) {
    if (name.find('/') != name.npos) return name;
    for (const char* folder : folders)
        if (const std::string path = std::string{folder} + '/' + name; ::access(path.c_str(), X_OK) == 0) return path;
    return {};
}

void set(Actions& actions, int output) {
    need("addopen", posix_spawn_file_actions_addopen(&actions.these, 0, "/dev/null", O_RDONLY, 0));
    need("adddup2", posix_spawn_file_actions_adddup2(&actions.these, output, 1));
    need("adddup2", posix_spawn_file_actions_adddup2(&actions.these, output, 2));
    need("addclosefrom", posix_spawn_file_actions_addclosefrom_np(&actions.these, 3));
    need("addchdir", posix_spawn_file_actions_addchdir_np(&actions.these, "/"));
}

void set(Attributes& attributes) {
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    need("setsigmask", posix_spawnattr_setsigmask(&attributes.these, &none));
    need("setsigdefault", posix_spawnattr_setsigdefault(&attributes.these, &all));
    need("setpgroup", posix_spawnattr_setpgroup(&attributes.these, 0));
    need("setflags", posix_spawnattr_setflags(
                         &attributes.these, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP));
}

// The process' number; throws std::system_error where it cannot be started.
pid_t start(const Program& program, int output) {
    Actions actions;
    Attributes attributes;
    set(actions, output);
    set(attributes);
    const std::string path = found(program.arguments.at(0));
    if (path.empty()) fail("posix_spawn", ENOENT);
    std::vector<char*> arguments;
    for (const std::string& argument : program.arguments) arguments.push_back(const_cast<char*>(argument.c_str()));
    arguments.push_back(nullptr);
    pid_t process = -1;
    need("posix_spawn", posix_spawn(&process, path.c_str(), &actions.these, &attributes.these, arguments.data(),
                                    const_cast<char**>(environment)));
    return process;
}

class Run {
public:
    Run(const Program& program, pid_t process, int output) : program_{program}, process_{process}, output_{output} {}

    ProgramEnd to_its_end() {
        while (!ended()) {
            heed_time();
            (void)take(look_every);
        }
        // What it wrote is in the pipe, even where others may write there still.
        for (std::size_t piece = 0; piece < 256 && take({}); ++piece) {}
        end_.took = Clock::now() - began_;
        return std::move(end_);
    }

private:
    bool ended() {
        siginfo_t seen{};
        if (::waitid(P_PID, id_t(process_), &seen, WEXITED | WNOHANG | WNOWAIT) != 0) fail("waitid", errno);
        if (seen.si_pid == 0) return false;
        // It is not reaped yet, so that its number, and its group's, are nobody else's. What it has left behind is to
        // go on, unless it was not to go on itself.
        const bool by_us = end_.how == ProgramEnd::How::timed_out || end_.how == ProgramEnd::How::stopped;
        if (by_us) (void)::kill(-process_, SIGKILL);
        else end_.how = seen.si_code == CLD_EXITED ? ProgramEnd::How::exited : ProgramEnd::How::killed;
        end_.code = seen.si_status;
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {}
        return true;
    }

    void heed_time() {
        const auto now = Clock::now();
        const bool stopped = end_.how == ProgramEnd::How::not_started && program_.stop && program_.stop();
        const bool late = end_.how == ProgramEnd::How::not_started && now - began_ >= program_.timeout;
        if (stopped || late) {
            end_.how = stopped ? ProgramEnd::How::stopped : ProgramEnd::How::timed_out;
            asked_ = now;
            (void)::kill(-process_, SIGTERM);
        } else if (end_.how != ProgramEnd::How::not_started && now - asked_ >= grace) {
            (void)::kill(-process_, SIGKILL);
        }
    }

    // Takes a piece of what it says, waiting at most so long. False: there is none.
    bool take(std::chrono::milliseconds wait) {
        pollfd readable{output_, POLLIN, 0};
        if (closed_) readable.fd = -1;
        if (::poll(&readable, 1, int(wait.count())) <= 0 || closed_) return false;
        char piece[16 << 10];
        const auto got = ::read(output_, piece, sizeof piece);
        if (got < 0 && (errno == EINTR || errno == EAGAIN)) return true;
        if (got <= 0) {
            closed_ = true;
            return false;
        }
        const std::size_t kept = std::min(std::size_t(got), program_.most_output - end_.output.size());
        end_.output.append(piece, kept);
        end_.cut = end_.cut || kept < std::size_t(got);
        return true;
    }

    const Program& program_;
    const pid_t process_;
    const int output_;
    const Clock::time_point began_ = Clock::now();
    Clock::time_point asked_{};
    bool closed_ = false;
    ProgramEnd end_{};
};

}  // namespace

ProgramEnd run_program(const Program& program) {
    Descriptor reading, writing;
    int pair[2];
    if (::pipe2(pair, O_CLOEXEC | O_NONBLOCK) != 0) fail("pipe2", errno);
    reading.number = pair[0];
    writing.number = pair[1];
    // The program's end blocks, as a program expects it of its stdout.
    if (::fcntl(writing.number, F_SETFL, 0) != 0) fail("fcntl", errno);
    pid_t process = -1;
    try {
        process = start(program, writing.number);
    } catch (const std::system_error& error) {
        ProgramEnd end;
        end.code = error.code().value();
        return end;
    }
    writing.close();
    return Run{program, process, reading.number}.to_its_end();
}

std::string describe(const ProgramEnd& end, const Program& program) {
    switch (end.how) {
        case ProgramEnd::How::exited: return "exit code " + std::to_string(end.code);
        case ProgramEnd::How::killed:
            return "killed by signal " + std::to_string(end.code);
        case ProgramEnd::How::timed_out: return "not done within " + text::duration(program.timeout) + ", and ended";
        case ProgramEnd::How::stopped: return "ended, since the gateway ends";
        case ProgramEnd::How::not_started: break;
    }
    return "it cannot be started: " + std::generic_category().message(end.code);
}

}  // namespace tollgate
