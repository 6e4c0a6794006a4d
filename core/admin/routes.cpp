// core/admin/routes.cpp - GET /routes: the routes in force, as they are matched.
#include "admin/handlers.h"

namespace tollgate::admin {

Answer show_routes(const Call&, const Controls& controls) { return {200, "application/json", controls.routes()}; }

}  // namespace tollgate::admin
