// core/commands/successor.cpp - the old process' side of a handover: start, relay, wait, yield.
//
// posix_spawn() and not fork(): between fork() and exec() of a process with threads next to nothing is allowed, and
// whose memory would be copied is a gateway's.
#include "commands/successor.h"

#include "support/text.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string_view>
#include <system_error>
#include <utility>

namespace tollgate::commands {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds look_every{20};
constexpr std::chrono::milliseconds for_its_reader{50};  // stderr's
constexpr std::chrono::seconds for_its_word{10};  // after it has been told that all is its
constexpr std::chrono::seconds for_the_rest{2};   // that it has to do once it serves
constexpr std::size_t most_words = 64 << 10;
constexpr int its_end = 3;  // of the handover, in the new process

void need(const char* what, int error) {
    if (error != 0) throw std::system_error{error, std::generic_category(), what};
}

// What was said to this process by its number, or is said anew.
bool is_ours_alone(std::string_view variable) {
    constexpr std::array<std::string_view, 5> names{"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES", "WATCHDOG_PID",
                                                    handover_variable};
    const std::string_view name = variable.substr(0, variable.find('='));
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
    std::vector<char*> pointers;
    for (std::string& text : texts) pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

pid_t spawn(const Succession& succession, int handover, int words) {
    std::vector<std::string> arguments = succession.arguments, environment;
    for (char** entry = environ; *entry; ++entry)
        if (!is_ours_alone(*entry)) environment.emplace_back(*entry);
    environment.push_back(std::string{handover_variable} + '=' + std::to_string(its_end));

    posix_spawn_file_actions_t actions;
    need("posix_spawn_file_actions_init", posix_spawn_file_actions_init(&actions));
    const std::unique_ptr<posix_spawn_file_actions_t, int (*)(posix_spawn_file_actions_t*)> freed{
        &actions, posix_spawn_file_actions_destroy};
    need("adddup2", posix_spawn_file_actions_adddup2(&actions, words, STDERR_FILENO));
    need("adddup2", posix_spawn_file_actions_adddup2(&actions, handover, its_end));
    need("addclosefrom", posix_spawn_file_actions_addclosefrom_np(&actions, its_end + 1));

    posix_spawnattr_t attributes;
    need("posix_spawnattr_init", posix_spawnattr_init(&attributes));
    const std::unique_ptr<posix_spawnattr_t, int (*)(posix_spawnattr_t*)> freed_too{&attributes,
                                                                                  posix_spawnattr_destroy};
    sigset_t none, all;
    ::sigemptyset(&none);
    ::sigfillset(&all);
    need("setsigmask", posix_spawnattr_setsigmask(&attributes, &none));
    need("setsigdefault", posix_spawnattr_setsigdefault(&attributes, &all));
    need("setflags", posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF));
    pid_t process = -1;
    need("posix_spawn", posix_spawn(&process, succession.program.c_str(), &actions, &attributes,
                                    pointers(arguments).data(), pointers(environment).data()));
    return process;
}

// Ends it, unless take_over() found that it has taken over.
class Successor {
public:
    // `said` is empty and has room for all that is kept: once another process serves, nothing here may fail.
    Successor(const Succession& succession, pid_t process, int handover, int words, std::string said)
        : succession_{succession}, process_{process}, handover_{handover}, words_{words}, said_{std::move(said)} {}
    ~Successor() {
        end();
        ::close(words_);
    }

    Succeeded take_over() {
        Succeeded result;
        result.process = process_;
        const bool done = hand_over(result);
        for (int piece = 0; piece < 256 && relay(); ++piece) {}
        result.ok = done;
        result.problem = problem_;
        if (done) process_ = -1;
        else end();
        while (relay()) {}
        result.words = std::move(said_);
        return result;
    }

private:
    enum class Stop { heeded, not_now };  // not once all has been yielded: then it takes over, or is ended for failing

    bool hand_over(Succeeded& result) {
        try {
            give(handover_, succession_.estate);
        } catch (const std::system_error&) {
            // It has ended, or does not listen: await() says which.
        }
        const auto ready = await(ready_word, succession_.longest, Stop::heeded,
                                 "it did not serve within " + text::duration(succession_.longest));
        if (!ready) return false;
        result.version = ready->substr(ready_word.size());
        if (succession_.stop()) {
            problem_ = "the gateway is stopping";
            return false;
        }
        try {
            if (yield()) return true;
        } catch (const std::exception&) {  // no memory, for one
            end();
            succession_.take_back();
            throw;
        }
        end();
        succession_.take_back();
        return false;
    }

    bool yield() {
        succession_.yield(process_);
        try {
            handover_.say(yours_word);
        } catch (const std::system_error&) {
            // It has ended, or does not listen: await() says which.
        }
        if (!await(mine_word, for_its_word, Stop::not_now, "it served, and then did not take over")) return false;
        wait_until_settled();
        return true;
    }

    // So that whoever asked for the upgrade finds all of it done. It serves, whatever becomes of this.
    void wait_until_settled() noexcept {
        try {
            const auto until = Clock::now() + for_the_rest;
            while (Clock::now() < until && !handover_.closed() && !succession_.stop()) {
                const auto word = handover_.hear(Clock::now() + look_every);
                if (word && word->descriptor >= 0) ::close(word->descriptor);
                if (word && word->text == settled_word) return;
            }
        } catch (const std::exception&) {
            // No memory to hear it with.
        }
    }

