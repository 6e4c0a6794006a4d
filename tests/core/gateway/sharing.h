// tests/core/gateway/sharing.h - a plugin of the tests: whoever asks for a path while it is on its way gets the same answer.
#pragma once

#include <tollgate/plugin.h>

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace tollgate::test {

// Wakes whoever waits on any loop: docs/writing-a-plugin.md has it as its example.
class Bell {
public:
    explicit Bell(std::size_t loops) : waiting_(loops) {}

    // [loop] co_await it right after having found that there is nothing yet. Destroyed while it waits, it is withdrawn.
    class Wait {
    public:
        Wait(Bell& bell, std::size_t loop) : all_{&bell.waiting_[loop]} {}
        Wait(const Wait&) = delete;
        ~Wait() { all_->erase(this); }
        bool await_ready() const noexcept { return false; }
        void await_suspend(std::coroutine_handle<> waiter) {
            waiter_ = waiter;
            all_->insert(this);
        }
        void await_resume() const noexcept {}

    private:
        friend class Bell;
        std::set<Wait*>* all_;  // its loop's; no other touches it
        std::coroutine_handle<> waiter_;
    };

    // [any thread] After the change. `owner` holds the bell.
    void ring(Host& host, const std::shared_ptr<void>& owner) {
        for (std::size_t loop = 0; loop < waiting_.size(); ++loop)
            host.post(loop, [this, loop, owner] { wake(waiting_[loop]); });
    }

private:
    // Who is woken may wait anew, or end others that wait.
    static void wake(std::set<Wait*>& waiting) {
        std::set<Wait*> due;
        due.swap(waiting);
        for (auto* one : due) one->all_ = &due;
        while (!due.empty()) {
            Wait* const one = *due.begin();
            due.erase(due.begin());
            one->all_ = &waiting;
            one->waiter_.resume();
        }
    }
    std::vector<std::set<Wait*>> waiting_;
};

// One answer on its way, of which many have a part.
struct Sharing {
    explicit Sharing(std::size_t loops) : bell{loops} {}
    std::mutex mutex;  // what follows
    int status = 0;    // 0: no head yet
    Headers headers;
    std::deque<std::string> pieces;
    bool ended = false;
    std::exception_ptr failure;
    Bell bell;
};

// What the uses of all configurations share, and tests look at.
struct Shared {
    std::mutex mutex;
    std::map<std::string, std::shared_ptr<Sharing>> by_path;
    std::atomic<int> asked{0}, errands{0}, ended{0}, logged{0}, left{0}, uses{0};
};

class SharedBody final : public BodySource {
public:
    SharedBody(std::shared_ptr<Sharing> sharing, Host& host) : sharing_{std::move(sharing)}, host_{host} {}
    Task<std::string_view> read() override {
        for (;;) {
            {
                const std::lock_guard lock{sharing_->mutex};
                if (next_ < sharing_->pieces.size()) co_return sharing_->pieces[next_++];
                if (sharing_->failure) std::rethrow_exception(sharing_->failure);
                if (sharing_->ended) co_return std::string_view{};
            }
            co_await Bell::Wait{sharing_->bell, host_.this_loop()};
        }
    }

private:
    const std::shared_ptr<Sharing> sharing_;
    Host& host_;
    std::size_t next_ = 0;
};

// "?apart": nobody waits for the errand, as where something stale is there already.
class SharingPlugin final : public Plugin {
public:
    SharingPlugin(const Settings&, Host& host)
        : host_{host}, shared_{host.state<Shared>("shared", [] { return std::make_shared<Shared>(); })} {
        last() = shared_;
        ++shared_->uses;
    }
    ~SharingPlugin() override { --shared_->uses; }
    static std::weak_ptr<Shared>& last() {
        static std::weak_ptr<Shared> shared;
        return shared;
    }

    Verdict on_request(RequestContext& ctx) const override {
        const std::string path{ctx.request().path()};
        std::shared_ptr<Sharing> sharing;
        bool first = false;
        {
            const std::lock_guard lock{shared_->mutex};
            auto& known = shared_->by_path[path];
            first = !known;
            if (first) known = std::make_shared<Sharing>(host_.loop_count());
            sharing = known;
        }
        ++shared_->asked;
        shared_->errands += first;
        if (first) host_.spawn(bring(host_, shared_, sharing, path, ctx.errand()));  // runs at once, so without the lock
        if (ctx.request().query() == "apart") return Response{200, std::string{"stale"}};
        return answer(host_, sharing);
    }
    void on_log(const LogContext& ctx) const override {
        ++shared_->logged;
        if (ctx.status() == 499 || !ctx.complete()) ++shared_->left;
    }

private:
    static Task<void> bring(Host& host, std::shared_ptr<Shared> shared, std::shared_ptr<Sharing> sharing,
                            std::string path, std::unique_ptr<Errand> errand) {
        std::exception_ptr failure;
        try {
            Response response = co_await errand->run();
            begin(*sharing, response);
            sharing->bell.ring(host, sharing);
            if (auto* source = response.body().source())
                for (;;) {
                    const auto piece = co_await source->read();
                    if (piece.empty()) break;
                    add(*sharing, piece);
                    sharing->bell.ring(host, sharing);
                }
        } catch (...) {
            failure = std::current_exception();
        }
        {
            const std::lock_guard lock{shared->mutex};
            shared->by_path.erase(path);
        }
        end(*sharing, failure);
        sharing->bell.ring(host, sharing);
        ++shared->ended;
    }
    static void begin(Sharing& sharing, const Response& response) {
        const std::lock_guard lock{sharing.mutex};
        sharing.status = response.status();
        sharing.headers = response.headers();
        if (const auto bytes = response.body().bytes(); !bytes.empty()) sharing.pieces.emplace_back(bytes);
    }
    static void add(Sharing& sharing, std::string_view piece) {
        const std::lock_guard lock{sharing.mutex};
        sharing.pieces.emplace_back(piece);
    }
    static void end(Sharing& sharing, std::exception_ptr failure) {
        const std::lock_guard lock{sharing.mutex};
        sharing.ended = true;
        sharing.failure = std::move(failure);
    }
    static Task<Verdict> answer(Host& host, std::shared_ptr<Sharing> sharing) {
        for (;;) {
            {
                const std::lock_guard lock{sharing->mutex};
                if (sharing->status)
                    co_return Response{sharing->status, sharing->headers,
                                       std::unique_ptr<BodySource>{std::make_unique<SharedBody>(sharing, host)}};
                if (sharing->failure) std::rethrow_exception(sharing->failure);
            }
            co_await Bell::Wait{sharing->bell, host.this_loop()};
        }
    }

    Host& host_;
    const std::shared_ptr<Shared> shared_;
};

}  // namespace tollgate::test
