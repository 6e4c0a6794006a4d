// core/history/record.h - Record: what is remembered and shown of one request that is over. Neither queries nor headers.
//
// Members are named as those of the logging plugin's lines, so that what is watched and what was written can be compared.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace tollgate::history {

// How a request went, in the words in which requests are counted: ok below 400, limited 429, failed from 500 on, refused
// whatever else (401, 404, 499 where the client left).
enum class Result : std::uint8_t { ok, refused, limited, failed };
inline constexpr std::size_t results = 4;
constexpr Result result_of(int status) noexcept {
    return status < 400 ? Result::ok : status == 429 ? Result::limited : status < 500 ? Result::refused : Result::failed;
}

// What is known of it that is no text.
struct RecordFigures {
    std::uint64_t sequence = 0;  // of those of its loop, from 1
    std::uint32_t loop = 0;
    std::chrono::system_clock::time_point began{};
    int status = 0;  // as in the log: 499 where the client left before an answer was begun
    int attempts = 0, upstream_status = 0;  // 0: none
    std::uint64_t bytes_received = 0, bytes_sent = 0;
    std::chrono::nanoseconds duration{0}, gateway_time{0}, upstream_time{0};
    bool complete = false;
};

// `Text` is std::string where it is kept, std::string_view where it is borrowed. "": there is none.
template <class Text>
struct BasicRecord : RecordFigures {
    Text request_id{}, client_ip{}, method{}, path{}, route{}, reason{}, caller{}, owner{}, tier{}, upstream{}, target{},
        cache{}, trace_id{};
};
using Record = BasicRecord<std::string>;
using RecordView = BasicRecord<std::string_view>;

// A text and the most bytes of it that are kept: no client can fill the memory with one request.
template <class Text>
struct TextMember {
    Text BasicRecord<Text>::*text;
    std::size_t longest;
};
inline constexpr std::size_t text_count = 13, longest_text = 512;
template <class Text>
inline constexpr std::array<TextMember<Text>, text_count> text_members{{
    {&BasicRecord<Text>::request_id, 128},
    {&BasicRecord<Text>::client_ip, 64},
    {&BasicRecord<Text>::method, 32},
    {&BasicRecord<Text>::path, longest_text},
    {&BasicRecord<Text>::route, 256},
    {&BasicRecord<Text>::reason, 64},
    {&BasicRecord<Text>::caller, 128},
    {&BasicRecord<Text>::owner, 128},
    {&BasicRecord<Text>::tier, 64},
    {&BasicRecord<Text>::upstream, 128},
    {&BasicRecord<Text>::target, 128},
    {&BasicRecord<Text>::cache, 32},
    {&BasicRecord<Text>::trace_id, 32},
}};

// "2-1034": which request this is, as long as the gateway runs.
std::string id_of(const RecordFigures& record);

// {"id":"2-1034","time":"2026-11-21T09:00:00.123456Z",...}: what there is nothing to say of is left out. Whatever the
// texts hold, this is UTF-8.
std::string json(const Record& record);
// Its members alone, `"id":"2-1034",...`, to stand among others.
void append_members(std::string& out, const Record& record);

// "2026-11-21T09:00:00.123456Z".
std::string time_text(std::chrono::system_clock::time_point time);

}  // namespace tollgate::history
