// core/admin/dashboard.cpp - GET / and /dashboard: to the page; GET /dashboard/...: its files.
#include "admin/dashboard.h"

namespace tollgate::admin {

namespace {

// As a browser or a person may have asked; relative, since a proxy may have put us below a path of its own.
Answer elsewhere(std::string where) {
    Answer answer{302, "text/plain; charset=utf-8", "the dashboard is at " + where + '\n'};
    answer.lines.emplace_back("Location", std::move(where));
    return answer;
}

}  // namespace

Answer show_dashboard(const Call& call, const Controls&) {
    if (call.path == "/" || call.path == "/dashboard") return elsewhere("dashboard/");
    if (dashboard_files().empty())
        return {404, "text/plain; charset=utf-8",
                "this gateway was built without its dashboard (TOLLGATE_DASHBOARD=OFF); its interface is told at /docs\n"};
    return show_file(call, dashboard_files(), call.parts.front().empty() ? "index.html" : call.parts.front());
}

}  // namespace tollgate::admin
