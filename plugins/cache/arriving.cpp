// plugins/cache/arriving.cpp - pieces that are written by one and read by many.
#include "arriving.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tollgate::cache {

namespace {

constexpr std::size_t smallest_piece = 16 * 1024, largest_piece = 256 * 1024;
constexpr std::uint64_t small_window = 4 * smallest_piece;  // where memory is short

}  // namespace

Arriving::Piece::Piece(std::size_t room, std::shared_ptr<Held> sum) : bytes(room, '\0'), held{std::move(sum)} {
    held->add(room);
}
Arriving::Piece::~Piece() { keep(); }
void Arriving::Piece::keep() noexcept {
    if (const auto sum = std::exchange(held, nullptr)) sum->drop(bytes.size());
}

// Nobody who read it is there any more: what is left of it is the store's, which counts it.
Arriving::~Arriving() {
    held_->drop(reserved_);
    for (const auto& piece : pieces_) piece->keep();
}

bool Arriving::reserve(std::optional<std::uint64_t> length) noexcept {
    if (!length) return !held_->full();
    if (!held_->try_add(static_cast<std::size_t>(*length))) return false;
    reserved_ = static_cast<std::size_t>(*length);
    return true;
}

void Arriving::open(Opened opened, std::optional<std::uint64_t> length) {
    const std::lock_guard lock{mutex_};
    opened_ = std::move(opened);
    length_ = length;
    state_ = State::flowing;
    waiters_.wake_all();
}

std::size_t Arriving::room_for_next(std::size_t wanted, bool short_of_memory) const noexcept {
    if (short_of_memory || (window_ && *window_ <= small_window)) return smallest_piece;
    // In one piece where the length is known: that piece is what is kept.
    if (length_ && end_ == 0 && *length_ >= wanted && *length_ <= largest_) return static_cast<std::size_t>(*length_);
    const std::size_t grown = std::clamp(static_cast<std::size_t>(end_), smallest_piece, largest_piece);
    return std::max(wanted, grown);
}

void Arriving::add_piece(std::size_t wanted) {
    const std::size_t reserved = std::exchange(reserved_, 0);
    held_->drop(reserved);
    const bool short_of_memory = reserved == 0 && held_->full();
    last_ = std::make_shared<Piece>(room_for_next(wanted, short_of_memory), held_);
    const std::lock_guard lock{mutex_};
    pieces_.push_back(last_);
    if (short_of_memory) pass(std::min<std::uint64_t>(small_window, largest_));
}

void Arriving::pass(std::uint64_t window) noexcept {
    if (!window_) window_ = window;
}

void Arriving::append(std::string_view bytes) {
    while (!bytes.empty()) {
        // Only the writer changes what it looks at here without the lock.
        if (!last_ || last_->filled == last_->bytes.size()) add_piece(bytes.size());
        Piece& piece = *last_;
        const std::size_t count = std::min(bytes.size(), piece.bytes.size() - piece.filled);
        std::memcpy(piece.bytes.data() + piece.filled, bytes.data(), count);
        bytes.remove_prefix(count);
        const std::lock_guard lock{mutex_};
        piece.filled += count;
        end_ += count;
        if (end_ > largest_) pass(largest_);
        if (!length_ || end_ < *length_) shown_ = end_;
        let_go();
        waiters_.wake_all();
    }
}

std::shared_ptr<const std::string> Arriving::collect() {
    if (window_) return nullptr;
    if (pieces_.size() == 1 && pieces_[0]->filled == pieces_[0]->bytes.size())
        return {pieces_[0], &pieces_[0]->bytes};
    auto joined = std::make_shared<std::string>();
    joined->reserve(static_cast<std::size_t>(end_));
    for (const auto& piece : pieces_) joined->append(piece->bytes, 0, piece->filled);
    return joined;
}

void Arriving::finish() {
    const std::lock_guard lock{mutex_};
    length_ = shown_ = end_;
    state_ = State::whole;
    waiters_.wake_all();
}

void Arriving::confirm(Opened opened) {
    const std::lock_guard lock{mutex_};
    length_ = opened.head->body()->size();
    opened_ = std::move(opened);
    state_ = State::whole;
    waiters_.wake_all();
}

void Arriving::cut() {
    const std::lock_guard lock{mutex_};
    state_ = State::cut;
    waiters_.wake_all();
}

void Arriving::decline() {
    const std::lock_guard lock{mutex_};
    state_ = State::declined;
    waiters_.wake_all();
}

void Arriving::fail(std::exception_ptr failure) {
    const std::lock_guard lock{mutex_};
    failure_ = std::move(failure);
    state_ = State::failed;
    waiters_.wake_all();
}

std::uint64_t Arriving::slowest() const noexcept {
    if (coming_ > 0) return begin_;
    std::uint64_t read = end_;
    for (const Reader* reader : readers_) read = std::min(read, reader->at_);
    return read;
}

bool Arriving::full() const noexcept { return window_ && end_ - slowest() > *window_; }

void Arriving::let_go() noexcept {
    if (!window_) return;
    const std::uint64_t read = slowest();
    while (pieces_.size() > 1 && begin_ + pieces_.front()->filled <= read) {
        begin_ += pieces_.front()->filled;
        pieces_.pop_front();
    }
}

