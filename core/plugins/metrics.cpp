// core/plugins/metrics.cpp - the cells of counters and gauges, and the registry of all figures.
#include "plugins/metrics.h"

#include "support/text.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <limits>
#include <stdexcept>
#include <utility>

namespace tollgate::plugins {

namespace {

constexpr std::size_t cells_per_line = 8;

struct alignas(64) CellLine {
    std::array<std::atomic<std::uint64_t>, cells_per_line> cells{};
};

// initial-exec: libtollgate is there from the program's start, so that reading it is one instruction.
[[gnu::tls_model("initial-exec")]] thread_local std::size_t loop_of_this_thread =
    std::numeric_limits<std::size_t>::max();

[[noreturn]] void refuse(std::string_view name, const std::string& why) {
    throw std::invalid_argument{"metric " + text::quote(name) + ": " + why};
}

bool is_name(std::string_view name, bool colons) {
    const auto first = [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || (colons && c == ':');
    };
    const auto rest = [&](char c) { return first(c) || (c >= '0' && c <= '9'); };
    return !name.empty() && first(name[0]) && std::all_of(name.begin(), name.end(), rest);
}

std::string escaped(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\') out += "\\\\";
        else if (c == '\n') out += "\\n";
        else if (c == '"') out += "\\\"";
        else out += c;
    }
    return out;
}

// As UTF-8, whatever a plugin was told: for one byte that is none Prometheus throws the whole scrape away. Line ends have
// an escape of their own.
std::string readable(std::string_view value) {
    std::string out;
    for (auto end = value.find('\n'); end != value.npos; end = value.find('\n')) {
        out += text::printable(value.substr(0, end)) + '\n';
        value.remove_prefix(end + 1);
    }
    return out + text::printable(value);
}

// `{method="GET",status="200"}`, sorted, or "": what tells the figures of one family apart.
std::string label_text(std::string_view metric, std::span<const Label> labels) {
    if (!is_name(metric, true)) refuse(metric, "expected letters, digits and _, no digit in front");
    std::vector<Label> sorted{labels.begin(), labels.end()};
    std::sort(sorted.begin(), sorted.end(), [](const Label& a, const Label& b) { return a.name < b.name; });
    std::string out;
    std::string_view before;
    for (const Label& label : sorted) {
        if (!is_name(label.name, false) || label.name.starts_with("__"))
            refuse(metric, "label " + text::quote(label.name) + ": expected letters, digits and _, no __ in front");
        if (!out.empty() && label.name == before)
            refuse(metric, "label " + text::quote(label.name) + " is given twice");
        before = label.name;
        out += out.empty() ? "{" : ",";
        out += std::string{label.name} + "=\"" + escaped(readable(label.value)) + '"';
    }
    return out.empty() ? out : out + '}';
}

}  // namespace

struct Metrics::Slab {
    explicit Slab(std::size_t writers, std::unique_ptr<Slab> older)
        : lines{std::make_unique<CellLine[]>(writers)}, older{std::move(older)} {}
    std::unique_ptr<CellLine[]> lines;  // one per writer: each loop, then all other threads
    std::unique_ptr<Slab> older;
};

// Where one figure's cells are.
struct Metrics::Cell {
    CellLine* lines;
    std::size_t loops, index;

    bool on_loop() const noexcept { return loop_of_this_thread < loops; }
    std::atomic<std::uint64_t>& of(std::size_t writer) const noexcept { return lines[writer].cells[index]; }
    std::atomic<std::uint64_t>& mine() const noexcept { return of(std::min(loop_of_this_thread, loops)); }
};

class Metrics::CountingCell final : public Counter {
public:
    explicit CountingCell(Cell cell) noexcept : cell_{cell} {}
    void add(std::uint64_t n) noexcept override {
        std::atomic<std::uint64_t>& mine = cell_.mine();
        if (cell_.on_loop()) mine.store(mine.load(std::memory_order_relaxed) + n, std::memory_order_relaxed);
        else mine.fetch_add(n, std::memory_order_relaxed);
    }
    std::uint64_t value() const noexcept override {
        std::uint64_t sum = 0;
        for (std::size_t writer = 0; writer <= cell_.loops; ++writer)
            sum += cell_.of(writer).load(std::memory_order_relaxed);
        return sum;
    }

private:
    Cell cell_;
};

// value = base + sum of cells. add() changes the writer's own cell; set() moves the base so that the sum comes out
// right at that moment. Sets are serialised; an add() during a set() counts on top of it.
class Metrics::GaugeCell final : public Gauge {
public:
    explicit GaugeCell(Cell cell) noexcept : cell_{cell} {}
    void set(double value) noexcept override {
        const std::lock_guard lock{setting_};
        base_.store(value - added(), std::memory_order_relaxed);
    }
    void add(double change) noexcept override {
        std::atomic<std::uint64_t>& mine = cell_.mine();
        std::uint64_t old = mine.load(std::memory_order_relaxed);
        const auto changed = [&] { return std::bit_cast<std::uint64_t>(std::bit_cast<double>(old) + change); };
        if (cell_.on_loop()) mine.store(changed(), std::memory_order_relaxed);
        else
            while (!mine.compare_exchange_weak(old, changed(), std::memory_order_relaxed)) {}
    }
    double value() const noexcept override { return base_.load(std::memory_order_relaxed) + added(); }

private:
    double added() const noexcept {
        double sum = 0;
        for (std::size_t writer = 0; writer <= cell_.loops; ++writer)
            sum += std::bit_cast<double>(cell_.of(writer).load(std::memory_order_relaxed));
        return sum;
    }
    Cell cell_;
    std::mutex setting_;
    std::atomic<double> base_{0};
};

