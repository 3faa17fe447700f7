"""Every address of the site: this list is its map."""

from web.live import live
from web.sign_in import SignIn, SignOut

ROUTES = [live, SignIn, SignOut]
