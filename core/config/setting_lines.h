// core/config/setting_lines.h - SettingLine: one setting as annotations, the manual and terminals tell it, wherever it
// was declared: in vocabulary.h or by a plugin's Fields.
#pragma once

#include "config/vocabulary.h"

#include <span>
#include <string>
#include <vector>

namespace tollgate::config {

struct SettingLine {
    std::string name, lua, doc, fallback;
    bool required;
};

std::vector<SettingLine> lines_of(std::span<const Field> fields);
std::vector<SettingLine> lines_of(const Shape& shape);

// The doc with what holds without it: "largest body of a request; default: 100 * megabytes".
std::string told(const SettingLine& line);

}  // namespace tollgate::config