    // The word that begins so, or nullopt, with the reason in problem_.
    std::optional<std::string> await(std::string_view begin, std::chrono::seconds longest, Stop stop,
                                     const std::string& late) {
        const auto until = Clock::now() + longest;
        while (problem_.empty()) {
            while (relay()) {}
            if (auto word = handover_.hear(Clock::now() + look_every)) {
                if (word->descriptor >= 0) ::close(word->descriptor);
                if (word->text.starts_with(begin)) return std::move(word->text);
            } else if (handover_.closed() || ended()) {
                problem_ = how_it_ended();
            } else if (Clock::now() >= until) {
                problem_ = late;
            } else if (stop == Stop::heeded && succession_.stop()) {
                problem_ = "the gateway is stopping";
            }
        }
        return std::nullopt;
    }

    bool ended() const {
        siginfo_t seen{};
        return ::waitid(P_PID, id_t(process_), &seen, WEXITED | WNOHANG | WNOWAIT) == 0 && seen.si_pid != 0;
    }

    // Its end of the handover is closed, so that it ends soon, or has.
    std::string how_it_ended() {
        const auto until = Clock::now() + for_its_word;
        while (!ended() && Clock::now() < until)
            if (!relay()) wait_a_little();
        if (!ended()) return "it hung up, and went on";
        const int status = reap();
        return WIFEXITED(status) ? "it ended with exit code " + std::to_string(WEXITSTATUS(status))
                                 : "it was ended by signal " + std::to_string(WTERMSIG(status));
    }

    void wait_a_little() const {
        pollfd readable{words_, POLLIN, 0};
        ::poll(heard_all_ ? nullptr : &readable, heard_all_ ? 0 : 1, int(look_every.count()));
    }

    void end() {
        if (process_ >= 0 && !reaped_) {
            (void)::kill(process_, SIGKILL);
            (void)reap();
        }
    }

    int reap() {
        int status = 0;
        while (::waitpid(process_, &status, 0) < 0 && errno == EINTR) {}
        reaped_ = true;
        return status;
    }

    // Passes on what it says, and keeps it. False: nothing is there.
    bool relay() {
        char piece[4096];
        const auto got = heard_all_ ? 0 : ::read(words_, piece, sizeof piece);
        if (got < 0 && errno == EINTR) return true;
        if (got == 0) heard_all_ = true;
        if (got <= 0) return false;
        const std::string_view said{piece, std::size_t(got)};
        pass_on(said);
        said_.append(said.substr(0, most_words - std::min(most_words, said_.size())));
        return true;
    }

    // Nobody may read it, and then it is not waited for; who asked for the upgrade has it all the same.
    void pass_on(std::string_view said) {
        while (!said.empty()) {
            pollfd writable{STDERR_FILENO, POLLOUT, 0};
            unread_ = ::poll(&writable, 1, unread_ ? 0 : int(for_its_reader.count())) <= 0;
            const auto written = unread_ ? -1 : ::write(STDERR_FILENO, said.data(), said.size());
            if (written <= 0) break;
            said.remove_prefix(std::size_t(written));
        }
    }

    const Succession& succession_;
    pid_t process_;
    Handover handover_;
    const int words_;
    std::string said_, problem_;
    bool heard_all_ = false, reaped_ = false, unread_ = false;
};

}  // namespace

Succeeded succeed_by(const Succession& succession) {
    std::string said;
    said.reserve(most_words);
    int ends[2], pipe[2];
    need("socketpair", ::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0 ? 0 : errno);
    if (::pipe2(pipe, O_CLOEXEC) != 0 || ::fcntl(pipe[0], F_SETFL, O_NONBLOCK) != 0) {
        const int error = errno;
        ::close(ends[0]);
        ::close(ends[1]);
        need("pipe", error);
    }
    pid_t process = -1;
    std::string problem;
    try {
        process = spawn(succession, ends[1], pipe[1]);
    } catch (const std::system_error& error) {
        problem = succession.program.string() + " cannot be started: " + error.code().message();
    } catch (const std::bad_alloc&) {
        problem = "out of memory";
    }
    ::close(ends[1]);
    ::close(pipe[1]);
    if (process < 0) {
        ::close(ends[0]);
        ::close(pipe[0]);
        Succeeded not_started;
        not_started.problem = std::move(problem);
        return not_started;
    }
    return Successor{succession, process, ends[0], pipe[0], std::move(said)}.take_over();
}

std::filesystem::path own_program(const std::string& name) {
    namespace fs = std::filesystem;
    std::error_code error;
    const fs::path real = fs::read_symlink("/proc/self/exe", error);
    std::vector<fs::path> candidates;
    if (name.find('/') != name.npos) candidates.push_back(fs::absolute(name, error));
    const char* const folders = std::getenv("PATH");
    for (std::string_view rest = candidates.empty() && folders ? folders : ""; !rest.empty();) {
        const auto colon = rest.find(':');
        candidates.push_back(fs::absolute(fs::path{rest.substr(0, colon)} / name, error));
        rest.remove_prefix(colon == rest.npos ? rest.size() : colon + 1);
    }
    for (const fs::path& candidate : candidates)
        if (fs::equivalent(candidate, real, error)) return candidate;
    return real;
}

}  // namespace tollgate::commands
