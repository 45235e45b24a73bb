"""Repository buttons that follow the book to wherever it is kept.

No address is written in _config.yml: a fork or a copy would send its readers elsewhere. Tried in this order:
BOOK_REPOSITORY (an address, or "none"; the branch in BOOK_BRANCH), what GitHub Actions or GitLab CI say, and the git
remote `origin`. If none is known there are no buttons, and nothing else is missing.
"""

import os
import re
import subprocess
from pathlib import Path

# scheme://, user:secret@ and :port are dropped; what remains is host and path, also of git@host:owner/name.git
ADDRESS = re.compile(r"(?:[a-z+]+://)?(?:[^/]*@)?(?P<host>[\w.-]+)(?::\d+(?=/))?[:/](?P<path>.+?)(?:\.git)?/?", re.I)
KNOWN_HOSTS = ("github", "gitlab", "bitbucket")  # others stop the theme


def web_address(remote):
    """https://host/owner/name for a remote's address; None if it is a local path or a host that the theme lacks."""
    match = ADDRESS.fullmatch(remote.strip())
    if not match or "/" not in match["path"] or not any(name in match["host"].lower() for name in KNOWN_HOSTS):
        return None
    return f"https://{match['host']}/{match['path']}"


def git(root, *arguments):
    try:
        result = subprocess.run(["git", "-C", root, *arguments], capture_output=True, text=True)
    except OSError:  # git is not installed
        return ""
    return result.stdout.strip() if result.returncode == 0 else ""


def find_repository(root, environ=os.environ):
    """(address, branch) of the repository that holds this book; the address is None if none is known."""
    if named := environ.get("BOOK_REPOSITORY"):
        return web_address(named), environ.get("BOOK_BRANCH", "main")
    if name := environ.get("GITHUB_REPOSITORY"):
        on_branch = environ.get("GITHUB_EVENT_NAME") != "pull_request" and environ.get("GITHUB_REF_TYPE") == "branch"
        branch = environ.get("GITHUB_REF_NAME", "main") if on_branch else "main"
        return web_address(f"{environ.get('GITHUB_SERVER_URL', 'https://github.com')}/{name}"), branch
    if project := environ.get("CI_PROJECT_URL"):
        return web_address(project), environ.get("CI_COMMIT_BRANCH") or environ.get("CI_DEFAULT_BRANCH") or "main"
    if (Path(root) / ".git").exists():  # else git would answer for a repository around this folder
        head = git(root, "symbolic-ref", "--short", "refs/remotes/origin/HEAD")  # origin/main
        return web_address(git(root, "config", "--get", "remote.origin.url")), head.partition("/")[2] or "main"
    return None, "main"


def set_buttons(app, config):
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
        if (Path(app.srcdir) / "binder").is_dir():  # without it Binder would start with a Python too old for the pins
            options["launch_buttons"] = {"binderhub_url": "https://mybinder.org", "notebook_interface": "jupyterlab"}


def setup(app):
    app.connect("config-inited", set_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
