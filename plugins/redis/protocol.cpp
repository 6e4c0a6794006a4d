// plugins/redis/protocol.cpp - hiredis's reader, told to put what it finds into one Reply and to allocate
// nothing.
#include "redis/protocol.h"

#include <charconv>
#include <new>

namespace tollgate::redis {

namespace {

Reply& reply_of(const redisReadTask* task) noexcept { return *static_cast<Reply*>(task->privdata); }

void* put_text(const redisReadTask* task, char* text, std::size_t size) {
    Reply& reply = reply_of(task);
    if (task->parent) {
        reply.odd = true;
        return &reply;
    }
    reply.kind = task->type == REDIS_REPLY_ERROR ? Reply::Kind::error : Reply::Kind::text;
    reply.text.assign(text, size);
    return &reply;
}

void* put_list(const redisReadTask* task, int) {
    Reply& reply = reply_of(task);
    if (task->parent) reply.odd = true;
    reply.kind = Reply::Kind::integers;
    return &reply;
}

void* put_integer(const redisReadTask* task, long long number) {
    Reply& reply = reply_of(task);
    reply.kind = Reply::Kind::integers;
    if (reply.size < Reply::most)
        reply.integers[reply.size++] = number;
    else
        reply.odd = true;
    return &reply;
}

void* put_nothing(const redisReadTask* task) {
    Reply& reply = reply_of(task);
    reply.odd = reply.odd || task->parent;
    return &reply;
}

void keep(void*) {}  // the Reply is the reader's own

redisReplyObjectFunctions functions{put_text, put_list, put_integer, put_nothing, keep};

}  // namespace

Command::Number::Number(std::uint64_t number) noexcept
    : size_{static_cast<std::size_t>(std::to_chars(digits_, digits_ + sizeof digits_, number).ptr - digits_)} {}

Command& Command::add_real(double number) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    return add(std::string_view{digits, static_cast<std::size_t>(end - digits)});
}

std::string_view Reply::error_word() const noexcept {
    if (kind != Kind::error) return {};
    return std::string_view{text}.substr(0, text.find(' '));
}

void Replies::reset() {
    reader_.reset(redisReaderCreateWithFunctions(&functions));
    if (!reader_) throw std::bad_alloc{};
    reader_->privdata = &reply_;
}

void Replies::feed(std::string_view bytes) { redisReaderFeed(reader_.get(), bytes.data(), bytes.size()); }

const Reply* Replies::next() {
    // One that is not whole yet goes on where it was.
    if (reader_->ridx < 0) {
        reply_.kind = Reply::Kind::other;
        reply_.size = 0;
        reply_.odd = false;
    }
    void* reply = nullptr;
    if (redisReaderGetReply(reader_.get(), &reply) != REDIS_OK) return nullptr;
    return static_cast<const Reply*>(reply);
}

}  // namespace tollgate::redis
