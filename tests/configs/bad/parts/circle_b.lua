require "parts.circle_a"
