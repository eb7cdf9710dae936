"""root.py - makes a root of Debian and runs the Dockerfile's steps in it; tests/hosts/try calls it.

usage: root.py FOLDER SUITE MIRROR KEYRING       the first process of namespaces of its own

No container engine takes part: RUN, WORKDIR, COPY and CMD are read here and done by chroot. How
this machine reaches its mirror (names, proxy, apt's settings) is mounted into the root read-only,
never copied; it may hold passwords. Steps have no terminal and are born with SIGINT and SIGHUP
ignored, as nohup and CI start things.
"""
import glob
import json
import os
import re
import shlex
import signal
import subprocess
import sys

TREE = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
COUNTED = re.compile(r"(\d+) passed, (\d+) failed$")
PASSWORD = re.compile(r"//[^/@\s]*@")
DEVICES = ("null", "zero", "full", "random", "urandom", "tty")
LINKS = {"ptmx": "pts/ptmx", "fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1",
         "stderr": "fd/2"}
HOST_FILES = ("/etc/hosts", "/etc/resolv.conf", "/etc/apt/apt.conf", "/etc/apt/auth.conf",
              "/etc/apt/auth.conf.d/*")
PROXIES = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


def give_up(text):
    print(f"tests/hosts/try: {text}", file=sys.stderr)
    sys.exit(2)


def environment():
    """Of the steps: what the host's environment says about proxies, and nothing else of it."""
    env = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root"}
    return {**env, **{name: os.environ[name] for name in PROXIES if name in os.environ}}


def apt_proxy():
    """The proxy that only apt was told of, for debootstrap's wget."""
    said = subprocess.run(["apt-config", "shell", "proxy", "Acquire::http::Proxy"], check=False,
                          capture_output=True, text=True).stdout
    words = shlex.split(said.partition("=")[2])
    return {"http_proxy": words[0]} if words else {}


def debootstrap(root, suite, mirror, keyring):
    # ca-certificates at once: a mirror may speak https.
    done = subprocess.run(["debootstrap", "--variant=minbase", "--include=ca-certificates",
                           f"--keyring={keyring}", suite, root, mirror], text=True, check=False,
                          env={**apt_proxy(), **os.environ}, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if done.returncode:
        last = (done.stdout.strip().splitlines() or ["it says nothing"])[-1]
        give_up(f"debootstrap makes no {suite}: {PASSWORD.sub('//', last)}. Name another suite, or "
                "another mirror by MIRROR=URL")


def mount(*words):
    subprocess.run(["mount", *words], check=True)


def mount_file(root, path):
    """One file of the host at its own name, read-only; what it says of passwords stays where it
    is."""
    place = root + path
    if os.path.islink(place):
        os.unlink(place)
    os.makedirs(os.path.dirname(place), exist_ok=True)
    open(place, "a", encoding="utf-8").close()
    mount("--bind", os.path.realpath(path), place)
    mount("-o", "remount,bind,ro", place)


def settings_of_apt():
    """Of the host's apt settings those that say how to fetch."""
    for name in glob.glob("/etc/apt/apt.conf.d/*"):
        with open(name, encoding="utf-8", errors="replace") as file:
            if re.search(r"^\s*Acquire\b", file.read(), re.MULTILINE | re.IGNORECASE):
                yield name


def mount_all(root):
    mount("-t", "proc", "proc", f"{root}/proc")
    mount("-t", "tmpfs", "dev", f"{root}/dev")
    for name in DEVICES:
        open(f"{root}/dev/{name}", "w", encoding="utf-8").close()
        mount("--bind", f"/dev/{name}", f"{root}/dev/{name}")
    for name, target in LINKS.items():
        os.symlink(target, f"{root}/dev/{name}")
    for name in ("pts", "shm"):
        os.mkdir(f"{root}/dev/{name}")
    mount("-t", "devpts", "-o", "newinstance,ptmxmode=0666,mode=620", "devpts", f"{root}/dev/pts")
    mount("-t", "tmpfs", "-o", "mode=1777", "shm", f"{root}/dev/shm")
    for name in [path for pattern in HOST_FILES for path in glob.glob(pattern)]:
        mount_file(root, name)
    for name in settings_of_apt():
        mount_file(root, name)


def steps():
    """[(instruction, words)] of the Dockerfile."""
    with open(f"{TREE}/Dockerfile", encoding="utf-8") as file:
        lines = [line.strip() for line in file if line.strip() and not line.startswith("#")]
    return [tuple(line.split(None, 1)) for line in lines]


def run(root, folder, words):
    """(status, last line that counts) of a command in the root."""
    def be_in_root():
        os.chroot(root)
        os.chdir(folder)
        for number in signal.SIGINT, signal.SIGHUP:
            signal.signal(number, signal.SIG_IGN)

    counted = None
    with subprocess.Popen(words, env=environment(), stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                          errors="replace", start_new_session=True, preexec_fn=be_in_root) as step:
        for line in step.stdout:
            print(line, end="", flush=True)
            counted = COUNTED.match(line) or counted
    return step.returncode, counted


def follow(root):
    """Does the steps, ends with what the last of them counted."""
    folder, counted = "/", None
    for instruction, text in steps():
        status = 0
        print(f"=== {instruction} {text}", flush=True)
        if instruction == "WORKDIR":
            folder = text
        elif instruction == "COPY":
            to = root + text.split()[-1]
            status = subprocess.run(["git", "clone", "-q", "--no-local", TREE, to]).returncode
        elif instruction == "RUN":
            status, _ = run(root, folder, ["/bin/sh", "-c", text])
        elif instruction == "CMD":
            status, counted = run(root, folder, json.loads(text))
        elif instruction != "FROM":
            give_up(f"the Dockerfile says {instruction}, which root.py cannot do yet")
        if status and not (counted and int(counted[2])):
            print(f"=== {instruction} {text}: ended with status {status}")
            return "0 passed, 1 failed"
    return counted[0] if counted else "0 passed, 1 failed"


def main():
    folder, suite, mirror, keyring = sys.argv[1:]
    # Below the folder, which is closed to other users: the root itself must be open to its own.
    root = f"{folder}/root"
    debootstrap(root, suite, mirror, keyring)
    mount_all(root)
    told = follow(root)
    print(told, flush=True)
    sys.exit(0 if told.endswith(" 0 failed") else 1)


main()
