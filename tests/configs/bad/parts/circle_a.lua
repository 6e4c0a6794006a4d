require "parts.circle_b"
