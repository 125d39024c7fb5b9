"""Where the packages are told of each other, for `create_app` alone."""
