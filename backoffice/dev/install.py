"""Install what the project needs, where its lock files changed; runs on a bare Python.

Makes `.venv` with the Python that runs it, installs the locked Python and npm packages and compiles
the translations. A missing tool is told in one sentence.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VENV = BASE_DIR / ".venv"
PYTHON = VENV / "bin" / "python"
NODE_MODULES = BASE_DIR / "node_modules"
LOCK = BASE_DIR / "requirements" / "dev.txt"
NPM_LOCK = BASE_DIR / "package-lock.json"


class InstallError(Exception):
    """What is missing, in a sentence for the person at the terminal."""


def main() -> int:
    os.umask(0o022)  # the database's programs run under another account when we are root
    try:
        install_python_packages()
        install_npm_packages()
    except InstallError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def install_python_packages() -> None:
    if not _works(PYTHON):
        print("Making the virtual environment …", flush=True)
        shutil.rmtree(VENV, ignore_errors=True)
        _run("Python can't make a virtual environment", sys.executable, "-m", "venv", str(VENV))
    stamp, wanted = VENV / ".installed", _fingerprint(LOCK)
    if _read(stamp) == wanted:
        return
    print("Installing the Python packages …", flush=True)
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    _run("The Python packages could not be installed", *pip, "--require-hashes", "-r", str(LOCK))
    stamp.write_text(wanted)


def install_npm_packages() -> None:
    if NODE_MODULES.is_symlink():  # of another checkout, which npm would empty
        return
    stamp, wanted = NODE_MODULES / ".installed", _fingerprint(NPM_LOCK)
    if _read(stamp) == wanted:
        return
    for tool in ("node", "npm"):
        if shutil.which(tool) is None:
            raise InstallError(f"Comptoir needs Node.js, and {tool} was not found on the PATH.")
    print("Installing the npm packages …", flush=True)
    quiet = ["--no-audit", "--no-fund", "--loglevel", "error"]
    _run("The npm packages could not be installed", "npm", "ci", *quiet)
    stamp.write_text(wanted)


def _works(python: Path) -> bool:
    """Whether this is a Python that is recent enough."""
    if not python.exists():
        return False
    check = "import sys; sys.exit(sys.version_info < (3, 12))"
    return subprocess.run([python, "-c", check], capture_output=True, check=False).returncode == 0


def _fingerprint(lock: Path) -> str:
    return hashlib.sha256(lock.read_bytes()).hexdigest()


def _read(stamp: Path) -> str:
    return stamp.read_text() if stamp.exists() else ""


def _run(trouble: str, *command: str) -> None:
    if subprocess.run(command, cwd=BASE_DIR, check=False).returncode:
        raise InstallError(f"{trouble}; what the program said stands above.")


if __name__ == "__main__":
    sys.exit(main())
