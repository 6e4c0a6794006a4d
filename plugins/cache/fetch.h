// plugins/cache/fetch.h - Fetch: what is missing or has to be validated, sent for once, for all who wait for it.
#pragma once

#include "arriving.h"
#include "asked.h"
#include "kept.h"
#include "making.h"

#include <tollgate/host.h>

#include <chrono>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tollgate::cache {

// From the fetch to the one whose request it was; both of one loop. Everything in it is for that one alone.
struct Handover {
    Response answer;                   // where it is not kept
    std::shared_ptr<const Kept> kept;  // where it was confirmed for the last time
    std::exception_ptr failure;        // where a later plugin refused this request
    std::vector<std::pair<std::string, std::string>> lines;  // of its answer, which are not kept
    bool stored = false;               // what comes is to be kept
};

class Fetch {
public:
    // `asked` may be forgotten meanwhile. `stale`: what is asked about; may be null.
    Fetch(const Site& site, Loop& loop, std::shared_ptr<Arriving> arriving, const Asked& asked, const Headers& request,
          std::shared_ptr<const Kept> stale, Instant now);
    // Whoever still waits is told that nothing more comes.
    ~Fetch();
    Fetch(const Fetch&) = delete;
    Fetch& operator=(const Fetch&) = delete;

    const std::shared_ptr<Handover>& handover() const noexcept { return handover_; }
    // Makes the errand's request what is to be asked: the whole answer, and not what this client lacks of it.
    void prepare(Request& request) const;

    static Task<void> run(std::unique_ptr<Errand> errand, std::unique_ptr<Fetch> fetch);

private:
    bool settled_by_head(Response& response);
    void refuse(std::exception_ptr failure, int status);
    void confirm(Response& response);
    void learn_not_kept(int status, std::string_view why);
    void give_up(Response response);
    void leave_for_asker(const std::vector<Line>& lines, const Terms& terms);
    Arriving::Opened opened(std::shared_ptr<const Kept> head, const std::vector<Line>& answer);
    void open(Response& response, const std::vector<Line>& lines, Terms terms);
    Task<bool> take_body(Body& body);
    bool in_vain(std::chrono::nanoseconds patience);
    void stop_joining();
    void keep(std::shared_ptr<const std::string> body);
    Put put(const std::shared_ptr<const Entry>& entry, std::chrono::milliseconds worth);
    bool hides(const Kept& newer) const;
    void remove_stale();

    const Site site_;
    Loop& loop_;
    const std::shared_ptr<Arriving> arriving_;
    const Headers request_;
    const Asked asked_;
    const std::shared_ptr<const Kept> stale_;
    const Instant asked_at_;
    const Moment begun_, begun_elsewhere_;
    const std::shared_ptr<Handover> handover_ = std::make_shared<Handover>();
    std::shared_ptr<const Kept> head_;
    bool settled_ = false;
    bool abandoned_ = false;  // nobody reads it any more, and it is not kept
};

}  // namespace tollgate::cache
