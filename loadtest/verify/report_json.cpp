// loadtest/verify/report_json.cpp - Findings as JSON: schema tollgate.verify/1, docs/load-testing.md has its members.
#include "loadtest/json_writer.h"
#include "loadtest/verify/findings.h"

namespace tollgate::loadtest {

template <>
struct Members<verify::Wrong> {
    static void of(auto& way, auto& wrong) {
        way("identity", wrong.identity);
        way("from_s", static_cast<double>(wrong.offence.from) * 1e-9);
        way("to_s", static_cast<double>(wrong.offence.to) * 1e-9);
        way("admitted", wrong.offence.admitted);
        way("bound", wrong.offence.bound);
    }
};

template <>
struct Members<verify::Disturbed> {
    static void of(auto& way, auto& disturbed) {
        way("sent", disturbed.sent);
        way("refused", disturbed.refused);
        way("p99_before_us", static_cast<double>(disturbed.p99_before.count()) / 1e3);
        way("p99_meanwhile_us", static_cast<double>(disturbed.p99_meanwhile.count()) / 1e3);
    }
};

template <>
struct Members<verify::Finding> {
    static void of(auto& way, auto& limit) {
        way("limit", limit.limit);
        way("by", limit.by);
        way("where", limit.where);
        way("routes", limit.routes);
        way("tier", limit.tier);
        way("identities", limit.identities);
        way("sent", limit.sent);
        way("admitted", limit.admitted);
        way("refused", limit.refused);
        way("unclear", limit.unclear);
        way("lost", limit.lost);
        way("over", limit.over);
        way("under", limit.under);
        way("seen_from", limit.seen_from);
        way("jain", limit.jain);
        way("told", limit.told);
        way("lies", limit.lies);
        way("disturbed", limit.disturbed);
        way("verdict", std::string{limit.verdict()});
        way("unproven", limit.unproven);
        way("notes", limit.notes);
    }
};

template <>
struct Members<verify::NotVerified> {
    static void of(auto& way, auto& one) {
        way("what", one.what);
        way("where", one.where);
        way("why", one.why);
    }
};

template <>
struct Members<verify::Findings> {
    static void of(auto& way, auto& findings) {
        way("schema", std::string{"tollgate.verify/1"});
        way.inner("run", [&](auto& run) {
            run("version", findings.version);
            run("start", findings.started);
            run("command", findings.command);
            run("file", findings.file);
            run("urls", findings.urls);
            run("seconds", findings.seconds);
            run("precision", findings.precision);
            run("interrupted", findings.interrupted);
        });
        way("limits", findings.limits);
        way("not_verified", findings.not_verified);
        way("verdict", findings.verdict);
        way("exit", findings.exit_code);
    }
};

}  // namespace tollgate::loadtest

namespace tollgate::loadtest::verify {

std::string json_of(const Findings& findings) { return JsonWriter::text(findings); }

}  // namespace tollgate::loadtest::verify
