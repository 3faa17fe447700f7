"""The one way a command gives up."""


class Trouble(Exception):
    """The command cannot go on; the text is the one sentence its person reads."""
