// tests/plugins/logging/output_test.cpp - standard streams of every kind, and what stands in a destination's way.
#include "output.h"

#include "destinations.h"
#include "support/temporary_folder.h"

#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <filesystem>
#include <utility>

using namespace tollgate::logging;
using namespace tollgate::logging::test;
using tollgate::test::TemporaryFolder;

namespace {

struct Ends {
    int reader = -1, writer = -1;
    ~Ends() {
        if (reader >= 0) ::close(reader);
        if (writer >= 0) ::close(writer);
    }
};

Ends make_pipe() {
    int ends[2];
    BOOST_REQUIRE(::pipe2(ends, O_CLOEXEC) == 0);
    return {ends[0], ends[1]};
}

std::string read_some(int descriptor) {
    char text[256];
    const ssize_t got = ::read(descriptor, text, sizeof text);
    return {text, static_cast<std::size_t>(got > 0 ? got : 0)};
}

// Writes to standard output until it takes no more; the errno it ended with, or 0 if it never ended. No checks inside.
int fill(Output& output, std::size_t& written) {
    const std::string piece(1000, 'x');
    for (int i = 0; i < 100'000; ++i) {
        const ssize_t count = output.write(piece, piece);
        if (count < 0) return errno;
        written += static_cast<std::size_t>(count);
    }
    return 0;
}

}  // namespace

BOOST_AUTO_TEST_SUITE(logging_output)

BOOST_AUTO_TEST_CASE(two_stretches_are_written_in_order) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Output output{path};
    BOOST_REQUIRE(output.open() == 0);
    BOOST_TEST(output.write("first ", "second\n") == 13);
    BOOST_TEST(content(path) == "first second\n");
}

BOOST_AUTO_TEST_CASE(a_new_file_is_not_for_everybody_to_read) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    Output output{path};
    BOOST_REQUIRE(output.open() == 0);
    struct stat facts {};
    BOOST_REQUIRE(::stat(path.c_str(), &facts) == 0);
    BOOST_TEST((facts.st_mode & 0137) == 0u);  // nothing beyond rw-r-----
}

BOOST_AUTO_TEST_CASE(a_failed_opening_keeps_what_was_open) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string(), old = (folder / "old").string();
    Output output{path};
    BOOST_REQUIRE(output.open() == 0);
    std::filesystem::rename(path, old);
    std::filesystem::create_directory(path);
    BOOST_TEST(output.open() == EISDIR);
    BOOST_TEST(output.write("still\n", "") == 6);
    BOOST_TEST(content(old) == "still\n");
}

BOOST_AUTO_TEST_CASE(a_pipe_on_stdout_is_never_waited_for_and_stays_as_others_know_it) {
    const Ends pipe = make_pipe();
    std::size_t written = 0;
    int opened, ended;
    {
        const StandardOutput replaced{pipe.writer};
        Output output{"stdout"};
        opened = output.open();
        ended = fill(output, written);
    }
    BOOST_TEST(opened == 0);
    BOOST_TEST(ended == EAGAIN);
    BOOST_TEST(written > 0u);
    BOOST_TEST((::fcntl(pipe.writer, F_GETFL) & O_NONBLOCK) == 0);  // whoever else prints there would be surprised
    BOOST_TEST(read_some(pipe.reader).starts_with("xxx"));
}

BOOST_AUTO_TEST_CASE(a_stream_whose_reader_has_gone_is_opened_anew_where_it_leads_by_then) {
    Ends before = make_pipe(), after = make_pipe();
    ssize_t written = 0;
    int error = 0;
    bool stayed_open = true;
    {
        const StandardOutput replaced{before.writer};
        Output output{"stdout"};
        BOOST_REQUIRE(output.open() == 0);
        ::close(std::exchange(before.reader, -1));
        ::dup2(after.writer, STDOUT_FILENO);
        written = output.write("lost\n", {});
        error = errno;
        stayed_open = output.is_open();
        BOOST_REQUIRE(output.open() == 0);
        BOOST_REQUIRE(output.write("found\n", {}) == 6);
    }
    BOOST_TEST(written == -1);
    BOOST_TEST(error == EPIPE);
    BOOST_TEST(!stayed_open);
    BOOST_TEST(read_some(after.reader) == "found\n");
}

