"""Packages of the system itself, where it is a Debian and we may install them."""

import os
import shutil
import subprocess


def install_packages(what: str, *packages: str) -> None:
    """Install them by apt if we are root, saying what for; else, or if that fails, nothing happens."""
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return
    print(f"Installing {what} …", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], env=quiet, check=False)
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    subprocess.run(install, env=quiet, stdout=subprocess.DEVNULL, check=False)
