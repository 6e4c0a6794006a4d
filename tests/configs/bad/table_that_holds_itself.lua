-- ERROR: table_that_holds_itself.lua:5: tables are nested too deep; does one hold itself?
listen "127.0.0.1:0"
local chain = { }
chain[1] = chain
always(chain)
