"""What every noun is: frozen, validated, comparable by value, and JSON at its edges."""

from pydantic import BaseModel, ConfigDict


class Noun(BaseModel):
    """A frozen, validated value. Unknown fields are refused, so that a misspelt one cannot pass unseen."""

    model_config = ConfigDict(frozen=True, extra="forbid")
