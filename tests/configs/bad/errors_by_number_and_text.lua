-- ERROR: errors_by_number_and_text.lua:3: expected each name once in { ... }, got 404 as a number and as a text
listen "127.0.0.1:0"
errors { [404] = "a", ["404"] = "b" }
