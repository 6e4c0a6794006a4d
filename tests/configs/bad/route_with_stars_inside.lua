-- ERROR: route_with_stars_inside.lua:3: route "GET /**/orders": expected "**" at the end only, got "/**/orders"
listen "127.0.0.1:0"
route "GET /**/orders" { answer = "ok" }
