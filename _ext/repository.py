"""Set repository buttons that follow the book to wherever it is kept.

No address is written in _config.yml: a fork or a copy would send its readers elsewhere. Tried in this order:
BOOK_REPOSITORY (an address, or "none"; the branch in BOOK_BRANCH), what GitHub Actions or GitLab CI say, and the git
remote `origin`. If none is known there are no buttons, and nothing else is missing.
"""

import os
import re
import subprocess
from collections.abc import Mapping
from itertools import chain
from pathlib import Path
from urllib.parse import quote

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

# scheme:// and user:secret@ are dropped; what remains is host, port and path, also of git@host:owner/name.git
ADDRESS = re.compile(
    r"(?:[a-z+]+://)?(?:[^/]*@)?(?P<host>[\w.-]+)(?P<port>:\d+(?=/))?[:/](?P<path>.+?)(?:\.git)?/?", re.I
)
KNOWN_HOSTS = ("github", "gitlab", "bitbucket")  # others stop the theme


def web_address(remote: str) -> str | None:
    """Return https://host/owner/name for a remote's address; None if it is a local path or a host that the theme lacks."""
    match = ADDRESS.fullmatch(remote.strip())
    if not match or "/" not in match["path"] or not any(name in match["host"].lower() for name in KNOWN_HOSTS):
        return None
    port = match["port"] or "" if remote.strip().startswith("https:") else ""  # that of ssh leads to no page
    return f"https://{match['host']}{port}/{match['path']}"


def git(root: Path, *arguments: str) -> str:
    """Return what git prints; nothing if it fails."""
    try:
        # Git refuses to read a folder of another owner, as in a container; whoever builds the book trusts this one.
        command = ["git", "-c", "safe.directory=*", "-C", root, *arguments]
        result = subprocess.run(command, capture_output=True, text=True)
    except OSError:  # git is not installed
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def find_repository(root: Path, environ: Mapping[str, str] = os.environ) -> tuple[str | None, str]:
    """Return (address, branch) of the repository that holds this book; the address is None if none is known."""
    if named := environ.get("BOOK_REPOSITORY"):
        return web_address(named), environ.get("BOOK_BRANCH", "main")
    if name := environ.get("GITHUB_REPOSITORY"):
        on_branch = environ.get("GITHUB_EVENT_NAME") != "pull_request" and environ.get("GITHUB_REF_TYPE") == "branch"
        branch = environ.get("GITHUB_REF_NAME", "main") if on_branch else "main"
        return web_address(f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"), branch
    if project := environ.get("CI_PROJECT_URL"):
        return web_address(project), environ.get("CI_COMMIT_BRANCH") or environ.get("CI_DEFAULT_BRANCH") or "main"
    if (Path(root) / ".git").exists():  # else git would answer for a repository around this folder
        # the branch there that this one follows; without one (a new branch, a detached head) the repository's first branch
        follows = git(root, "rev-parse", "--abbrev-ref", "@{upstream}")  # origin/main
        if not follows.startswith("origin/"):
            follows = git(root, "rev-parse", "--abbrev-ref", "origin/HEAD")
        branch = follows.removeprefix("origin/") if follows.startswith("origin/") else "main"
        return web_address(git(root, "config", "--get", "remote.origin.url")), branch
    return None, "main"


def binder_address(address: str, branch: str, path: str) -> str:
    """Return where Binder opens a file of the repository in JupyterLab.

    The theme's own link is wrong for GitLab's subgroups and for self-hosted ones, whose slashes it does not escape.
    """
    host, _, name = address.removeprefix("https://").partition("/")
    kind = {"github.com": f"gh/{name}", "gitlab.com": f"gl/{quote(name, safe='')}"}.get(
        host, f"git/{quote(address, safe='')}"
    )
    return f"https://mybinder.org/v2/{kind}/{quote(branch)}?urlpath=lab/tree/{quote(path)}"


def binder_link(app: Sphinx, path: str) -> str | None:
    """Return where Binder opens a file of this book; None if no repository is known, or none that Binder can use."""
    options = app.config.html_theme_options
    # without the folder Binder would start with a Python too old for the pins
    if options.get("repository_url") and Path(app.srcdir, "binder").is_dir():
        return binder_address(options["repository_url"], options["repository_branch"], path)
    return None


def set_buttons(app: Sphinx, config: Config) -> None:
    """Tell the theme the repository, or that there is none."""
    address, branch = find_repository(app.srcdir)
    options = config.html_theme_options
    # Always set or removed: Jupyter Book's default is its own repository.
    for name in ("repository_url", "repository_branch", "path_to_docs"):
        options.pop(name, None)
    options["launch_buttons"] = {}
    for name in ("use_repository_button", "use_edit_page_button", "use_issues_button"):
        options[name] = address is not None
    if address:
        options.update(repository_url=address, repository_branch=branch)
        if "bitbucket" in address:
            options["use_issues_button"] = False  # the theme knows no address for it, and says so in a warning


def finish_buttons(app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document) -> None:
    """Add the Binder button; give the theme's repository button an icon of the one font that pages carry."""
    menus = [button.get("buttons", []) for button in context["header_buttons"]]
    for button in [*context["header_buttons"], *chain(*menus)]:
        if button.get("icon", "").startswith("fab "):
            button["icon"] = "fas fa-code-branch"
    if "kernelspec" in app.env.metadata.get(pagename, {}):
        url = binder_link(app, Path(app.env.doc2path(pagename)).relative_to(app.srcdir).as_posix())
        button = {
            "type": "link",
            "url": url,
            "icon": "fas fa-rocket",
            "tooltip": "Run this page on Binder",
            "label": "binder",
        }
        context["header_buttons"][:0] = [button] if url else []


def setup(app: Sphinx) -> None:
    """Register this extension."""
    app.connect("config-inited", set_buttons)
    app.connect("html-page-context", finish_buttons, priority=502)  # after the theme's buttons
