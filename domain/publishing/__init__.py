"""What of the stock leaves the house: chosen by people, closed by default, read by sites and portals."""
