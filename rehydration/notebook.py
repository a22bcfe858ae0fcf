"""What shows itself in a notebook, without being asked to.

Here belongs the one import that leads up, from values to their pictures. IPython asks a value itself how it looks, and
a user who has an answer in a cell expects to see it; so the method has to be on the value, and the picture is imported
when it is wanted. The contract on the directions of import names this import and no other.

Source: https://ipython.readthedocs.io/en/stable/config/integrating.html
"""

from __future__ import annotations

from collections.abc import Mapping


class ShowsItself:
    """A value that a notebook shows as a picture."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_chosen: object) -> Mapping[str, str]:
        """Give media types and what to show of each; IPython chooses among them."""
        from rehydration.render.notebook import media_of  # noqa: PLC0415  # see above

        return media_of(self)