// Of a whole window that somebody lags behind, the others wait for every byte. The pace that is asked of him does not
// grow with the window: the larger it is, the less he holds up the others.
void Arriving::cut_laggards(Instant now) {
    const auto lags = [&](const Reader* reader) { return end_ - reader->at_ > *window_; };
    if (coming_ > 0 || std::all_of(readers_.begin(), readers_.end(), lags)) return;
    const std::uint64_t least = std::min(*window_, small_window) / 4;
    const auto is_cut = [&](Reader* reader) {
        if (!lags(reader)) return false;
        if (reader->watched_since_ && now - *reader->watched_since_ < slowness) return false;
        const bool watched = reader->watched_since_.has_value();
        reader->cut_ = watched && reader->at_ - reader->watched_at_ < least;
        reader->watched_since_ = now;
        reader->watched_at_ = reader->at_;
        return reader->cut_;
    };
    if (std::erase_if(readers_, is_cut) == 0) return;
    let_go();
    waiters_.wake_all();
}

Task<void> Arriving::room(Loop& loop) {
    for (;;) {
        std::uint64_t turn = 0;
        Task<void> alarm;
        {
            const std::lock_guard lock{mutex_};
            if (full()) cut_laggards(loop.now());
            if (!full()) co_return;
            turn = waiters_.turn();
            if (readers_.size() > 1) alarm = loop.sleep(slowness);
        }
        Waiters::Change change{waiters_, loop, turn, alarm ? &alarm : nullptr};
        co_await change;
    }
}

bool Arriving::passes() const {
    const std::lock_guard lock{mutex_};
    return window_.has_value();
}

bool Arriving::too_long() const {
    const std::lock_guard lock{mutex_};
    return end_ > largest_;
}

bool Arriving::in_vain(Instant now, std::chrono::nanoseconds patience) {
    const std::lock_guard lock{mutex_};
    if (!readers_.empty() || coming_ > 0) return false;
    if (window_) return true;
    if (length_) return false;
    if (!alone_since_) alone_since_ = now;
    return now - *alone_since_ > patience;
}

Arriving::State Arriving::state() const {
    const std::lock_guard lock{mutex_};
    return state_;
}

Arriving::Opened Arriving::opened() const {
    const std::lock_guard lock{mutex_};
    return opened_;
}

std::exception_ptr Arriving::failure() const {
    const std::lock_guard lock{mutex_};
    return failure_;
}

std::optional<std::uint64_t> Arriving::length() const {
    const std::lock_guard lock{mutex_};
    return length_;
}

Arriving::Coming::Coming(std::shared_ptr<Arriving> arriving) : arriving_{std::move(arriving)} {
    const std::lock_guard lock{arriving_->mutex_};
    ++arriving_->coming_;
    arriving_->alone_since_.reset();
}

Arriving::Coming::~Coming() {
    if (!arriving_) return;
    const std::lock_guard lock{arriving_->mutex_};
    if (--arriving_->coming_ > 0 || !arriving_->window_) return;
    arriving_->let_go();
    arriving_->waiters_.wake_all();
}

// The readers ----------------------------------------------------------------------------------------------------

Arriving::Reader::Reader(std::shared_ptr<Arriving> arriving, Loop& loop, std::uint64_t first)
    : arriving_{std::move(arriving)}, loop_{loop}, at_{first} {
    const std::lock_guard lock{arriving_->mutex_};
    if (arriving_->window_ && arriving_->begin_ > first) return;
    arriving_->readers_.push_back(this);
    arriving_->alone_since_.reset();
    in_time_ = true;
}

Arriving::Reader::~Reader() {
    if (!in_time_) return;
    const std::lock_guard lock{arriving_->mutex_};
    std::erase(arriving_->readers_, this);
    if (!arriving_->window_) return;
    arriving_->let_go();
    arriving_->waiters_.wake_all();
}

std::optional<std::string_view> Arriving::Reader::look(std::uint64_t most) {
    Arriving& from = *arriving_;
    if (cut_) throw Cut{};
    if (at_ < from.shown_ && most > 0) {
        most = std::min(most, from.shown_ - at_);
        std::uint64_t begin = from.begin_;
        for (const auto& piece : from.pieces_) {
            if (at_ >= begin + piece->filled) {
                begin += piece->filled;
                continue;
            }
            shown_ = piece;
            const auto offset = static_cast<std::size_t>(at_ - begin);
            const auto count = std::min<std::uint64_t>(most, piece->filled - offset);
            const bool was_full = from.full();
            at_ += count;
            if (from.window_) {
                from.let_go();
                if (was_full && !from.full()) from.waiters_.wake_all();
            }
            return std::string_view{piece->bytes}.substr(offset, static_cast<std::size_t>(count));
        }
    }
    if (most == 0) return "";
    if (from.state_ == State::cut) throw Cut{};
    if (from.state_ == State::whole) return "";
    return std::nullopt;
}

std::optional<std::string_view> Arriving::Reader::try_read(std::uint64_t most) {
    const std::lock_guard lock{arriving_->mutex_};
    return look(most);
}

Task<std::string_view> Arriving::Reader::read(std::uint64_t& left) {
    for (;;) {
        std::uint64_t turn = 0;
        {
            const std::lock_guard lock{arriving_->mutex_};
            if (const auto piece = look(left)) {
                left -= piece->size();
                co_return *piece;
            }
            turn = arriving_->waiters_.turn();
        }
        Waiters::Change change{arriving_->waiters_, loop_, turn};
        co_await change;
    }
}

Task<bool> head_came(std::shared_ptr<Arriving> arriving, Loop& loop, Task<void> alarm) {
    std::uint64_t turn = 0;
    {
        const std::lock_guard lock{arriving->mutex_};
        if (arriving->state_ != Arriving::State::awaited) co_return true;
        turn = arriving->waiters_.turn();
    }
    {
        Waiters::Change change{arriving->waiters_, loop, turn, alarm ? &alarm : nullptr};
        co_await change;
    }
    co_return arriving->state() != Arriving::State::awaited;
}

}  // namespace tollgate::cache
