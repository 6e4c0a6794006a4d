tier "odd" { rate = 60 }
route "GET /part" { upstream = "none" }
