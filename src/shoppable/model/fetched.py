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
