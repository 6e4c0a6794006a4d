// core/config/header_items.h - header lines and changes of headers, as tables of routes.lua say them.
#pragma once

#include "config/item.h"
#include "config/schema.h"
#include "snapshot/header_changes.h"

#include <functional>
#include <string>

namespace tollgate::config {

// Is told each mistake, complete with its owner.
using Report = std::function<void(std::string)>;

enum class ChangedHeaders { of_requests, of_answers };
// { ["Name"] = "value", Other = { "one", "two" } }: lines that are always the same.
Headers fixed_headers(const std::string& owner, const Item& item, const Origin& origin, const Report& report,
                      ChangedHeaders which = ChangedHeaders::of_answers);
// { remove = { "Name" }, set = { ["Name"] = value }, add = { ... } }
HeaderChanges header_changes(const std::string& owner, const Item& item, ChangedHeaders which, const Origin& origin,
                             const Report& report);

}  // namespace tollgate::config
