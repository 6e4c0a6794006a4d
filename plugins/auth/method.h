// plugins/auth/method.h - Method: one way to find out who is asking; Finding: what it made of a request.
#pragma once

#include <tollgate/plugin.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace tollgate::auth {

// One way to be turned away, made once per use: what the client is told, and the figure that counts it.
class Denial {
public:
    // `outcome` is the label of the figure; `challenge` the WWW-Authenticate line, "" for none.
    Denial(Host& host, std::string_view method, std::string_view outcome, Refusal refusal,
           std::string_view challenge = {});
    // A copy for the request that is turned away, counted.
    Refusal refuse() const {
        count_.add();
        return refusal_;
    }
    Refusal& refusal() noexcept { return refusal_; }

private:
    Refusal refusal_;
    Counter& count_;
};

// The figure of requests that ended so, by method.
Counter& outcome_counter(Host& host, std::string_view method, std::string_view outcome);

// What a method made of one request: a caller, or a denial, or nothing yet.
struct Finding {
    std::shared_ptr<const Caller> caller{};  // null: denied, or `later` knows
    const Denial* denial = nullptr;          // the method's own
    bool passes = false;                     // nothing is known of the caller, and nothing is said against it
    bool absent = false;                     // denied because there is no credential here at all
    std::string why{};                       // for the trace; may be empty where nobody listens
    Task<Finding> later{};                   // awaited as long as find()'s context is valid; keeps no views into it

    static Finding of(std::shared_ptr<const Caller> caller) {
        Finding finding;
        finding.caller = std::move(caller);
        return finding;
    }
    static Finding no_objection() {
        Finding finding;
        finding.passes = true;
        return finding;
    }
    static Finding denied(const Denial& denial, std::string why = {}) {
        Finding finding;
        finding.denial = &denial;
        finding.why = std::move(why);
        return finding;
    }
    static Finding missing(const Denial& denial, std::string why = {}) {
        Finding finding = denied(denial, std::move(why));
        finding.absent = true;
        return finding;
    }
};

// Immutable but for what it guards itself: all loops share it.
class Method {
public:
    virtual ~Method() = default;
    virtual Finding find(RequestContext& ctx) const = 0;
    // False for one that only refuses: it is asked also where the caller is known already.
    virtual bool identifies() const noexcept { return true; }
    // What is said against this request also where the caller is known already; null: nothing.
    virtual const Denial* bar(const RequestContext& ctx) const {
        (void)ctx;
        return nullptr;
    }
    // Takes the credential out of what goes to the upstream. Views into the request are no more after it.
    virtual void hide(Request& request) const { (void)request; }
    // What WWW-Authenticate says of this method: `Bearer realm="tollgate"`; "" where a client could do nothing.
    virtual std::string challenge() const { return {}; }
};

// `realm` of the settings as a quoted string. Throws ConfigError.
std::string quoted_realm(const Settings& settings);

}  // namespace tollgate::auth
