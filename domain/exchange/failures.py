"""How a talk with 1C fails, in the words of what to do next."""


class Failure(Exception):
    """`sentence` is for a person: it stands on the exchange screen."""

    tries = 1
    """After so many the message is dead: a person must look."""
    stops_connection = False
    """Nobody will fare better for now: the whole connection waits, no message is blamed."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Unreachable(Failure):
    """Network, time-out, 429, 502, 503, 504. The effect may or may not have happened."""

    tries = 14


class Maintenance(Failure):
    """The base does not let anybody in for now."""

    stops_connection = True


class WrongPassword(Failure):
    """The base does not know us, whatever we bring."""

    stops_connection = True


class NotYet(Failure):
    """Something it depends on has not come over yet."""

    tries = 10


class Broken(Failure):
    """We stumbled ourselves: perhaps the next try will not, else a programmer must look."""

    tries = 5


class Crashed(Failure):
    """1C stumbled: an exception of the platform. The effect may or may not have happened."""

    tries = 8


class Denied(Failure):
    """The 1C user has no right to it."""


class Rejected(Failure):
    """1C or a check of ours says no, and would say no again."""


class NotFound(Rejected):
    """There is no such record, set or property in the base."""


class AlreadyExists(Rejected):
    """A record with this key is there already: an earlier try of ours came through."""
