// loadtest/tally.cpp - counting, and adding up what was counted.
#include "loadtest/tally.h"

#include <algorithm>

namespace tollgate::loadtest {

namespace {

constexpr std::size_t most_keys_with_latencies = 1000;
constexpr std::size_t most_intervals = 900;  // more, and two become one

std::uint64_t nanoseconds(Nanoseconds duration) {
    return duration.count() < 0 ? 0 : static_cast<std::uint64_t>(duration.count());
}

void add(Interval& into, const Interval& from) {
    for (std::size_t i = 0; i < status_classes; ++i) {
        into.classes[i] += from.classes[i];
        into.response[i].add(from.response[i]);
    }
    into.unanswered += from.unanswered;
}

void halve(std::vector<Interval>& timeline) {
    for (std::size_t i = 0; i < timeline.size(); ++i) {
        if (i % 2 == 0 && i > 0) timeline[i / 2] = std::move(timeline[i]);
        if (i % 2 == 1) add(timeline[i / 2], timeline[i]);
    }
    timeline.resize((timeline.size() + 1) / 2);
}

bool slower(const SlowRequest& a, const SlowRequest& b) { return a.response > b.response; }

}  // namespace

Tally::Tally(const Options& options, std::string run_id, unsigned thread)
    : options_{options}, run_id_{std::move(run_id)}, thread_{thread},
      keep_key_latencies_{options.keys.size() <= most_keys_with_latencies}, targets_{options.targets.size()},
      keys_{options.keys.size()} {}

void Tally::send(const Sample& sample) noexcept {
    ++ledger(sample.measured).sent;
    if (sample.measured && options_.open_loop()) send_lag_.record(sample.sent - sample.planned);
}

void Tally::answer(const Sample& sample, int status, TimePoint done) {
    ++ledger(sample.measured).answered;
    TargetTally& target = targets_[sample.target];
    auto& latencies = codes_[static_cast<std::size_t>(status) % codes_.size()];
    if (!latencies) latencies = std::make_unique<Latencies>();
    // The rate of answers is that of the measured part, whenever they were planned: what its end cuts off its begin
    // gives.
    if (done >= begin_ && done <= end_) ++latencies->in_time;
    if (!sample.measured) {
        ++target.warmup_codes[status];
        return;
    }
    last_done_ = done;
    const auto which = static_cast<std::size_t>(class_of(status));
    const Nanoseconds response = done - sample.planned;
    latencies->response.record(response);
    latencies->service.record(done - sample.sent);
    if (targets_.size() > 1) {
        ++target.codes[status];
        target.response.record(response);
    }
    if (!keys_.empty()) {
        KeyTally& key = keys_[sample.key];
        ++key.classes[which];
        if (keep_key_latencies_) key.response.record(response);
    }
    Interval& now = interval(done);
    ++now.classes[which];
    now.response[which].record(response);
    if (nanoseconds(response) > slow_enough_ || slowest_.size() < options_.slowest)
        remember_slow(sample, status, done);
    if (which == static_cast<std::size_t>(StatusClass::server_error)) remember_failed(sample, status, {}, done);
}

void Tally::fail(const Sample& sample, Ending ending, std::string_view problem, TimePoint done) {
    Ledger& ledger = this->ledger(sample.measured);
    ++(ending == Ending::timeout   ? ledger.timeouts
       : ending == Ending::aborted ? ledger.aborted
                                   : ledger.connection_errors);
    TargetTally& target = targets_[sample.target];
    if (!sample.measured) {
        ++target.warmup_unanswered;
        return;
    }
    last_done_ = done;
    ++target.unanswered;
    if (!keys_.empty()) ++keys_[sample.key].unanswered;
    ++interval(done).unanswered;
    if (const auto known = errors_.find(problem); known != errors_.end())
        ++known->second;
    else
        ++errors_[std::string{problem}];
    remember_failed(sample, 0, problem, done);
}

Interval& Tally::interval(TimePoint done) {
    const Nanoseconds since = std::max(done - begin_, Nanoseconds::zero());
    auto index = static_cast<std::size_t>(since / interval_width_);
    while (index >= most_intervals) {
        halve(timeline_);
        interval_width_ *= 2;
        index = static_cast<std::size_t>(since / interval_width_);
    }
    if (index >= timeline_.size()) timeline_.resize(index + 1);
    return timeline_[index];
}

SlowRequest Tally::describe(const Sample& sample, TimePoint done) const {
    SlowRequest request;
    if (!options_.request_id.empty()) {
        request.id.resize(request_id_size);
        write_request_id(request.id.data(), run_id_, thread_, sample.number);
    }
    request.target = options_.targets[sample.target].name();
    if (!options_.keys.empty()) request.key = options_.keys[sample.key].name;
    request.planned_at = std::chrono::duration<double>{sample.planned - begin_}.count();
    request.response = nanoseconds(done - sample.planned);
    request.service = nanoseconds(done - sample.sent);
    return request;
}

void Tally::remember_slow(const Sample& sample, int status, TimePoint done) {
    if (options_.slowest == 0) return;
    SlowRequest request = describe(sample, done);
    request.status = status;
    if (slowest_.size() >= options_.slowest) {
        std::pop_heap(slowest_.begin(), slowest_.end(), slower);
        slowest_.pop_back();
    }
    slowest_.push_back(std::move(request));
    std::push_heap(slowest_.begin(), slowest_.end(), slower);
    if (slowest_.size() >= options_.slowest) slow_enough_ = slowest_.front().response;
}

void Tally::remember_failed(const Sample& sample, int status, std::string_view problem, TimePoint done) {
    if (failed_.size() >= options_.slowest) return;
    failed_.push_back(describe(sample, done));
    failed_.back().status = status;
    failed_.back().problem = problem;
}

Results Tally::blank(const Options& options) {
    Results results;
    results.open_loop = options.open_loop();
    results.seed = options.seed;
    for (const Target& target : options.targets) results.targets.push_back({target.name(), {}, 0, Histogram{2}});
    for (const Key& key : options.keys) {
        results.keys.push_back({key.name, {}, 0, std::nullopt});
        if (options.keys.size() <= most_keys_with_latencies) results.keys.back().response.emplace(2);
    }
    results.warmup.codes.resize(options.targets.size());
    results.warmup.unanswered.resize(options.targets.size());
    return results;
}

void Tally::add_to(Results& results, Extent extent) const {
    results.ledger.add(measured_);
    results.warmup.ledger.add(warmup_);
    for (std::size_t status = 0; status < codes_.size(); ++status) {
        if (!codes_[status]) continue;
        Latencies& sum = results.codes[static_cast<int>(status)];
        sum.response.add(codes_[status]->response);
        sum.service.add(codes_[status]->service);
        sum.in_time += codes_[status]->in_time;
        results.answered_in_time += codes_[status]->in_time;
        // With one target nobody counted twice.
        if (targets_.size() == 1 && extent == Extent::whole) {
            results.targets[0].codes[static_cast<int>(status)] += codes_[status]->response.count();
            results.targets[0].response.add(codes_[status]->response);
        }
    }
    for (const auto& [problem, count] : errors_) results.errors[problem] += count;
    results.bytes_received += received_;
    results.bytes_sent += wrote_;
    results.connections_opened += opened_;
    results.connecting.add(connecting_);
    results.generator.send_lag.add(send_lag_);
    results.generator.release_lag.add(release_lag_);
    results.generator.waited_for_connection += waited_;
    results.slowest.insert(results.slowest.end(), slowest_.begin(), slowest_.end());
    std::sort(results.slowest.begin(), results.slowest.end(), slower);
    if (results.slowest.size() > options_.slowest) results.slowest.resize(options_.slowest);
    results.failed.insert(results.failed.end(), failed_.begin(), failed_.end());
    std::sort(results.failed.begin(), results.failed.end(),
              [](const SlowRequest& a, const SlowRequest& b) { return a.planned_at < b.planned_at; });
    if (results.failed.size() > options_.slowest) results.failed.resize(options_.slowest);
    if (extent == Extent::totals) return;
    add_targets_and_keys(results);
    add_timeline(results);
}

void Tally::add_targets_and_keys(Results& results) const {
    for (std::size_t i = 0; i < targets_.size(); ++i) {
        for (const auto& [status, count] : targets_[i].codes) results.targets[i].codes[status] += count;
        for (const auto& [status, count] : targets_[i].warmup_codes) results.warmup.codes[i][status] += count;
        results.targets[i].unanswered += targets_[i].unanswered;
        results.warmup.unanswered[i] += targets_[i].warmup_unanswered;
        results.targets[i].response.add(targets_[i].response);
    }
    for (std::size_t i = 0; i < keys_.size(); ++i) {
        for (std::size_t c = 0; c < status_classes; ++c) results.keys[i].classes[c] += keys_[i].classes[c];
        results.keys[i].unanswered += keys_[i].unanswered;
        if (results.keys[i].response) results.keys[i].response->add(keys_[i].response);
    }
}

void Tally::add_timeline(Results& results) const {
    double width = seconds(interval_width_);
    std::vector<Interval> halved;
    if (width < results.interval_seconds) halved = timeline_;
    for (; width < results.interval_seconds; width *= 2) halve(halved);
    const std::vector<Interval>& ours = halved.empty() ? timeline_ : halved;
    for (; results.interval_seconds < width; results.interval_seconds *= 2) halve(results.timeline);
    if (results.timeline.size() < ours.size()) results.timeline.resize(ours.size());
    for (std::size_t i = 0; i < ours.size(); ++i) add(results.timeline[i], ours[i]);
}

void write_request_id(char* out, std::string_view run_id, unsigned thread, std::uint64_t number) noexcept {
    const auto digits = [](char* end, std::uint64_t value, int width) {
        for (; width > 0; --width, value /= 10) *--end = static_cast<char>('0' + value % 10);
    };
    run_id.copy(out, 8);
    out[8] = '-';
    digits(out + 12, thread, 3);
    out[12] = '-';
    digits(out + 23, number, 10);
}

}  // namespace tollgate::loadtest
