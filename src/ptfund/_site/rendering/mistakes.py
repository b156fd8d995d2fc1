"""Where a reader reports a mistake: a form of the repository that knows the page."""

from urllib.parse import quote, urlencode

__all__ = ["make_report_address"]

_FORM = "mistake.yml"


def make_report_address(repository: str | None, page: str | None, commit: str | None) -> str | None:
    """Return the address of a form for a mistake; None without a repository.

    The form's fields are `page`, `section` and `commit`. A script on the page adds the section,
    and the page where this is unknown.

    Args:
        repository: The address of the repository.
        page: The address of the page.
        commit: The commit that the site was built from.
    """
    if not repository:
        return None
    fields = {"template": _FORM, "page": page, "commit": commit}
    known = {name: value for name, value in fields.items() if value}
    return f"{repository.rstrip('/')}/issues/new?{urlencode(known, quote_via=quote)}"
