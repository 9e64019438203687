"""Let people shop while they watch: feed and video in, shoppable video out."""