struct Metrics::Figure {
    std::unique_ptr<CountingCell> counter;  // one of these
    std::unique_ptr<GaugeCell> gauge;
    std::unique_ptr<Histogram> histogram;
    std::function<double()> read;
};

struct Metrics::Family {
    std::string help;
    Kind kind = Kind::counter;
    std::map<std::string, Figure> figures;  // by label_text()
};

Metrics::Metrics(std::size_t loops) : loops_{loops}, cells_used_{cells_per_line} {}
Metrics::~Metrics() {
    while (slabs_) slabs_ = std::move(slabs_->older);  // not by recursion, however many there are
}

void Metrics::this_thread_is_loop(std::size_t number) noexcept { loop_of_this_thread = number; }
std::size_t Metrics::this_loop() noexcept { return loop_of_this_thread; }

Metrics::Cell Metrics::next_cell() {
    if (cells_used_ == cells_per_line) {
        slabs_ = std::make_unique<Slab>(loops_ + 1, std::move(slabs_));
        cells_used_ = 0;
    }
    return {slabs_->lines.get(), loops_, cells_used_++};
}

Metrics::Figure& Metrics::figure(Kind kind, std::string_view name, std::string_view help, std::string labels) {
    auto family = families_.find(name);
    if (family == families_.end())
        family = families_.emplace(std::string{name}, Family{std::string{help}, kind, {}}).first;
    if (family->second.kind != kind)
        refuse(name, "is already a " + std::string{name_of(family->second.kind)} + ", asked for as a " +
                         std::string{name_of(kind)});
    return family->second.figures[std::move(labels)];
}

Counter& Metrics::counter(std::string_view name, std::string_view help, std::span<const Label> labels) {
    std::string key = label_text(name, labels);
    const std::lock_guard lock{mutex_};
    Figure& found = figure(Kind::counter, name, help, std::move(key));
    if (!found.counter) found.counter = std::make_unique<CountingCell>(next_cell());
    return *found.counter;
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, std::span<const Label> labels) {
    std::string key = label_text(name, labels);
    const std::lock_guard lock{mutex_};
    Figure& found = figure(Kind::gauge, name, help, std::move(key));
    if (!found.gauge) found.gauge = std::make_unique<GaugeCell>(next_cell());
    return *found.gauge;
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, Histogram::Bounds bounds,
                              std::initializer_list<Label> labels) {
    std::string key = label_text(name, {labels.begin(), labels.size()});
    const std::lock_guard lock{mutex_};
    Figure& found = figure(Kind::histogram, name, help, std::move(key));
    if (!found.histogram) found.histogram = std::make_unique<Histogram>(loops_, bounds);
    return *found.histogram;
}

Metrics::Watch Metrics::watch(Kind kind, std::string_view name, std::string_view help,
                              std::initializer_list<Label> labels, std::function<double()> read) {
    std::string key = label_text(name, {labels.begin(), labels.size()});
    const std::lock_guard lock{mutex_};
    Figure& found = figure(kind, name, help, key);
    if (found.counter || found.gauge || found.read) refuse(name, "is there already, and cannot be watched");
    found.read = std::move(read);
    return {*this, std::string{name}, std::move(key)};
}

void Metrics::forget(const std::string& name, const std::string& labels) noexcept {
    const std::scoped_lock lock{writing_, mutex_};
    const auto family = families_.find(name);
    family->second.figures.erase(labels);
    if (family->second.figures.empty()) families_.erase(family);
}

std::string Metrics::bounded(std::string_view set, std::size_t most, std::string_view value) {
    const std::lock_guard lock{mutex_};
    auto& known = label_sets_[std::string{set}];
    if (known.contains(value)) return std::string{value};
    if (known.size() >= most) return "(other)";
    return *known.emplace(value).first;
}

// How far a page is. Nothing is forgotten before it is whole, and what is added disturbs no iterator.
struct Metrics::Reading {
    std::map<std::string, Family, std::less<>>::const_iterator family{};
    std::map<std::string, Figure>::const_iterator figure{};
    bool begun = false;
};

struct Metrics::Line {
    const std::string* name;
    const Family* family;
    const std::string* labels;
    const Figure* figure;
};

// The next few figures; false: there are none left. Printing is left to who holds no lock.
bool Metrics::next_lines(Reading& reading, std::vector<Line>& lines) const {
    constexpr std::size_t at_a_time = 64;
    lines.clear();
    const std::lock_guard lock{mutex_};
    const auto enter = [&] {
        if (reading.family != families_.end()) reading.figure = reading.family->second.figures.begin();
    };
    if (!std::exchange(reading.begun, true)) {
        reading.family = families_.begin();
        enter();
    }
    while (reading.family != families_.end() && lines.size() < at_a_time) {
        const auto& [name, family] = *reading.family;
        if (reading.figure == family.figures.end()) {
            ++reading.family;
            enter();
            continue;
        }
        lines.push_back({&name, &family, &reading.figure->first, &reading.figure->second});
        ++reading.figure;
    }
    return !lines.empty();
}

std::string Metrics::write(Exposition page) const {
    const std::lock_guard lock{writing_};
    const Family* begun = nullptr;
    std::vector<Line> lines;
    for (Reading reading; next_lines(reading, lines);)
        for (const Line& line : lines) {
            if (std::exchange(begun, line.family) != line.family)
                page.begin_family(*line.name, line.family->kind, line.family->help);
            const Figure& figure = *line.figure;
            if (figure.histogram) figure.histogram->print(page, *line.labels);
            else if (figure.counter) page.sample({}, *line.labels, figure.counter->value());
            else page.sample({}, *line.labels, figure.gauge ? figure.gauge->value() : figure.read());
        }
    return page.finish();
}

}  // namespace tollgate::plugins
