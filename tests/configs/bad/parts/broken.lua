local rate =
= 5
