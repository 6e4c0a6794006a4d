tier "free" { rate = 60 / minute }
