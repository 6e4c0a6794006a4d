local nothing
return nothing.here
