"""The pages as HTML: the only home of Jinja2. What is put into them is escaped."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from posko.labels.language import Language

HERE = Path(__file__).resolve().parent


class Pages:
    """The templates, read once."""

    def __init__(self) -> None:
        self._environment = Environment(
            loader=FileSystemLoader(HERE / "pages"), autoescape=True, undefined=StrictUndefined,
            trim_blocks=True, lstrip_blocks=True)

    def render(
        self, page: str, language: Language, *, csrf: str = "", view: Mapping[str, Any] | None = None,
        district: str = "",
    ) -> str:
        """The HTML of *page*: masuk, warga, petugas, posko or layar.

        *view* is the View of who looks, as /api/keadaan gives it; None where nobody has logged in. *district* is its
        name for people.
        """
        return self._environment.get_template(f"{page}.html").render(
            page=page, language=language.value, csrf=csrf, view=view, district=district)
