// core/admin/upstream_shapes.cpp - what is said of upstreams and their targets.
#include "admin/endpoints.h"

namespace tollgate::admin {

const std::vector<Shape>& upstream_shapes() {
    static const std::vector<Shape> all{
        {"Upstreams", "all of them", {{"upstreams", "[Upstream]", "in the order written"}}},
        {"Upstream", "one upstream",
         {{"name", "text", "in routes.lua"},
          {"where", "text", "routes.lua:12"},
          {"panic", "truth", "so few targets are in that all are taken for being in"},
          {"breaker?", "Breaker", "of the whole upstream"},
          {"in_flight?", "integer", "requests that hold one of its places, where it has a concurrency"},
          {"waiting?", "integer", "requests that wait for one"},
          {"targets", "[Target]", "in the order written"}}},
        {"Target", "one target of an upstream",
         {{"address", "text", "as written"},
          {"weight", "number", "its share, in proportion to the others'"},
          {"state", "in|warming|drained|down|ejected", "down: by its checks; ejected: it failed requests"},
          {"available", "truth", "requests may be sent to it"},
          {"reason?", "text", "why it is out"},
          {"since", "time", "when its state began"},
          {"for_seconds", "number", "how long ago that is"},
          {"in_flight", "integer", "requests under way to it"},
          {"warmth", "number", "0 to 1: which part of its share it gets"},
          {"checks?", "Checks", "of its health, where it is checked"},
          {"ejections", "integer", "how often it was ejected"},
          {"ejected_for_seconds?", "number", "how long it stays ejected"},
          {"breaker?", "Breaker", "its own"}}},
        {"Checks", "checks of a target's health",
         {{"passed", "integer", "in all"},
          {"failed", "integer", "in all"},
          {"last?", "text", "what the last one found"},
          {"in_a_row?", "integer", "how many have found the same"}}},
        {"Breaker", "a circuit breaker",
         {{"state", "closed|half-open|open", "open: nothing is sent"},
          {"since?", "time", "when this state began"},
          {"open_for_seconds?", "number", "how long it stays open"},
          {"opened", "integer", "how often it has opened"}}},
        {"NextTarget", "the target that is next",
         {{"upstream", "text", "its name"}, {"target", "text", "its address"}, {"url", "text", "the same as a URL"}}},
        {"Drained", "a target that was drained, or is no more",
         {{"ok", "truth", "true"}, {"upstream", "text", "its name"}, {"target", "Target", "as it is now"}}},
    };
    return all;
}

}  // namespace tollgate::admin
