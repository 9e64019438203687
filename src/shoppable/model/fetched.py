"""What came of asking a server for something."""

from pydantic import Field

from shoppable.model.noun import Noun


class Validators(Noun):
    """What a server said by which it knows a version again (RFC 9110, section 8.8); both None when it said nothing."""

    etag: str | None = Field(default=None, max_length=1000)
    last_modified: str | None = Field(default=None, max_length=100)


NO_VERSION = Validators()


class Fetched(Noun):
    """An answer; without `changed` nothing was written, as the known version is still the newest."""

    changed: bool
    bytes: int = Field(ge=0, description="Of the whole, as it was written.")
    validators: Validators = NO_VERSION
    fresh_s: int = Field(default=0, ge=0, description="For so long the server need not be asked again.")


class LinkedPicture(Noun):
    """What is known of a picture that a feed names by URL: it is kept, or there is a problem."""

    picture_id: str | None = Field(default=None, description="Of the picture as it is kept; None when there is none.")
    validators: Validators = NO_VERSION
    fresh_until_s: int = Field(default=0, ge=0, description="Unix time before which its server need not be asked.")
    asked_by: str = Field(description="The run that asked last.")
    problem: str | None = Field(default=None, description="Why it cannot be used; None when it can.")
    remedy: str | None = None


class LinkedFeed(Noun):
    """The version of a feed by URL that a catalog is in step with."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    validators: Validators = NO_VERSION