BOOST_AUTO_TEST_CASE(a_pipe_we_may_not_open_again_is_not_waited_for_either) {
    const Ends pipe = make_pipe();
    std::fflush(stdout);
    const pid_t child = ::fork();
    BOOST_REQUIRE(child >= 0);
    if (child == 0) {
        // As after giving up root: the pipe was made by somebody else. Nothing here may use Boost.Test.
        ::fchmod(pipe.writer, 0);
        if (::geteuid() == 0 && ::seteuid(65534) != 0) ::_exit(10);
        ::dup2(pipe.writer, STDOUT_FILENO);
        if (::open("/proc/self/fd/1", O_WRONLY | O_CLOEXEC | O_NONBLOCK) >= 0) ::_exit(11);
        Output output{"stdout"};
        if (output.open() != 0) ::_exit(12);
        std::size_t written = 0;
        if (fill(output, written) != EAGAIN) ::_exit(13);
        ::_exit(written >= 4096 ? 0 : 14);
    }
    int status = -1;
    BOOST_REQUIRE(::waitpid(child, &status, 0) == child);
    BOOST_TEST(WIFEXITED(status));
    BOOST_TEST(WEXITSTATUS(status) == 0);
}

BOOST_AUTO_TEST_CASE(a_socket_on_stdout_is_never_waited_for) {
    int ends[2];
    BOOST_REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) == 0);
    const Ends sockets{ends[0], ends[1]};
    std::size_t written = 0;
    int opened, ended;
    {
        const StandardOutput replaced{sockets.writer};
        Output output{"stdout"};
        opened = output.open();
        ended = fill(output, written);
    }
    BOOST_TEST(opened == 0);
    BOOST_TEST(ended == EAGAIN);
    BOOST_TEST((::fcntl(sockets.writer, F_GETFL) & O_NONBLOCK) == 0);
    BOOST_TEST(read_some(sockets.reader).starts_with("xxx"));
}

BOOST_AUTO_TEST_CASE(a_file_on_stdout_is_shared_with_who_else_prints_there) {
    const TemporaryFolder folder;
    const std::string path = (folder / "out").string();
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);  // as a shell's `>` does
    BOOST_REQUIRE(file >= 0);
    const Ends closed_later{file, -1};
    {
        const StandardOutput replaced{file};
        Output output{"stdout"};
        if (output.open() == 0 && output.write("ours\n", "") == 5 && ::write(STDOUT_FILENO, "theirs\n", 7) == 7)
            output.write("ours again\n", "");
    }
    BOOST_TEST(content(path) == "ours\ntheirs\nours again\n");
}

BOOST_AUTO_TEST_CASE(what_can_be_written_is_no_problem_and_is_not_made) {
    const TemporaryFolder folder;
    const std::string path = (folder / "log").string();
    BOOST_TEST(Output::problem_with(path) == "");
    BOOST_TEST(!std::filesystem::exists(path));
    BOOST_TEST(Output::problem_with("stdout") == "");
    BOOST_TEST(Output::problem_with("/dev/null") == "");
}

BOOST_AUTO_TEST_CASE(a_folder_or_a_missing_folder_is_a_problem) {
    const TemporaryFolder folder;
    const std::string path = folder.path().string();
    BOOST_TEST(Output::problem_with(path) == path + ": expected a file, got a folder");
    BOOST_TEST(Output::problem_with(path + "/none/log") == path + "/none: no such file or directory");
    BOOST_TEST(Output::problem_with("/dev/null/log") == "/dev/null/log: not a directory");
}

BOOST_AUTO_TEST_CASE(a_closed_stream_is_a_problem) {
    std::fflush(stdout);
    const int saved = ::fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    ::close(STDOUT_FILENO);
    const std::string problem = Output::problem_with("stdout");
    Output output{"stdout"};
    const int error = output.open();
    ::dup2(saved, STDOUT_FILENO);
    ::close(saved);
    BOOST_TEST(problem == "stdout: bad file descriptor");
    BOOST_TEST(error == EBADF);
}

BOOST_AUTO_TEST_SUITE_END()
