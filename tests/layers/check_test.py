#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The layer check finds what it is there to find: each rule is run on a small
sound tree and on the same tree with one planted violation."""
import os
import sys
import tempfile

sys.dont_write_bytecode = True
import check

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"
HEADER = SPDX + "#pragma once\n"

SOUND = {
    "storage/include/troupe/storage/log.h": HEADER + "struct a {};\n",
    "storage/src/rocksdb_store.cpp":
        SPDX + "#include <rocksdb/db.h>\n#include \"segment.h\"\n",
    "storage/src/segment.h": HEADER,
    "transport/src/server.cpp":
        SPDX + "#include <boost/asio/ip/tcp.hpp>\n"
        "#include <troupe/storage/log.h>\n",
    "actors/src/broker.cpp": SPDX + "#include <caf/actor.hpp>\n",
    "examples/01.cpp": SPDX + "#include <troupe/storage/log.h>\n",
    "examples/gateway/session.cpp":
        SPDX + "#include <boost/asio/post.hpp>\n"
        "#include <boost/beast/http/read.hpp>\n",
    "tests/storage/log_test.cpp": SPDX + "#include \"segment.h\"\n",
    "scripts/run": "#!/bin/bash\n# SPDX-License-Identifier: Apache-2.0\n",
}

# rule -> files that break it, and a word of the message.
PLANTED = {
    "caf_only_in_actors": [
        ({"storage/src/a.cpp": SPDX + "#include <caf/actor.hpp>\n"}, "CAF"),
        ({"tests/storage/a.cpp": SPDX + "# include \"caf/actor.hpp\"\n"},
         "CAF"),
    ],
    "no_caf_all": [
        ({"actors/src/a.cpp": SPDX + "#include <caf/all.hpp>\n"}, "all.hpp"),
    ],
    "asio_only_in_transport": [
        ({"actors/src/a.cpp": SPDX + "#include <boost/asio.hpp>\n"}, "Asio"),
        ({"examples/02.cpp": SPDX + "#include <boost/asio/post.hpp>\n"},
         "Asio"),
        ({"transport/src/a.cpp": SPDX + "#include <boost/beast.hpp>\n"},
         "Beast"),
    ],
    "prometheus_only_in_its_file": [
        ({"actors/src/a.cpp": SPDX + "#include <prometheus/exposer.h>\n"},
         "only"),
    ],
    "rocksdb_only_in_its_files": [
        ({"storage/src/a.cpp": SPDX + "#include <rocksdb/db.h>\n"}, "only"),
        ({"cluster/src/rocksdb_a.cpp": SPDX + "#include <rocksdb/db.h>\n"},
         "only"),
        ({"storage/src/rocksdb_a.h": HEADER,
          "storage/src/a.cpp": SPDX + "#include \"rocksdb_a.h\"\n"},
         "which is RocksDB's"),
    ],
    "modules_use_only_lower_ones": [
        ({"storage/src/a.cpp": SPDX + "#include <troupe/cluster/a.h>\n"},
         "storage may only"),
        ({"cluster/src/a.cpp": SPDX + "#include <troupe/transport/a.h>\n"},
         "cluster may only"),
        ({"transport/src/a.cpp": SPDX + "#include <troupe/actors/a.h>\n"},
         "transport may only"),
    ],
    "private_headers_stay_private": [
        ({"transport/src/a.cpp": SPDX + "#include \"segment.h\"\n"},
         "not a private header of transport"),
        ({"storage/include/troupe/storage/b.h":
          HEADER + "#include \"segment.h\"\n"}, "public header includes"),
    ],
    "users_see_public_headers_only": [
        ({"tools/troupe/a.cpp": SPDX + "#include \"segment.h\"\n"},
         "not a public header"),
        ({"examples/02.cpp": SPDX + "#include <troupe/storage/segment.h>\n"},
         "not a public header"),
    ],
    "headers_have_pragma_once": [({"storage/src/a.h": SPDX}, "pragma once")],
    "public_headers_are_exported": [
        ({"storage/include/troupe/storage/a.h":
          HEADER + "namespace troupe::storage {}\n"}, "not between")],
    "files_are_short": [
        ({"storage/src/a.cpp": SPDX + "\n" * 351}, "352 lines"),
        ({"scripts/long": "#!/bin/bash\n" + "\n" * 351}, "352 lines"),
        ({"tests/storage/a.cpp": SPDX + "\n" * 450}, "451 lines"),
    ],
    "licence_line": [
        ({"storage/src/a.cpp": "int a;\n"}, "SPDX"),
        ({"scripts/run": "#!/bin/bash\n"}, "SPDX"),
        ({"storage/CMakeLists.txt": "a()\n"}, "SPDX"),
    ],
    "no_other_top_level_folders": [({"lib/a.txt": ""}, "lib/")],
    "no_sleeps": [
        ({"tests/storage/a.cpp": SPDX + "std::this_thread::sleep_for(1s);\n"},
         "a.cpp:2"),
        ({"tests/system/a.py": "import time\ntime.sleep(1)\n"}, "a.py:2"),
        ({"scripts/a": "#!/bin/bash\nsleep 5\n"}, "a:2"),
    ],
    "nothing_unfinished": [
        ({"storage/src/a.cpp": SPDX + "// TO" "DO: later\n"}, "a.cpp:2"),
        ({"README.md": "FIX" "ME\n"}, "README.md:1"),
    ],
    "no_catch_all_names": [({"storage/src/utils.h": HEADER}, "says nothing")],
    "headers_compile_alone": [
        ({"storage/include/troupe/storage/b.h":
          HEADER + "inline std::string b;\n"}, "does not compile alone"),
    ],
}


def problems(rule, files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            full = os.path.join(root, path)
            os.makedirs(os.path.dirname(full), exist_ok=True)
            with open(full, "w", encoding="utf-8") as file:
                file.write(text)
        return list(rule(check.Tree(root)))


def main():
    passed = failed = 0

    def expect(condition, message):
        nonlocal passed, failed
        passed += bool(condition)
        failed += not condition
        if not condition:
            print("FAILED  " + message)

    expect({rule.__name__ for rule in check.RULES} == set(PLANTED),
           "every rule has a planted violation")
    for rule in check.RULES:
        name = rule.__name__
        found = problems(rule, SOUND)
        expect(not found, f"{name}: complains about a sound tree: {found}")
        for files, word in PLANTED.get(name, []):
            found = problems(rule, {**SOUND, **files})
            expect(any(word in problem for problem in found),
                   f"{name}: did not find {files}: {found}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
