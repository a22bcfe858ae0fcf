"""Values that show themselves as a picture in a notebook.

This module holds the one import that leads up, from values to their pictures. A user who has an answer in a cell
expects to see it, and IPython asks the value itself for its picture. So the method must be on the value. It imports the
picture when the notebook asks for it. The import contract names this exception and no other.

Source: https://ipython.readthedocs.io/en/stable/config/integrating.html
"""

from __future__ import annotations

from collections.abc import Mapping


class ShowsItself:
    """A value that a notebook shows as a picture."""

    __slots__ = ()

    def _repr_mimebundle_(self, **_chosen: object) -> Mapping[str, str]:
        """Give a picture for each media type. IPython chooses one."""
        from rehydration.render.notebook import media_of  # noqa: PLC0415  # see above

        return media_of(self)
