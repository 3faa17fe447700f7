"""Few named people, places and deals, by which tests call them."""
