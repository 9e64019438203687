"""Every failure raised on purpose, and whether trying again can help.

The classes say what the *caller* can do. A message is one line: what went wrong, which one, and what to do about it.
"""


class ShoppableError(Exception):
    """The root of all failures raised on purpose; its message is fit to be shown to a person."""

    retryable = False


class InvalidInput(ShoppableError):
    """What was given cannot be used; giving the same again fails again."""


class NotFound(ShoppableError):
    """The thing named does not exist."""


class Conflict(ShoppableError):
    """The thing exists, or changed meanwhile, or is in use by somebody else."""


class Unsupported(ShoppableError):
    """A sound request that this profile, pack or format cannot serve."""


class Cancelled(ShoppableError):
    """The run was cancelled while the work went on."""


class Unavailable(ShoppableError):
    """Something outside is missing for the moment: trying again later can help."""

    retryable = True
