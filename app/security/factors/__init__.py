"""What somebody has, besides the password that they know: an app that makes codes, and ten codes on paper."""
