"""The site as tests meet it: inside this process (`client`) or as real processes (`site`)."""
