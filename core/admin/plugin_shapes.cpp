// core/admin/plugin_shapes.cpp - what is said of plugins.
#include "admin/endpoints.h"

namespace tollgate::admin {

const std::vector<Shape>& plugin_shapes() {
    static const std::vector<Shape> all{
        {"Plugins", "what is loaded",
         {{"plugins", "[Plugin]", "by name"},
          {"pages", "[Page]", "under /plugins"},
          {"commands", "[PluginCommand]", "for POST /command"}}},
        {"Plugin", "a plugin and its settings",
         {{"name", "text", "the word in routes.lua"},
          {"file", "text?", "null: built in"},
          {"abi", "text", "its interface's number"},
          {"build", "text", "what it was built for"},
          {"summary", "text", "one line"},
          {"settings", "[Setting]", "in the order of its README"}}},
        {"Setting", "a setting of a plugin",
         {{"name", "text", "the word in routes.lua"},
          {"type", "text", "as the plugin's README says it"},
          {"doc", "text", "one line"},
          {"required", "truth", "it must be said"},
          {"default", "text?", "as written in routes.lua"},
          {"environment?", "text", "the variable that says it where routes.lua does not"},
          {"min?", "number", "the least"},
          {"max?", "number", "the most"},
          {"choices?", "[text]", "one of these"}}},
        {"Page", "a page of a plugin", {{"plugin", "text", "whose"}, {"path", "text", "where it is"}}},
        {"PluginCommand", "a command of a plugin",
         {{"plugin", "text", "whose"}, {"name", "text", "its first word"}, {"help", "text", "one line"}}},
        {"Command", "an order to a plugin",
         {{"plugin", "text", "its name"}, {"words", "[text]", "the command, then what it is told"}}},
        {"CommandDone", "what came of a plugin's command",
         {{"ok", "truth", "it went well"}, {"exit", "integer", "its exit code"}, {"output", "text", "what it said"}}},
    };
    return all;
}

}  // namespace tollgate::admin
