# SPDX-License-Identifier: Apache-2.0
"""Somebody who has an installed Troupe, and nothing of its tree."""
import concurrent.futures
import filecmp
import glob
import os
import re
import signal
import socket
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.normpath(os.path.join(HERE, "../.."))
MODULES = ("storage", "transport", "cluster", "actors")
BUILD_SECONDS = 900
RUN_SECONDS = 60


def shell(command, timeout=BUILD_SECONDS, **more):
    """Runs a command that must succeed, and returns what it wrote."""
    done = subprocess.run(command, text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=timeout, **more)
    assert done.returncode == 0, \
        f"{' '.join(command)}: exit code {done.returncode}\n{done.stdout}"
    return done.stdout


def classes_in(folder):
    """The classes that its headers define at the level of a namespace."""
    found = set()
    for path in glob.glob(folder + "/**/*.h", recursive=True):
        with open(path, encoding="utf-8") as file:
            found.update(re.findall(
                r"^(?:class|struct) (\w+)[^;]*\{", file.read(), re.M))
    return found


class Stranger:
    def __init__(self, build, folder, examples):
        self.build = build
        self.folder = folder
        self.prefix = os.path.join(folder, "prefix")
        self.examples = sorted(glob.glob(os.path.join(
            ROOT, "examples/*.cpp"))) if examples else []

    def tests(self, headers):
        found = [
            self.a_program_finds_the_static_libraries,
            self.a_program_finds_the_shared_libraries,
            self.the_tutorial_leads_to_a_broker,
            self.pkg_config_names_both_kinds,
            self.storage_comes_alone,
            self.private_names_stay_inside,
            self.what_is_not_there_is_not_found,
            self.public_headers_are_installed_as_they_are,
            self.the_service_is_told_what_became_of_it,
            self.the_unit_is_sound,
        ]
        return found + [self.every_header_compiles_alone] if headers else found

    def everything_is_installed(self):
        # Moved afterwards: nothing may remember where it was installed to.
        shell(["cmake", "--install", self.build, "--prefix",
               self.prefix + ".first"])
        os.rename(self.prefix + ".first", self.prefix)
        self.library_folder = os.path.dirname(glob.glob(os.path.join(
            self.prefix, "**/libtroupe_storage.a"), recursive=True)[0])

    def header(self, *names):
        return os.path.join(self.prefix, "include", *names)

    def public_headers_are_installed_as_they_are(self):
        expected = {}
        for module in MODULES:
            top = os.path.join(ROOT, module, "include")
            for path in glob.glob(top + "/**/*.h", recursive=True):
                expected[os.path.relpath(path, top)] = path
        installed = {os.path.relpath(path, self.header()) for path in
                     glob.glob(self.header("**/*.h"), recursive=True)}
        assert installed == set(expected), installed ^ set(expected)
        for name, path in expected.items():
            assert filecmp.cmp(path, self.header(name), shallow=False), name

    def every_header_compiles_alone(self):
        def compile_one(path):
            return subprocess.run(
                ["g++", "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra",
                 "-Werror", "-I", self.header(), "-x", "c++", "-"],
                input=f'#include "{path}"\n', text=True,
                timeout=BUILD_SECONDS, capture_output=True)

        headers = glob.glob(self.header("**/*.h"), recursive=True)
        with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as workers:
            for path, done in zip(headers, workers.map(compile_one, headers)):
                assert done.returncode == 0, f"{path}\n{done.stderr}"

    def built(self, project, kind, *options):
        """Configures and builds a project outside; returns its folder."""
        build = os.path.join(self.folder, f"{project}-{kind}")
        shell(["cmake", "-G", "Ninja", "-S", os.path.join(HERE, project),
               "-B", build, f"-DCMAKE_PREFIX_PATH={self.prefix}",
               f"-DKIND={kind}", "-DCMAKE_CXX_COMPILER_LAUNCHER=ccache",
               *options])
        shell(["cmake", "--build", build])
        return build

    def embeds(self, program):
        data = program + ".data"
        out = shell([program, data], RUN_SECONDS)
        assert "started and stopped twice" in out, out

    def uses(self, program):
        """Which of our libraries a program is linked to."""
        return sorted(line.split("libtroupe_")[1].split(".")[0]
                      for line in shell(["ldd", program]).split("\n")
                      if f"=> {self.library_folder}/libtroupe_" in line)

    def program(self, kind):
        build = self.built("program", kind,
                           "-DEXAMPLES=" + ";".join(self.examples))
        self.embeds(os.path.join(build, "embed"))
        for source in self.examples:
            shell([os.path.join(build, os.path.basename(source)[:-4])],
                  RUN_SECONDS)
        return os.path.join(build, "embed")

    def a_program_finds_the_static_libraries(self):
        assert self.uses(self.program("static")) == []

    def a_program_finds_the_shared_libraries(self):
        assert self.uses(self.program("shared")) == sorted(MODULES)

    def the_tutorial_leads_to_a_broker(self):
        out = shell([sys.executable, os.path.join(HERE, "tutorial.py"),
                     self.prefix, os.path.join(self.folder, "greenhouse")])
        assert re.search(r"^Step 6.*\n[1-9]\d* files\n$", out, re.M), out

    def pkg_config_names_both_kinds(self):
        environment = dict(os.environ, PKG_CONFIG_PATH=os.path.join(
            self.library_folder, "pkgconfig"))

        def flags(*arguments):
            return shell(["pkg-config", *arguments], env=environment).split()

        built = os.path.join(self.folder, "by-pkg-config.o")
        shell(["g++", "-std=c++20", *flags("--cflags", "troupe-actors"), "-c",
               os.path.join(HERE, "program/embed.cpp"), "-o", built])
        for name, expected in (("troupe-actors-static", []),
                               ("troupe-actors", sorted(MODULES))):
            program = os.path.join(self.folder, "by-" + name)
            shell(["g++", built, "-o", program, *flags("--libs", name),
                   "-Wl,-rpath," + self.library_folder])
            assert self.uses(program) == expected, self.uses(program)
            self.embeds(program)

    def storage_comes_alone(self):
        for kind, expected in (("static", []), ("shared", ["storage"])):
            program = os.path.join(self.built("storage", kind), "batch")
            assert self.uses(program) == expected, self.uses(program)
            assert shell([program], RUN_SECONDS) == "1 record\n"

    def private_names_stay_inside(self):
        """Shared libraries export what public headers declare."""
        for module in MODULES:
            public, private = (classes_in(os.path.join(ROOT, module, folder))
                               for folder in ("include", "src"))
            names = "|".join(sorted(private - public))
            exported = shell(["nm", "--dynamic", "--defined-only",
                              "--demangle", os.path.join(
                                  self.library_folder,
                                  f"libtroupe_{module}.so")])
            lost = re.findall(
                rf"^\S* \w (troupe::\w+::(?:{names})::[^\s(]*)\(",
                exported, re.M)
            assert not lost, f"{module}: {len(lost)}, such as {lost[:10]}"

    def what_is_not_there_is_not_found(self):
        for kind, why in (("static;shared", "exclude each other"),
                          ("nonsense", "nonsense")):
            done = subprocess.run(
                ["cmake", "-G", "Ninja", "-S", os.path.join(HERE, "storage"),
                 "-B",
                 os.path.join(self.folder, "refused-" + kind[:3]),
                 f"-DCMAKE_PREFIX_PATH={self.prefix}", f"-DKIND={kind}"],
                text=True, capture_output=True, timeout=BUILD_SECONDS)
            assert done.returncode != 0 and why in done.stderr, done.stderr

    def the_service_is_told_what_became_of_it(self):
        log = os.path.join(self.folder, "broker.log")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told, \
                open(log, "w", encoding="utf-8") as errors:
            address = os.path.join(self.folder, "notify")
            told.bind(address)
            told.settimeout(RUN_SECONDS)
            # A file of its own, the settings that are installed.
            broker = subprocess.Popen(
                [os.path.join(self.prefix, "bin/troupe"), "serve", "--config",
                 os.path.join(self.prefix, "etc/troupe/troupe.properties"),
                 "--listen", "127.0.0.1:0", "--data-dir",
                 os.path.join(self.folder, "data")],
                env=dict(os.environ, NOTIFY_SOCKET=address),
                stdout=subprocess.DEVNULL, stderr=errors)
            try:
                assert told.recv(100) == b"READY=1"
                broker.send_signal(signal.SIGTERM)
                assert told.recv(100) == b"STOPPING=1"
                assert broker.wait(RUN_SECONDS) == 0
            finally:
                broker.kill()
                broker.wait()

    def the_unit_is_sound(self):
        unit = os.path.join(self.prefix, "lib/systemd/system/troupe.service")
        with open(unit, encoding="utf-8") as file:
            text = file.read()
        # Where it was told to be installed; a unit cannot be moved.
        command = f"ExecStart={self.prefix}.first/bin/troupe serve --config " \
            f"{self.prefix}.first/etc/troupe/troupe.properties\n"
        assert command in text and not re.search(r"@\w+@", text), text
