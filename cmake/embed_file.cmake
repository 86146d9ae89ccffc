# SPDX-License-Identifier: MIT
# Writes OUT: the bytes of IN as a C++ array (as numbers: a raw string literal has a length limit in the standard).
file(READ ${IN} hex HEX)
string(REGEX REPLACE "([0-9a-f][0-9a-f])" "'\\\\x\\1'," bytes "${hex}")
file(WRITE ${OUT} "#include <string_view>\nnamespace {\nconst char bytes[] = {${bytes}'\\0'};\n}\n"
     "namespace stagedoor::embedded {\nextern const std::string_view ${NAME};\n"
     "const std::string_view ${NAME}{bytes, sizeof bytes - 1};\n}\n")
