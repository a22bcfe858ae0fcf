"""How Sphinx builds the site; nothing here, and no page, needs a network."""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "rehydration"
copyright = "the authors of rehydration, Apache-2.0"  # noqa: A001  # Sphinx's name
release = version = version_of("rehydration")

extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx_click",
    "sphinx_copybutton",
    "generated_pages",
]
smartquotes = False  # -- is an option
default_role = "code"  # as the help of the command line means it
suppress_warnings = ["ref.python"]  # two modules have a Refusal; an annotation may not say which
nitpicky = True
# what is not ours: the standard library's and networkx's names have no page here, nor has a type variable
nitpick_ignore_regex = [
    ("py:.*", r"(?!rehydration\.).*|rehydration\.(policies\.Question|bulk\.parts\.(Part|Told))"),
    ("py:.*", r"rehydration\.[\w.]+\.(Value|Found|_Candidate|_OnTheWay)"),
]

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3

autodoc_member_order = "bysource"
autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_class_signature = "mixed"
autodoc_preserve_defaults = True
add_module_names = False

html_theme = "furo"
html_title = f"rehydration {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sphinx = False
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
copybutton_prompt_text = r"\$ |> "
copybutton_prompt_is_regexp = True
copybutton_only_copy_prompt_lines = True
copybutton_line_continuation_character = "\\"
