// core/config/manual_page.h - tollgate-routes.lua(5): the words and settings of routes.lua as a page for man(1).
#pragma once

#include <string>

namespace tollgate::plugins {
class Catalogue;
}

namespace tollgate::config {

std::string manual_page(const plugins::Catalogue& catalogue);

}  // namespace tollgate::config
