"""Make .venv in this folder, ready to run anosim and its tests. Needs nothing but Python 3.8+.

It checks for the system libraries that pip cannot bring, puts the installer uv into .tools, makes
.venv with the Python version of .python-version and installs the locked versions into it. The
Makefile calls it; running it again after a change of requirements.lock updates .venv. With the
word "missing" it only prints the system packages that are missing.
"""

import ctypes
import os
import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
TOOLS = HERE / ".tools"
VENV = HERE / ".venv"
UV = "uv==0.13.9"

LIBRARIES = {  # what Gmsh's wheel links to, and the Debian or Ubuntu package that has it
    "libGL.so.1": "libgl1",
    "libGLU.so.1": "libglu1-mesa",
    "libXcursor.so.1": "libxcursor1",
    "libXfixes.so.3": "libxfixes3",
    "libXft.so.2": "libxft2",
    "libXinerama.so.1": "libxinerama1",
    "libXrender.so.1": "libxrender1",
    "libfontconfig.so.1": "libfontconfig1",
    "libgomp.so.1": "libgomp1",
}


def main():
    """Check, then install."""
    check_system()
    uv = install_uv()
    if not (VENV / "bin" / "python").exists():
        version = (HERE / ".python-version").read_text().strip()
        run(uv, "venv", "--quiet", "--allow-existing", "--python", version, str(VENV))
    python = ("--python", str(VENV / "bin" / "python"))
    run(uv, "pip", "sync", *python, "--require-hashes", "requirements.lock")
    install = (uv, "pip", "install", "--quiet", *python, "--no-deps", "--no-build-isolation")
    run(*install, "--editable", ".")
    (VENV / ".ready").touch()


def missing_packages():
    """Debian's names of the packages that pip cannot bring and that are not there."""
    if sys.platform != "linux":
        return []
    missing = [package for name, package in LIBRARIES.items() if not loads(name)]
    return missing if shutil.which("cc") else [*missing, "gcc", "libc6-dev"]


def check_system():
    """Stop with the exact line to run if something is missing that pip cannot bring."""
    missing = missing_packages()
    if missing:
        stop(
            "system packages are missing; install them with:\n"
            "    sudo apt-get install " + " ".join(missing)
        )


def loads(library):
    """Whether the dynamic linker finds a library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def install_uv():
    """The installer, in a tool environment of its own."""
    uv = TOOLS / "bin" / "uv"
    if not uv.exists():
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(TOOLS)]).returncode:
            stop("python3 cannot make environments; run:\n    sudo apt-get install python3-venv")
        run(str(TOOLS / "bin" / "python"), "-m", "pip", "install", "--quiet", UV)
    return str(uv)


def run(*command):
    """Run a command in this folder; stop if it fails. An activated environment plays no part."""
    left_out = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME")
    environment = {k: v for k, v in os.environ.items() if k not in left_out}
    if subprocess.run(command, cwd=str(HERE), env=environment).returncode:
        stop("this command failed: " + " ".join(command))


def stop(sentence):
    """End with a sentence and a nonzero exit code."""
    sys.exit("anosim: " + sentence)


if __name__ == "__main__":
    if sys.argv[1:] == ["missing"]:
        print(*missing_packages())
    else:
        main()
