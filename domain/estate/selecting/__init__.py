"""What a person picks out of the stock: favourites for oneself, selections for a client."""
