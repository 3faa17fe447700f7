"""Coming in and going out."""

from web.sign_in.looks import choose_language, choose_theme
from web.sign_in.sessions import MySessions
from web.sign_in.sign_in import SignIn, SignOut

__all__ = ["MySessions", "SignIn", "SignOut", "choose_language", "choose_theme"]
