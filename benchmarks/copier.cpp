// benchmarks/copier.cpp - the floor of a proxy: one recv and one send each way over kept-alive connections, no parsing;
// or that of an answer: one recv, and one send of what a file holds.
//
// copier LISTEN-PORT UPSTREAM-PORT|FILE THREADS. It takes what one recv brings for a whole message, which it is in a benchmark
// on one machine, and in no other place.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace {

[[noreturn]] void fail(const char* what) {
    std::perror(what);
    std::exit(1);
}

int must(int result, const char* what) {
    if (result < 0) fail(what);
    return result;
}

sockaddr_in local(int port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<in_port_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

void send_at_once(int descriptor) {
    const int on = 1;
    must(setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on), "TCP_NODELAY");
}

struct End {
    int descriptor;
    bool to_client;
    End* other = nullptr;  // while a request is under way
};

class Loop {
public:
    // `answer`: what every request gets; empty: it goes to the upstream.
    Loop(int upstream_port, std::string answer)
        : upstream_{local(upstream_port)}, answer_{std::move(answer)}, epoll_{must(epoll_create1(0), "epoll_create1")} {}

    // From the accepting thread.
    void add_client(int descriptor) { watch(new End{descriptor, true}); }

    [[noreturn]] void run() {
        std::vector<epoll_event> events(256);
        for (;;) {
            const int count = epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
            if (count < 0 && errno != EINTR) fail("epoll_wait");
            for (int i = 0; i < count; ++i) move(*static_cast<End*>(events[i].data.ptr));
            dead_.clear();
        }
    }

private:
    void watch(End* end) {
        epoll_event event{};
        event.events = EPOLLIN | EPOLLET;
        event.data.ptr = end;
        must(epoll_ctl(epoll_, EPOLL_CTL_ADD, end->descriptor, &event), "epoll_ctl");
    }

    // The one used last, as the contenders do.
    End* free_upstream() {
        if (!free_.empty()) {
            End* end = free_.back();
            free_.pop_back();
            return end;
        }
        auto* end = new End{must(socket(AF_INET, SOCK_STREAM, 0), "socket"), false};
        must(connect(end->descriptor, reinterpret_cast<const sockaddr*>(&upstream_), sizeof upstream_), "connect");
        send_at_once(end->descriptor);
        watch(end);
        return end;
    }

    void move(End& from) {
        if (from.descriptor < 0) return;
        const ssize_t got = recv(from.descriptor, buffer_, sizeof buffer_, MSG_DONTWAIT);
        if (got < 0 && errno == EAGAIN) return;
        if (got <= 0) return close_client(from);
        if (!answer_.empty()) {
            const ssize_t sent = send(from.descriptor, answer_.data(), answer_.size(), MSG_NOSIGNAL);
            if (sent >= 0 && sent != static_cast<ssize_t>(answer_.size())) fail("send");
            return;
        }
        if (from.to_client && !from.other) {
            from.other = free_upstream();
            from.other->other = &from;
        }
        // A client may have left meanwhile.
        if (End* const to = from.other) {
            const ssize_t sent = send(to->descriptor, buffer_, static_cast<std::size_t>(got), MSG_NOSIGNAL);
            if (sent != got && !(to->to_client && sent < 0 && errno != EAGAIN)) fail("send");
        }
        if (from.to_client) return;
        if (from.other) from.other->other = nullptr;
        from.other = nullptr;
        free_.push_back(&from);
    }

    // The benchmark's upstream closes nothing.
    void close_client(End& end) {
        if (!end.to_client) fail("the upstream closed a connection");
        close(end.descriptor);
        end.descriptor = -1;
        if (end.other) end.other->other = nullptr;
        dead_.emplace_back(&end);  // more of this turn's events may name it
    }

    const sockaddr_in upstream_;
    const std::string answer_;
    const int epoll_;
    std::vector<End*> free_;
    std::vector<std::unique_ptr<End>> dead_;
    char buffer_[64 << 10];
};

}  // namespace

int main(int count, char** arguments) {
    if (count != 4) {
        std::fputs("usage: copier LISTEN-PORT UPSTREAM-PORT|FILE THREADS\n", stderr);
        return 2;
    }
    const int upstream_port = std::atoi(arguments[2]);
    std::string answer;
    if (upstream_port == 0) {
        std::ifstream file{arguments[2], std::ios::binary};
        answer.assign(std::istreambuf_iterator<char>{file}, {});
        if (answer.empty()) fail(arguments[2]);
    }
    const int listener = must(socket(AF_INET, SOCK_STREAM, 0), "socket"), on = 1;
    must(setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on), "SO_REUSEADDR");
    const sockaddr_in address = local(std::atoi(arguments[1]));
    must(bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof address), "bind");
    must(listen(listener, 4096), "listen");
    std::vector<std::unique_ptr<Loop>> loops;
    for (int i = 0; i < std::atoi(arguments[3]); ++i) {
        loops.push_back(std::make_unique<Loop>(upstream_port, answer));
        std::thread{[loop = loops.back().get()] { loop->run(); }}.detach();
    }
    for (std::size_t turn = 0;; ++turn) {
        const int client = accept(listener, nullptr, nullptr);
        if (client < 0 && (errno == ECONNABORTED || errno == EINTR)) continue;
        must(client, "accept");
        send_at_once(client);
        loops[turn % loops.size()]->add_client(client);
    }
}
