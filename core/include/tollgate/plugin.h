// tollgate/plugin.h - all a plugin needs to know about the gateway.
//
// A plugin is a shared library that exports one function, tollgate_plugin(), which describes it. Three lifetimes:
//
//   library   opened at start or at a reload that first names it, never closed
//   Plugin    one per use in routes.lua, rebuilt on reload, shared by all loops
//   state     one per request and use, destroyed after on_log
//
// Build it with hidden visibility against libtollgate (find_package(tollgate), tollgate_add_plugin). Any C++20
// compiler on libstdc++ will do: build_stamp holds what must agree.
#pragma once

#include <tollgate/context.h>
#include <tollgate/host.h>
#include <tollgate/message.h>
#include <tollgate/settings.h>
#include <tollgate/task.h>

#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tollgate {

class Failure;  // the gateway's own

// Major part in the upper half: differs, never loads. Minor part in the lower half: doors and members added at the
// end; a plugin of a smaller minor loads, and what it does not know is not called.
inline constexpr std::uint32_t plugin_abi = 0x0001'0005;

#if defined(__SANITIZE_ADDRESS__)
#define TOLLGATE_SANITIZER "address"
#elif defined(__SANITIZE_THREAD__)
#define TOLLGATE_SANITIZER "thread"
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TOLLGATE_SANITIZER "address"
#elif __has_feature(thread_sanitizer)
#define TOLLGATE_SANITIZER "thread"
#endif
#endif
#ifndef TOLLGATE_SANITIZER
#define TOLLGATE_SANITIZER "none"
#endif
#if defined(__GLIBCXX__) && _GLIBCXX_USE_CXX11_ABI
#define TOLLGATE_STRINGS "libstdc++ cxx11"
#elif defined(__GLIBCXX__)
#define TOLLGATE_STRINGS "libstdc++ old"
#else
#define TOLLGATE_STRINGS "libc++"
#endif
#define TOLLGATE_TEXT_(x) #x
#define TOLLGATE_TEXT(x) TOLLGATE_TEXT_(x)

// The facts that break C++ across libraries, and no more: a plugin built last month, or by another compiler, loads.
inline constexpr const char* build_stamp =
    TOLLGATE_STRINGS ", " TOLLGATE_TEXT(__SIZEOF_POINTER__) "-byte words, sanitizer " TOLLGATE_SANITIZER;

// Refuses a request in the gateway's own form of error: the gateway composes the answer (and `errors { ... }` of
// routes.lua may reword it). Prefer it to a Response of your own where that form is what clients expect. A door may
// throw it from any depth, or return it as its Verdict, which costs a microsecond less.
class Refusal : public std::exception {
public:
    // `reason` is a stable word for programs ("rate_limited"), `message` a sentence for people. Both reach the client.
    Refusal(int status, std::string reason, std::string message);
    Refusal& with(std::string_view name, std::string_view value);  // adds a header line to the answer
    const char* what() const noexcept override { return message_.c_str(); }
    int status() const noexcept { return status_; }
    const std::string& reason() const noexcept { return reason_; }
    const std::string& message() const noexcept { return message_; }
    const Headers& headers() const noexcept { return headers_; }

private:
    friend Failure failure_of(Refusal refusal);  // the gateway's own: takes it over
    int status_;
    std::string reason_, message_;
    Headers headers_;
};

// What a door decided.
class [[nodiscard]] Verdict {
public:
    Verdict() noexcept = default;                                            // walk on
    Verdict(Response answer) noexcept : answer_{std::move(answer)} {}        // NOLINT: this is the answer
    Verdict(Task<Verdict> later) noexcept : later_{std::move(later)} {}      // NOLINT: not yet
    Verdict(Refusal refusal) : refusal_{std::make_unique<Refusal>(std::move(refusal))} {}  // NOLINT: as if thrown

    // The gateway's own: what was decided.
    bool pending() const noexcept { return bool(later_); }
    Task<Verdict> take_later() noexcept { return std::move(later_); }
    bool answers() const noexcept { return bool(answer_); }
    Response take_answer() noexcept { return std::move(answer_); }
    bool refuses() const noexcept { return refusal_ != nullptr; }
    Refusal take_refusal() noexcept { return std::move(*std::exchange(refusal_, nullptr)); }

private:
    Response answer_;
    Task<Verdict> later_;
    std::unique_ptr<Refusal> refusal_;
};

// Doors in the order a request meets them. They are const because all loops share the instance: what changes is the
// plugin's own to guard. A door that throws costs that request a 500 (a Refusal, the status it names), logged with
// the plugin's name and the request's id. New doors are added at the end only.
class Plugin {
public:
    virtual ~Plugin() = default;

    // The head is read, nothing has been sent anywhere. In the order written in routes.lua. A Response is the answer
    // and spares the upstream; it still passes on_response of the plugins that had their on_request.
    virtual Verdict on_request(RequestContext&) const { return {}; }
    // Choose a target; again per attempt. A Response is the answer and no (further) attempt is made.
    virtual Verdict on_upstream(UpstreamContext&) const { return {}; }
    // One attempt ended, whatever came of it.
    virtual void on_attempt(const AttemptContext&) const {}
    // An answer is ready and not yet sent. Last plugin first. A Response replaces it.
    virtual Verdict on_response(ResponseContext&) const { return {}; }
    // The request is over. Always, exactly once, for every plugin of the route. A throw is caught and logged.
    virtual void on_log(const LogContext&) const {}
};

struct Descriptor {
    std::uint32_t abi = plugin_abi;  // read before anything else is trusted
    std::uint32_t size = sizeof(Descriptor);
    std::uint32_t field_size = sizeof(Field);
    const char* build = build_stamp;  // compared and reported
    const char* name = "";            // the word used in routes.lua: [a-z][a-z0-9_]*
    const char* summary = "";         // one line
    std::span<const Field> fields{};
    std::unique_ptr<Plugin> (*create)(const Settings&, Host&) = nullptr;  // throws ConfigError
};
static_assert(std::is_standard_layout_v<Descriptor> && offsetof(Descriptor, abi) == 0);

// For Descriptor::create: a P constructed from the settings and the host.
template <class P>
std::unique_ptr<Plugin> make(const Settings& settings, Host& host) {
    return std::make_unique<P>(settings, host);
}

}  // namespace tollgate

// TOLLGATE_PLUGIN(.name = "hello", .summary = "says hello", .fields = fields, .create = tollgate::make<Hello>)
#define TOLLGATE_PLUGIN(...)                                                                                      \
    extern "C" [[gnu::visibility("default")]] const tollgate::Descriptor* tollgate_plugin() {                    \
        static const tollgate::Descriptor descriptor{__VA_ARGS__};                                                \
        return &descriptor;                                                                                       \
    }
