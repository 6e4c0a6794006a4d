// core/admin/services.cpp - GET /services: what operators may have run; POST /services/NAME/restart: running it.
#include "admin/audit.h"
#include "admin/bodies.h"
#include "admin/service_runs.h"
#include "snapshot/snapshot.h"
#include "support/log.h"
#include "support/text.h"

#include <Poco/JSON/Array.h>

#include <algorithm>
#include <chrono>

namespace tollgate::admin {

namespace {

using Poco::JSON::Array;
using Poco::JSON::Object;

// What a program says may be anything; lines and tabs stay.
std::string readable(std::string_view output) {
    std::string out;
    while (!output.empty()) {
        const auto end = std::min(output.find_first_of("\n\t"), output.size());
        out += text::printable(output.substr(0, end));
        if (end < output.size()) out += output[end];
        output.remove_prefix(std::min(end + 1, output.size()));
    }
    return out;
}

double milliseconds(std::chrono::nanoseconds time) {
    return double(std::chrono::duration_cast<std::chrono::microseconds>(time).count()) / 1000;
}

Object::Ptr as_json(const ServiceRuns::Run& run) {
    Object::Ptr json = new_object();
    const bool exited = run.end.how == ProgramEnd::How::exited;
    json->set("status", std::string{run.well() ? "success" : "error"});
    json->set("summary", run.summary);
    json->set("exit_code", exited ? Poco::Dynamic::Var{run.end.code} : Poco::Dynamic::Var{});
    json->set("timed_out", run.end.how == ProgramEnd::How::timed_out);
    json->set("output", readable(run.end.output) + (run.end.cut ? "\n(cut)\n" : ""));
    json->set("time", log::timestamp(run.began));
    json->set("duration_ms", milliseconds(run.end.took));
    return json;
}

const Service* find(const Snapshot& snapshot, const std::string& name) {
    const auto found = std::find_if(snapshot.services.begin(), snapshot.services.end(),
                                    [&](const Service& service) { return service.name == name; });
    return found == snapshot.services.end() ? nullptr : &*found;
}

}  // namespace

Answer show_services(const Call&, const Controls& controls) {
    const auto snapshot = controls.current();
    const std::string running = controls.service_runs->running();
    Array::Ptr all = new Array;
    for (const Service& service : snapshot->services) {
        Array::Ptr words = new Array;
        for (const std::string& word : service.restart) words->add(text::printable(word));
        const auto last = controls.service_runs->last(service.name);
        Object::Ptr json = new_object();
        json->set("name", service.name);
        json->set("where", service.where);
        json->set("restart", words);
        json->set("timeout_seconds", std::chrono::duration<double>(service.timeout).count());
        json->set("running", service.name == running);
        json->set("last", last ? Poco::Dynamic::Var{as_json(*last)} : Poco::Dynamic::Var{});
        all->add(json);
    }
    Object::Ptr json = new_object();
    json->set("services", all);
    return as_answer(200, *json);
}

Answer restart_service(const Call& call, const Controls& controls) {
    const std::string& name = call.parts[0];
    auto snapshot = controls.current();
    const Service* service = find(*snapshot, name);
    if (!service) {
        std::vector<std::string_view> known;
        for (const Service& one : snapshot->services) known.push_back(one.name);
        return refused(404, "there is no service " + text::quote(name) + text::did_you_mean(name, known));
    }
    const Service chosen = *service;
    const std::string audit_file = snapshot->audit_file;
    snapshot.reset();  // else a configuration that is replaced meanwhile stays until the program has ended
    const auto run = controls.service_runs->restart(chosen, [&] {
        // What ends the gateway is written down nowhere else.
        controls.audit->add({std::chrono::system_clock::now(), call.client, call.method, call.path, {}, 202,
                             "restart of " + name + " begun"},
                            audit_file);
    });
    if (!run) return refused(409, "a restart is under way, and one is run at a time; try again later");
    Object::Ptr json = as_json(*run);
    Answer answer = as_answer(200, *json);
    answer.what = "restart of " + name + ": " + run->summary;
    return answer;
}

}  // namespace tollgate::admin
